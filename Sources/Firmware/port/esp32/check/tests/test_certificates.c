/// Renewal: the new certificate proves itself before the old one goes.
#include <string.h>

#include "test.h"

static char certificate[512];
static char old[1024];

static bool has_ack(void)
{
    return world_count("/acks") > 0u;
}

/// The PEM as it stands in JSON: a line feed is \n.
static void escape(const char *pem, char *json, size_t size)
{
    size_t at = 0;
    for (; *pem != '\0' && at + 2u < size; pem++) {
        if (*pem == '\n') {
            json[at++] = '\\';
            json[at++] = 'n';
        } else {
            json[at++] = *pem;
        }
    }
    json[at] = '\0';
}

static void ask_for_request(void)
{
    world_run(30000);
    (void)snprintf(old, sizeof old, "%s", world->last_certificate);
    world_send_command("renew_certificate", test_command("r1", "renew_certificate", "\"step\":\"csr\""), 1000);
    CHECK(world_run_until(has_ack, 10000));
    CHECK(strstr(world_last("/acks")->bytes, "\"status\":\"done\"") != NULL);
    test_sign(world_last("/acks")->bytes, WORLD_MAC, "TEST", certificate, sizeof certificate);
}

static void install(const char *pem)
{
    char json[800];
    char params[900];
    escape(pem, json, sizeof json);
    (void)snprintf(params, sizeof params, "\"step\":\"install\",\"certificate\":\"%s\",\"trial_seconds\":60", json);
    world->message_count = 0;
    world_send_command("renew_certificate", test_command("r2", "renew_certificate", params), 100);
}

static void renew(void)
{
    ask_for_request();
    install(certificate);
    world_run(30000);
    CHECK(strcmp(world->last_certificate, certificate) == 0 && strcmp(old, certificate) != 0);
    CHECK(world_count("/acks") >= 1u && strstr(world_last("/acks")->bytes, "\"cmd_id\":\"r2\",\"type\":\"renew_certificate\",\"status\":\"done\"") != NULL);
}

static void uses_the_new_one(void)
{
    world_run(30000);
    CHECK(strstr(world->last_certificate, "ca=TEST") != NULL && world_count("/status") > 0u);
    CHECK(strcmp(world->last_certificate, world->refused) != 0);
    CHECK(world->connects >= 2u);
    // The next renewal: from its request on, the spare slot's old certificate is gone.
    CHECK(world_console("status") == 0 && world_said("slot A        certificate"));
    world_send_command("renew_certificate", test_command("r3", "renew_certificate", "\"step\":\"csr\""), 1000);
    world_run(5000);
    CHECK(world_console("status") == 0 && world_said("slot A        none") && world_said("slot B        certificate"));
}

static void renewed(void)
{
    test_provision();
    CHECK(world_boot(renew) == END_POWER);
    // The old one is revoked now: were it still in use, nothing would connect.
    (void)snprintf(world->refused, sizeof world->refused, "none of ours");
    CHECK(world_boot(uses_the_new_one) == END_POWER);
}

static void renew_with_a_refused_one(void)
{
    ask_for_request();
    char key[40];
    CHECK(sscanf(certificate, "-----BEGIN CERTIFICATE-----\nkey=%31s", key) == 1);
    (void)snprintf(world->refused, sizeof world->refused, "key=%s ", key);
    install(certificate);
    world_run(40000);
    CHECK(strstr(world_last("/acks")->bytes, "\"status\":\"failed\",\"code\":\"not_accepted\"") != NULL);
    CHECK(strcmp(world->last_certificate, old) == 0);
}

static void goes_on(void)
{
    world_run(30000);
    CHECK(world_count("/status") > 0u && world->connects >= 1u);
}

static void broker_refuses(void)
{
    test_provision();
    CHECK(world_boot(renew_with_a_refused_one) == END_POWER);
    CHECK(world_boot(goes_on) == END_POWER);
}

static void renew_and_lose_the_broker(void)
{
    ask_for_request();
    install(certificate);
    world->broker = BROKER_SILENT;
    world_run(90000); // the trial is 60 s
    world->broker = BROKER_UP;
    world_run(90000);
    CHECK(strstr(world_last("/acks")->bytes, "\"code\":\"too_late\"") != NULL);
    CHECK(strcmp(world->last_certificate, old) == 0);
}

static void trial_too_long(void)
{
    test_provision();
    CHECK(world_boot(renew_and_lose_the_broker) == END_POWER);
}

static void renew_with_another_key(void)
{
    ask_for_request();
    install("-----BEGIN CERTIFICATE-----\nkey=K1 cn=" WORLD_MAC " ca=TEST end=1900000000\n-----END CERTIFICATE-----\n");
    world_run(5000);
    CHECK(strstr(world_last("/acks")->bytes, "\"code\":\"not_usable\"") != NULL);
    CHECK(world->connects == 1u);
}

static void wrong_key(void)
{
    test_provision();
    CHECK(world_boot(renew_with_another_key) == END_POWER);
}

static void cut_during_the_trial(void)
{
    ask_for_request();
    world->acknowledges = false; // CONNACK, but never a PUBACK
    install(certificate);
    world_run(20000);
    CHECK(strcmp(world->last_certificate, certificate) == 0);
}

static void old_after_the_cut(void)
{
    world->acknowledges = true;
    world_run(60000);
    CHECK(strcmp(world->last_certificate, certificate) != 0);
    CHECK(strstr(world_last("/acks")->bytes, "\"cmd_id\":\"r2\"") != NULL && strstr(world_last("/acks")->bytes, "\"code\":\"interrupted\"") != NULL);
}

static void power_fails(void)
{
    test_provision();
    CHECK(world_boot(cut_during_the_trial) == END_POWER);
    (void)snprintf(certificate, sizeof certificate, "%s", world->last_certificate);
    CHECK(world_boot(old_after_the_cut) == END_POWER);
}

void test_certificates(void)
{
    STORY(renewed);
    STORY(broker_refuses);
    STORY(trial_too_long);
    STORY(wrong_key);
    STORY(power_fails);
}
