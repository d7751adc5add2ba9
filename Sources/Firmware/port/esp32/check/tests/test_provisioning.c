/// A new board and the person who sets it up.
#include <stdlib.h>
#include <string.h>

#include "keys.h"
#include "test.h"

static int put(const char *name, const char *text)
{
    for (int i = 0; i < 24; i++) {
        if (world->nvs[i].length == 0u || strcmp(world->nvs[i].key, name) == 0) {
            (void)snprintf(world->nvs[i].key, sizeof world->nvs[i].key, "%s", name);
            memcpy(world->nvs[i].bytes, text, strlen(text));
            world->nvs[i].length = strlen(text);
            return i;
        }
    }
    abort();
}

static bool has(const char *name)
{
    for (int i = 0; i < 24; i++) {
        if (world->nvs[i].length > 0u && strcmp(world->nvs[i].key, name) == 0) {
            return true;
        }
    }
    return false;
}

static void look_at_a_blank_board(void)
{
    CHECK(world_logged(WORLD_MAC " does not run: nothing is set up yet"));
    CHECK(world_console("status") == 0 && world_said("mac           " WORLD_MAC) && world_said("gateway       does not run"));
    CHECK(world_said("slot A        none") && world_said("ca            none: 'paste ca'"));
    CHECK(world_console("show") == 0 && world_said("line 9600 8N1"));
    CHECK(world_console("slave 300") != 0 && world_said("1 to 247"));
    CHECK(world_console("save") == 0 && world_said("not complete yet: no network"));
    // A certificate without a key, for another MAC, of another CA, and what is no certificate at all.
    world_type("-----BEGIN CERTIFICATE-----\nca end=1999999999\n-----END CERTIFICATE-----\n\n");
    CHECK(world_console("paste certificate") != 0 && world_said("another key"));
    world_type("hello\n\n");
    CHECK(world_console("paste ca") != 0 && world_said("no PEM"));
    world_type("-----BEGIN CERTIFICATE-----\nca end=1999999999\n-----END CERTIFICATE-----\n\n");
    CHECK(world_console("paste ca") == 0);
    CHECK(world_console("request") == 0 && world_said("cn=" WORLD_MAC) && world_said("BEGIN CERTIFICATE REQUEST"));
    char request[1024];
    char certificate[256];
    (void)snprintf(request, sizeof request, "%s", world->console_out);
    test_sign(request, "00:00:00:00:00:00", "TEST", certificate, sizeof certificate);
    world_type(certificate);
    CHECK(world_console("paste certificate") != 0 && world_said("another gateway"));
    test_sign(request, WORLD_MAC, "OTHER", certificate, sizeof certificate);
    world_type(certificate);
    CHECK(world_console("paste certificate") != 0 && world_said("not trusted"));
    CHECK(!has("cert_a"));
    // Carriage returns and what openssl prints before the PEM do no harm.
    test_sign(request, WORLD_MAC, "TEST", certificate, sizeof certificate);
    char pasted[512];
    (void)snprintf(pasted, sizeof pasted, "Certificate:\r\n    Data:\r\n%s\r\n", certificate);
    world_type(pasted);
    CHECK(world_console("paste certificate") == 0 && has("cert_a"));
    CHECK(world_console("request") != 0 && world_said("forget keys"));
    world_type("a password that is far too long for any Wi-Fi there is, and a little longer than that\n");
    CHECK(world_console("password") != 0 && !has("wifi_password"));
}

static void blank(void)
{
    CHECK(world_boot(look_at_a_blank_board) == END_POWER);
    CHECK(world->attempts == 0u);
}

static void paste_in_other_ways(void)
{
    // CR and LF, which the console makes two line ends of; the first is what Enter left behind the command.
    world_type("\n-----BEGIN CERTIFICATE-----\n\nca end=1\n\n-----END CERTIFICATE-----\n\n"
               "-----BEGIN CERTIFICATE-----\n\nca end=2\n\n-----END CERTIFICATE-----\n\n\n\n");
    CHECK(world_console("paste ca") == 0);
    char *ca = keys_ca();
    CHECK(ca != NULL && strcmp(ca, "-----BEGIN CERTIFICATE-----\nca end=1\n-----END CERTIFICATE-----\n"
                                   "-----BEGIN CERTIFICATE-----\nca end=2\n-----END CERTIFICATE-----\n") == 0);
    free(ca);
    // Half of one, and nothing at all.
    world_type("-----BEGIN CERTIFICATE-----\nca end=3\n\n\n");
    CHECK(world_console("paste ca") != 0);
    world_type("\n\n");
    CHECK(world_console("paste ca") != 0);
    // What a program printed around it.
    world_type("Certificate:\n    Data:\n\n-----BEGIN CERTIFICATE-----\nca end=4\n-----END CERTIFICATE-----\n\n");
    CHECK(world_console("paste ca") == 0);
}

static void pasted(void)
{
    CHECK(world_boot(paste_in_other_ways) == END_POWER);
}

static void look_at_one_that_runs(void)
{
    world_run(30000);
    CHECK(world_console("status") == 0 && world_said("gateway       runs") && world_said("network       up"));
    CHECK(world_said("slot A        certificate until 2030-03-17T17:46:40Z") && world_said("settings      complete"));
    CHECK(!world_said("segredo"));
    CHECK(world_console("show") == 0 && world_said("wifi \"Usina 3\"\n") && !world_said("segredo") && !world_logged("segredo"));
    CHECK(world_console("request") != 0 && world_said("renew_certificate"));
    CHECK(world_console("forget keys") != 0);
    CHECK(world_console("interval 60") == 0 && world_console("show") == 0 && world_said("not saved yet"));
    CHECK(world_console("save") == 0);
    world_console("restart");
}

static void every_minute(void)
{
    world_run(660000);
    CHECK(world_count("/telemetry") >= 10u);
    CHECK(world_console("forget settings") == 0);
}

static void nothing_left(void)
{
    CHECK(world_logged("does not run: nothing is set up yet"));
    CHECK(world_console("forget keys") == 0 && !has("cert_a") && !has("key_a"));
    CHECK(world_console("forget everything") == 0 && !has("ca"));
}

static void changed_by_hand(void)
{
    test_provision();
    CHECK(world_boot(look_at_one_that_runs) == END_RESTART);
    CHECK(world_boot(every_minute) == END_POWER);
    CHECK(world_boot(nothing_left) == END_POWER);
}

static void runs_anyhow(void)
{
    world_run(30000);
    CHECK(world_count("/telemetry") >= 1u);
}

static void does_not_run(void)
{
    CHECK(world_logged("does not run"));
    CHECK(world_console("status") == 0);
}

/// A firmware of tomorrow was here and was rolled back: what it left is not touched, and what we left is found.
static void after_a_rollback(void)
{
    test_provision();
    (void)put("settings9", "something \x01 else\n");
    CHECK(world_boot(runs_anyhow) == END_POWER);
    CHECK(has("settings9"));
}

static void damaged_settings(void)
{
    test_provision();
    (void)put("settings2", "wifi \"Usina 3\"\nslave 900\n");
    CHECK(world_boot(does_not_run) == END_POWER);
    CHECK(world_logged("does not run: line 2: slave ADDRESS"));
    CHECK(has("settings2"));
}

static void drop(const char *name)
{
    for (int i = 0; i < 24; i++) {
        world->nvs[i].length = strcmp(world->nvs[i].key, name) == 0 ? 0u : world->nvs[i].length;
    }
}

/// Settings of the first schema become those of the second, and stay as they were for a firmware that comes back.
static void earlier_schema(void)
{
    static const char first[] = "wifi \"Usina 3\"\nbroker mqtt.example.com 8883\nntp pool.ntp.org\ninterval 300\nline 9600 8N1\n"
                                "slave 1 500\npoint ntp kWh 1 holding:0 uint16\n";
    test_provision();
    drop("settings2");
    const int at = put("settings1", first);
    CHECK(world_boot(runs_anyhow) == END_POWER);
    CHECK(world_logged("settings of schema 1 became schema 2"));
    CHECK(world->nvs[at].length == strlen(first) && memcmp(world->nvs[at].bytes, first, strlen(first)) == 0 && has("settings2"));
    // From now on the second counts, whatever is in the first.
    (void)put("settings1", "slave 900\n");
    CHECK(world_boot(runs_anyhow) == END_POWER);
    // And settings that cannot be read are no reason to write any.
    drop("settings2");
    CHECK(world_boot(does_not_run) == END_POWER && !has("settings2"));
}

static void broken_nvs(void)
{
    test_provision();
    world->nvs_is_broken = true;
    CHECK(world_boot(does_not_run) == END_POWER);
    CHECK(world_logged("NVS cannot be opened") && has("key_a")); // nothing is erased by itself
    world->nvs_is_broken = false;
    CHECK(world_boot(runs_anyhow) == END_POWER);
}

static void encrypted_queue(void)
{
    test_provision();
    world->queue_is_encrypted = true;
    CHECK(world_boot(does_not_run) == END_POWER);
    CHECK(world_logged("partition \"queue\" is encrypted"));
}

void test_provisioning(void)
{
    STORY(blank);
    STORY(pasted);
    STORY(changed_by_hand);
    STORY(after_a_rollback);
    STORY(damaged_settings);
    STORY(earlier_schema);
    STORY(broken_nvs);
    STORY(encrypted_queue);
}
