#include "settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "settings_point.h"
#include "words.h"

#define LINE_MAX 384u

static const char *const format_name[] = {
    [LINE_8N1] = "8N1", [LINE_8E1] = "8E1", [LINE_8O1] = "8O1", [LINE_8N2] = "8N2"};
static const uint32_t speeds[] = {1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600};

static bool refuse(char *reason, const char *text)
{
    (void)snprintf(reason, SETTINGS_REASON_MAX, "%s", text);
    return false;
}

void settings_clear(struct settings *settings)
{
    memset(settings, 0, sizeof *settings);
    settings->port = 8883;
    settings->interval_s = 300;
    settings->baud = 9600;
    settings->format = LINE_8N1;
    memcpy(settings->time_server, "pool.ntp.org", sizeof "pool.ntp.org");
}

// ---- One line ------------------------------------------------------------------------------------------------------

static bool take_wifi(struct settings *settings, char *words[], int count, char *reason)
{
    if (count != 2 || strlen(words[1]) >= sizeof settings->wifi || !gw_utf8_is_valid(words[1])) {
        return refuse(reason, "wifi NAME: the network's name, at most 32 bytes; in \"…\" if it has blanks");
    }
    memcpy(settings->wifi, words[1], strlen(words[1]) + 1u);
    return true;
}

/// A name or an address, without scheme, port and path: what can stand in a certificate.
static bool take_host(char *host, const char *word)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
    const size_t length = strlen(word);
    if (length == 0u || length > SETTINGS_NAME_MAX || strspn(word, allowed) != length) {
        return false;
    }
    memcpy(host, word, length + 1u);
    return true;
}

static bool take_broker(struct settings *settings, char *words[], int count, char *reason)
{
    uint32_t port = 8883;
    if (count < 2 || count > 3 || (count == 3 && !words_number(words[2], 1, 65535, &port))
        || !take_host(settings->broker, words[1])) {
        return refuse(reason, "broker HOST [PORT]: its name as in its certificate, without mqtts:// and without :port");
    }
    settings->port = (uint16_t)port;
    return true;
}

static bool take_time_server(struct settings *settings, char *words[], int count, char *reason)
{
    return (count == 2 && take_host(settings->time_server, words[1]))
        || refuse(reason, "time HOST: a time server, as pool.ntp.org");
}

static bool take_interval(struct settings *settings, char *words[], int count, char *reason)
{
    return (count == 2 && words_number(words[1], 1, 86400, &settings->interval_s))
        || refuse(reason, "interval SECONDS: 1 to 86400; 300 is five minutes");
}

static bool take_line(struct settings *settings, char *words[], int count, char *reason)
{
    uint32_t baud = 0;
    bool is_speed = false;
    if (count >= 2 && words_number(words[1], 1, 1000000, &baud)) {
        for (size_t i = 0; i < sizeof speeds / sizeof speeds[0]; i++) {
            is_speed = is_speed || speeds[i] == baud;
        }
    }
    size_t format = 0;
    while (count == 3 && format < sizeof format_name / sizeof format_name[0]
           && strcmp(words[2], format_name[format]) != 0) {
        format++;
    }
    if (!is_speed || count > 3 || format == sizeof format_name / sizeof format_name[0]) {
        return refuse(reason, "line SPEED [8N1|8E1|8O1|8N2]: 1200 to 921600 bit/s, as the meters are set");
    }
    settings->baud = baud;
    settings->format = (enum line_format)format;
    return true;
}

static uint16_t find_slave(const struct settings *settings, uint32_t address)
{
    uint16_t i = 0;
    while (i < settings->slave_count && settings->slaves[i].address != address) {
        i++;
    }
    return i;
}

static bool drop_slave(struct settings *settings, uint16_t at, char *reason)
{
    if (at == settings->slave_count) {
        return refuse(reason, "there is no such slave: see 'show'");
    }
    for (uint16_t i = 0; i < settings->point_count; i++) {
        if (settings->points[i].slave == settings->slaves[at].address) {
            (void)snprintf(reason, SETTINGS_REASON_MAX, "point %s is on this slave: 'point %s none' first",
                           settings->points[i].code, settings->points[i].code);
            return false;
        }
    }
    settings->slave_count--;
    memmove(&settings->slaves[at], &settings->slaves[at + 1u],
            (size_t)(settings->slave_count - at) * sizeof settings->slaves[0]);
    return true;
}

static bool take_slave(struct settings *settings, char *words[], int count, char *reason)
{
    uint32_t address = 0;
    uint32_t timeout = 1000;
    if (count < 2 || count > 3 || !words_number(words[1], 1, 247, &address)) {
        return refuse(reason, "slave ADDRESS [TIMEOUT|none]: address 1 to 247, timeout 20 to 5000 ms");
    }
    const uint16_t at = find_slave(settings, address);
    if (count == 3 && strcmp(words[2], "none") == 0) {
        return drop_slave(settings, at, reason);
    }
    if (count == 3 && !words_number(words[2], 20, 5000, &timeout)) {
        return refuse(reason, "slave ADDRESS [TIMEOUT|none]: timeout 20 to 5000 ms");
    }
    if (at == GW_POLL_SLAVES) {
        return refuse(reason,
                      "there are eight slaves already, and eight is the most: 'slave ADDRESS none' takes one away");
    }
    settings->slaves[at] = (struct settings_slave){.address = (uint8_t)address, .timeout_ms = (uint16_t)timeout};
    settings->slave_count = at == settings->slave_count ? (uint16_t)(at + 1u) : settings->slave_count;
    return true;
}

static bool take_point(struct settings *settings, char *words[], int count, char *reason)
{
    if (count == 3 && strcmp(words[2], "none") == 0) {
        return settings_point_drop(settings, words[1], reason);
    }
    struct settings_point point;
    if (!settings_point_read(&point, words, count, reason)) {
        return false;
    }
    if (find_slave(settings, point.slave) == settings->slave_count) {
        (void)snprintf(reason, SETTINGS_REASON_MAX, "slave %u is not there yet: 'slave %u' first", point.slave,
                       point.slave);
        return false;
    }
    return settings_point_put(settings, &point, reason);
}

bool settings_take(struct settings *settings, const char *line, char reason[SETTINGS_REASON_MAX])
{
    static const struct {
        const char *word;
        bool (*take)(struct settings *settings, char *words[], int count, char *reason);
    } known[] = {{"wifi", take_wifi}, {"broker", take_broker}, {"time", take_time_server}, {"interval", take_interval},
                 {"line", take_line}, {"slave", take_slave}, {"point", take_point}};
    char copy[LINE_MAX];
    char *words[WORDS_MAX];
    if (strlen(line) >= sizeof copy) {
        return refuse(reason, "the line is too long");
    }
    memcpy(copy, line, strlen(line) + 1u);
    const int count = copy[0] == '#' ? 0 : words_split(copy, words);
    if (count < 0) {
        return refuse(reason, "a \" is missing, or there are too many words");
    }
    for (size_t i = 0; count > 0 && i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(words[0], known[i].word) == 0) {
            return known[i].take(settings, words, count, reason);
        }
    }
    return count == 0 || refuse(reason, "not known: wifi, broker, time, interval, line, slave or point");
}

// ---- A text of lines -----------------------------------------------------------------------------------------------

bool settings_read(struct settings *settings, const char *text, char reason[SETTINGS_REASON_MAX])
{
    char line[LINE_MAX];
    unsigned number = 1;
    for (const char *at = text; *at != '\0'; number++) {
        const size_t length = strcspn(at, "\n");
        char why[SETTINGS_REASON_MAX] = "the line is too long";
        bool is_good = length < sizeof line;
        if (is_good) {
            memcpy(line, at, length);
            line[length] = '\0';
            is_good = settings_take(settings, line, why);
        }
        if (!is_good) {
            (void)snprintf(reason, SETTINGS_REASON_MAX, "line %u: %.140s", number, why);
            return false;
        }
        at += length + (at[length] == '\n' ? 1u : 0u);
    }
    return true;
}

bool settings_write(const struct settings *settings, char *text, size_t size)
{
    struct words_text out = {.text = text, .size = size};
    if (settings->wifi[0] != '\0') {
        words_print(&out, "wifi ");
        words_quote(&out, settings->wifi);
        words_print(&out, "\n");
    }
    if (settings->broker[0] != '\0') {
        words_print(&out, "broker %s %u\n", settings->broker, settings->port);
    }
    words_print(&out, "time %s\ninterval %u\nline %u %s\n", settings->time_server, (unsigned)settings->interval_s,
                (unsigned)settings->baud, format_name[settings->format]);
    for (uint16_t i = 0; i < settings->slave_count; i++) {
        words_print(&out, "slave %u %u\n", settings->slaves[i].address, settings->slaves[i].timeout_ms);
    }
    for (uint16_t i = 0; i < settings->point_count; i++) {
        settings_point_write(&settings->points[i], &out);
    }
    return !out.is_cut;
}

bool settings_are_complete(const struct settings *settings, bool needs_wifi, char reason[SETTINGS_REASON_MAX])
{
    if (needs_wifi && settings->wifi[0] == '\0') {
        return refuse(reason, "no network: 'wifi NAME'");
    }
    if (settings->broker[0] == '\0') {
        return refuse(reason, "no broker: 'broker HOST'");
    }
    if (settings->slave_count == 0u) {
        return refuse(reason, "no slaves: 'slave ADDRESS'");
    }
    for (uint16_t i = 0; i < settings->slave_count; i++) {
        bool has_point = false;
        for (uint16_t k = 0; k < settings->point_count; k++) {
            has_point = has_point || settings->points[k].slave == settings->slaves[i].address;
        }
        if (!has_point) {
            (void)snprintf(reason, SETTINGS_REASON_MAX, "slave %u has no points: 'point …', or 'slave %u none'",
                           settings->slaves[i].address, settings->slaves[i].address);
            return false;
        }
    }
    return true;
}

void settings_tabulate(const struct settings *settings, struct settings_tables *tables)
{
    uint16_t count = 0;
    memset(tables, 0, sizeof *tables);
    for (uint16_t i = 0; i < settings->slave_count; i++) {
        gw_poll_slave_t *slave = &tables->slaves[i];
        slave->address = settings->slaves[i].address;
        slave->timeout_ms = settings->slaves[i].timeout_ms;
        slave->first_point = count;
        for (uint16_t k = 0; k < settings->point_count; k++) {
            const struct settings_point *from = &settings->points[k];
            if (from->slave == slave->address) {
                tables->points[count] = from->point;
                tables->readings[count] =
                    (gw_reading_t){.code = from->code, .unit = from->unit, .point = &tables->points[count]};
                count++;
            }
        }
        slave->point_count = (uint16_t)(count - slave->first_point);
    }
    tables->line = (gw_poll_config_t){.slaves = tables->slaves, .slave_count = settings->slave_count,
                                      .point_count = count, .points = tables->points, .baud = settings->baud,
                                      .register_gap = gw_poll_break_even_gap(settings->baud)};
}
