#include <string.h>

#include "test.h"

static unsigned stories;

void test_story(const char *name, void (*story)(void))
{
    (void)printf("%s\n", name);
    (void)fflush(stdout);
    world_reset();
    story();
    stories++;
}

static void type_settings(void)
{
    CHECK(world_console("wifi \"Usina 3\"") == 0);
    CHECK(world_console("broker mqtt.example.com") == 0);
    CHECK(world_console("slave 1 500") == 0);
    CHECK(world_console("slave 2 500") == 0);
    CHECK(world_console("point D01 kWh 1 40001 uint16 scale=0.01") == 0);
    CHECK(world_console("point D02 m³ 1 holding:1 uint16") == 0);
    CHECK(world_console("point D03 °C 2 40001 int16 scale=0.1") == 0);
    CHECK(world_console("save") == 0);
    world_type("segredo\n");
    CHECK(world_console("password") == 0);
    world_type("-----BEGIN CERTIFICATE-----\nca end=1999999999\n-----END CERTIFICATE-----\n\n");
    CHECK(world_console("paste ca") == 0);
    world_type("-----BEGIN PUBLIC KEY-----\nabc\n-----END PUBLIC KEY-----\n\n");
    CHECK(world_console("paste update-key") == 0);
    CHECK(world_console("request") == 0);
    char certificate[256];
    test_sign(world->console_out, WORLD_MAC, "TEST", certificate, sizeof certificate);
    world_type(certificate);
    CHECK(world_console("paste certificate") == 0);
    world_console("restart");
}

void test_provision(void)
{
    CHECK(world_boot(type_settings) == END_RESTART);
}

void test_sign(const char *request, const char *cn, const char *ca, char *certificate, size_t size)
{
    char key[32] = "";
    const char *at = strstr(request, "key=");
    CHECK(at != NULL && sscanf(at, "key=%31[K0-9]", key) == 1);
    (void)snprintf(certificate, size, "-----BEGIN CERTIFICATE-----\nkey=%s cn=%s ca=%s end=1900000000\n-----END CERTIFICATE-----\n", key,
                   cn, ca);
}

const char *test_command(const char *id, const char *type, const char *params)
{
    static char text[20000];
    (void)snprintf(text, sizeof text,
                   "{\"cmd_id\":\"%s\",\"issued_at\":\"2027-01-15T08:00:00Z\",\"expires_at\":\"2027-03-15T08:00:00Z\",\"type\":\"%s\","
                   "\"params\":{%s}}", id, type, params);
    return text;
}

int main(void)
{
    world_reset();
    test_settings();
    test_provisioning();
    test_delivery();
    test_clock();
    test_line();
    test_certificates();
    test_updates();
    (void)printf("%u stories passed\n", stories);
    return 0;
}
