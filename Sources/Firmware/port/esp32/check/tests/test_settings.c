/// The lines that an installer types.
#include "settings.h"

#include <string.h>

#include "settings_kept.h"
#include "test.h"

static struct settings settings;
static char reason[SETTINGS_REASON_MAX];

static bool take(const char *line)
{
    return settings_take(&settings, line, reason);
}

static void bad(const char *line, const char *why)
{
    static struct settings before;
    before = settings;
    CHECK(!take(line));
    if (strstr(reason, why) == NULL) {
        (void)fprintf(stderr, "%s\n%s\n", line, reason);
    }
    CHECK(strstr(reason, why) != NULL);
    CHECK(memcmp(&before, &settings, sizeof settings) == 0); // nothing is changed by what is not good
}

static void good_lines(void)
{
    static const char text[] = "wifi \"Usina 3\"\nbroker mqtt.example.com 8884\n# a note\n\ntime pool.ntp.org\ninterval 60\n"
                               "line 19200 8E1\nslave 1 500\nslave 247\npoint D01 kWh 1 40001 uint32 scale=0.01\n"
                               "point \"D 02\" \"\" 247 input:65534 float32 order=CDAB offset=-40\n"
                               "point D03 x 1 holding:9 uint16 bits=4-7\npoint D04 x 1 300010 bool bits=3\npoint D05 x 1 10001 bool\n";
    static char written[SETTINGS_TEXT_MAX];
    static char again[SETTINGS_TEXT_MAX];
    settings_clear(&settings);
    CHECK(settings_read(&settings, text, reason));
    CHECK(strcmp(settings.wifi, "Usina 3") == 0 && settings.port == 8884 && settings.interval_s == 60u);
    CHECK(settings.baud == 19200u && settings.format == LINE_8E1 && settings.slaves[1].timeout_ms == 1000u);
    CHECK(settings.points[0].point.table == GW_TABLE_HOLDING && settings.points[0].point.address == 0u);
    CHECK(settings.points[3].point.table == GW_TABLE_INPUT && settings.points[3].point.address == 9u);
    CHECK(settings.points[4].point.table == GW_TABLE_DISCRETE);
    CHECK(settings_write(&settings, written, sizeof written));
    CHECK(strstr(written, "point D01 kWh 1 holding:0 uint32 scale=0.01\n") != NULL);
    CHECK(strstr(written, "point \"D 02\" \"\" 247 input:65534 float32 order=CDAB offset=-40\n") != NULL);
    CHECK(strstr(written, "point D03 x 1 holding:9 uint16 bits=4-7\npoint D04 x 1 input:9 bool bits=3\n") != NULL);
    // What is written reads back as the same.
    settings_clear(&settings);
    CHECK(settings_read(&settings, written, reason) && settings_write(&settings, again, sizeof again));
    CHECK(strcmp(written, again) == 0);
    CHECK(settings_are_complete(&settings, true, reason));
}

static void bad_lines(void)
{
    settings_clear(&settings);
    bad("wlan x", "not known");
    bad("wifi", "wifi NAME");
    bad("wifi 123456789012345678901234567890123", "32 bytes");
    bad("wifi \"open", "a \" is missing");
    bad("broker mqtts://x", "without mqtts://");
    bad("broker x:8883", "without :port");
    bad("broker x 0", "broker HOST");
    bad("interval 0", "1 to 86400");
    bad("interval 1e3", "1 to 86400");
    bad("line 9601", "line SPEED");
    bad("line 9600 7E1", "8N1");
    bad("slave 0", "1 to 247");
    bad("slave 248", "1 to 247");
    bad("slave 3 none", "no such slave");
    bad("slave 3 19", "20 to 5000");
    bad("point D01 kWh 1 40001 uint32", "slave 1 is not there yet");
    CHECK(take("slave 1"));
    bad("point D01 kWh 1 40001", "point CODE UNIT");
    bad("point \"\" kWh 1 40001 uint32", "code");
    bad("point D01 kWh 1 20001 uint32", "place");
    bad("point D01 kWh 1 40000 uint32", "place");
    bad("point D01 kWh 1 holding:65536 uint32", "place");
    bad("point D01 kWh 1 register:0 uint32", "place");
    bad("point D01 kWh 1 40001 double", "type");
    bad("point D01 kWh 1 40001 uint32 order=abcd", "order=ABCD");
    bad("point D01 kWh 1 40001 uint32 scale=0,01", "scale=0.01");
    bad("point D01 kWh 1 40001 uint32 scale=0", "every reading would be the offset");
    bad("point D01 kWh 1 40001 uint32 scale", "scale=0.01");
    bad("point D01 kWh 1 40001 int16 bits=0-3", "uint16, uint32 and uint64 only");
    bad("point D01 kWh 1 40001 uint16 bits=9-17", "beyond the type's width");
    bad("point D01 kWh 1 40001 uint16 bits=7-4", "bits=4-7");
    bad("point D01 kWh 1 40001 bool", "needs the one bit");
    bad("point D01 kWh 1 coil:1 uint16", "bool without bits=");
    bad("point D01 kWh 1 holding:65535 uint32", "beyond address 65535");
    bad("point D01 \"a unit that is too long\" 1 40001 uint16", "at most 16 bytes");
    bad("point D01 \xFF 1 40001 uint16", "UTF-8");
    bad("point D09 none", "there is no point");
    CHECK(take("point D01 kWh 1 40001 uint16") && take("point D01 MWh 1 40002 uint16"));
    CHECK(settings.point_count == 1u && strcmp(settings.points[0].unit, "MWh") == 0);
    bad("slave 1 none", "point D01 is on this slave");
    CHECK(take("point D01 none") && take("slave 1 none") && settings.slave_count == 0u);
    CHECK(!settings_read(&settings, "slave 1\nslave 2\nslave 300\n", reason) && strncmp(reason, "line 3: ", 8) == 0);
}

static void limits(void)
{
    char line[200];
    settings_clear(&settings);
    for (unsigned i = 1; i <= 8u; i++) {
        (void)snprintf(line, sizeof line, "slave %u", i);
        CHECK(take(line));
    }
    bad("slave 9", "eight is the most");
    for (unsigned i = 1; i <= SETTINGS_POINTS; i++) {
        (void)snprintf(line, sizeof line, "point \"a code of thirty-two bytes %03u\" \"a unit of 16 byt\" %u holding:%u uint64 order=DCBA "
                       "scale=0.123456789012 offset=-123456.789012", i, 1u + i % 8u, 100u * i);
        CHECK(take(line));
    }
    bad("point E a 1 40001 uint16", "64 is the most");
    static char text[SETTINGS_TEXT_MAX];
    CHECK(settings_write(&settings, text, sizeof text));
    CHECK(!settings_write(&settings, text, 1000));
    // Points of a slave stand together in the tables, whatever the order in which they were given.
    static struct settings_tables tables;
    settings_tabulate(&settings, &tables);
    for (unsigned i = 0; i < 8u; i++) {
        CHECK(tables.slaves[i].point_count == 8u && tables.slaves[i].first_point == 8u * i);
        for (unsigned k = 0; k < 8u; k++) {
            CHECK(tables.points[8u * i + k].address % 800u == 100u * (i == 0u ? 8u : i) % 800u);
        }
    }
}

static void complete(void)
{
    settings_clear(&settings);
    CHECK(!settings_are_complete(&settings, true, reason) && strstr(reason, "wifi") != NULL);
    CHECK(!settings_are_complete(&settings, false, reason) && strstr(reason, "broker") != NULL);
    CHECK(take("broker x") && !settings_are_complete(&settings, false, reason) && strstr(reason, "slave") != NULL);
    CHECK(take("slave 7") && !settings_are_complete(&settings, false, reason) && strstr(reason, "slave 7 has no points") != NULL);
    CHECK(take("point a b 7 40001 uint16") && settings_are_complete(&settings, false, reason));
}

void test_settings(void)
{
    STORY(good_lines);
    STORY(bad_lines);
    STORY(limits);
    STORY(complete);
}
