// What takes longer than a step: commands, the renewal of the certificate, the update.
#include <stdio.h>
#include <string.h>

#include "stage.h"
#include "test.h"

#define INSTALL                                                                                                       \
    "{\"step\":\"install\",\"certificate\":\"-----BEGIN CERTIFICATE-----\\nMIIB\\n\",\"trial_seconds\":30}"
#define OTA                                                                                                           \
    "{\"url\":\"https://h/x\",\"size\":1000,"                                                                         \
    "\"sha256\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\","                                \
    "\"signature\":\"/+8AAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8wMTIzNDU2Nzg5Ojs8PQ==\"}"

static void test_commands(void)
{
    begin();
    CHECK(world_run(&world, 1000));
    CHECK(world_command(&world, "a", "ping", "{}") && world_run(&world, 100) && is_answered("a", "ok"));
    CHECK(world_command(&world, "a", "ping", "{}") && world_run(&world, 100) && world_find(&world, "a")->answers == 2u);
    CHECK(world_command(&world, "b", "poll_now", "{}") && world_run(&world, 1000));
    CHECK(is_answered("b", "ok") && world.counter == 2u && world.telemetries == 2u);
    // Two in one second: the second waits for its second.
    CHECK(world_command(&world, "c", "poll_now", "{}") && world_command(&world, "d", "poll_now", "{}"));
    CHECK(world_run(&world, 2500) && is_answered("d", "ok") && world.counter >= 3u);
    CHECK(world_command(&world, "e", "get_status", "{}") && world_run(&world, 100) && is_answered("e", "ok"));
    CHECK(strstr(world.last_ack, "\"result\":{\"uptime_seconds\":") != NULL && strstr(world.last_ack, "\"certificate_days\":") != NULL);
    CHECK(world_command(&world, "f", "reboot", "{}") && world_run(&world, 100) && is_answered("f", "unknown_type"));
    const struct gw_app_event memory = {.kind = GW_APP_MEMORY, .free_bytes = 12345};
    gw_app_take(&world.app, &memory, world.now);
    CHECK(world_command(&world, "g", "get_status", "{}") && world_run(&world, 100));
    CHECK(strstr(world.last_ack, "\"memory_free_kib\":12,") != NULL);
    world_event(&world, (struct gw_app_event){.kind = GW_APP_COMMAND}, "no json", 7, "ping");
    CHECK(world_run(&world, 100));
    // An answer outlasts an outage, and a restart in it.
    CHECK(world_command(&world, "h", "ping", "{}"));
    world.is_reachable = false;
    CHECK(world_run(&world, 1));
    world_disconnect(&world);
    CHECK(world_run(&world, 5000));
    restart();
    world.is_reachable = true;
    CHECK(world_run(&world, 60000) && is_answered("h", "ok"));
    // One that was begun and cut short says so after the restart.
    world.commands.cut_at = world.commands.operations + 5u;
    world.commands.tear = TEAR_NOTHING;
    CHECK(world_command(&world, "i", "ping", "{}") && !world_run(&world, 100));
    world_boot(&world);
    CHECK(world_run(&world, 60000) && is_answered("i", "interrupted"));
    end();
}

static void renew(const char *id, const char *code)
{
    char csr[16];
    snprintf(csr, sizeof csr, "csr-%s", id);
    CHECK(world_command(&world, csr, "renew_certificate", "{\"step\":\"csr\"}") && world_run(&world, 200));
    CHECK(is_answered(csr, "ok") && strstr(world.last_ack, "\"csr\":\"-----BEGIN CERTIFICATE REQUEST-----\\n") != NULL);
    CHECK(world_command(&world, id, "renew_certificate", INSTALL) && world_run(&world, 45000));
    CHECK(is_answered(id, code));
}

static void test_renewal(void)
{
    begin();
    CHECK(world_run(&world, 1000) && world.slot == GW_CERT_SLOT_A);
    CHECK(world_command(&world, "n", "renew_certificate", INSTALL) && world_run(&world, 200) && is_answered("n", "no_key"));
    world.is_key_good = false;
    CHECK(world_command(&world, "k", "renew_certificate", "{\"step\":\"csr\"}") && world_run(&world, 200));
    CHECK(is_answered("k", "no_key"));
    world.is_key_good = true;
    renew("1", "ok");
    CHECK(world.slot == GW_CERT_SLOT_B && world.app.cert.active == GW_CERT_SLOT_B);
    world.is_certificate_good = false;
    renew("2", "not_usable");
    CHECK(world.slot == GW_CERT_SLOT_B);
    world.is_certificate_good = true;
    world.is_spare_accepted = false;
    renew("3", "not_accepted");
    CHECK(world.slot == GW_CERT_SLOT_B);
    world.is_spare_accepted = true;
    // A broker that is not there during the trial; and another renewal meanwhile.
    CHECK(world_command(&world, "c", "renew_certificate", "{\"step\":\"csr\"}") && world_run(&world, 200));
    world.is_silent = true;
    CHECK(world_command(&world, "4", "renew_certificate", INSTALL) && world_run(&world, 10000));
    world.is_silent = false;
    CHECK(world_command(&world, "5", "renew_certificate", "{\"step\":\"csr\"}"));
    world.is_reachable = false;
    CHECK(world_run(&world, 1));
    world_disconnect(&world);
    CHECK(world_run(&world, 40000));
    world.is_reachable = true;
    CHECK(world_run(&world, 60000) && is_answered("4", "too_late") && is_answered("5", "busy"));
    CHECK(world.slot == GW_CERT_SLOT_B);
    // A restart in the middle of a trial.
    CHECK(world_command(&world, "d", "renew_certificate", "{\"step\":\"csr\"}") && world_run(&world, 200));
    world.is_silent = true;
    CHECK(world_command(&world, "6", "renew_certificate", INSTALL) && world_run(&world, 5000));
    world.is_silent = false;
    restart();
    CHECK(world_run(&world, 60000) && is_answered("6", "interrupted") && world.slot == GW_CERT_SLOT_B);
    renew("7", "ok");
    end();
}

/// A renewal with the supply failing at every operation of the state's flash and of the commands': a slot that
/// connects, and one answer.
static void test_renewal_cuts(void)
{
    unsigned cuts = 0;
    for (uint32_t cut = 1; cut < 40u; cut++) {
        for (unsigned which = 0; which < 2u; which++) {
            begin();
            CHECK(world_run(&world, 1000));
            CHECK(world_command(&world, "csr", "renew_certificate", "{\"step\":\"csr\"}") && world_run(&world, 200));
            struct flash *flash = which == 0u ? &world.state : &world.commands;
            flash->cut_at = flash->operations + cut;
            flash->tear = (enum tear)(cut % TEAR_COUNT);
            CHECK(world_command(&world, "1", "renew_certificate", INSTALL));
            if (!world_run(&world, 45000)) {
                cuts++;
                world_boot(&world);
                if (world_run(&world, 30000) && !world.is_connected) {
                    CHECK(world_run(&world, 60000));
                }
                (void)world_command(&world, "1", "renew_certificate", INSTALL);
                CHECK(world_run(&world, 60000));
            }
            CHECK(world.is_connected && world_find(&world, "1")->answers > 0u);
            end();
        }
    }
    printf("machine: %u cuts in renewals\n", cuts);
}

static void test_update(void)
{
    begin();
    CHECK(world_run(&world, 1000));
    world.is_update_good = false;
    CHECK(world_command(&world, "1", "ota", OTA) && world_run(&world, 50));
    CHECK(world_command(&world, "2", "ota", OTA) && world_run(&world, 1000));
    CHECK(is_answered("1", "signature") && is_answered("2", "busy"));
    world.is_update_good = true;
    CHECK(world_command(&world, "3", "ota", OTA) && !world_run(&world, 1000) && world.restarts == 1u);
    // The new firmware proves itself: a PUBACK and an answer from a meter.
    world.config.image = GW_APP_IMAGE_ON_TRIAL;
    restart();
    world.is_dead[0] = world.is_dead[1] = true;
    CHECK(world_run(&world, 60000) && world.confirmations == 0u && world_find(&world, "3")->answers == 0u);
    world.is_dead[0] = world.is_dead[1] = false;
    CHECK(world_run(&world, 60000) && world.confirmations == 1u && is_answered("3", "ok"));
    CHECK(world_command(&world, "4", "ota", OTA) && !world_run(&world, 1000));
    // One that does not, within a quarter of an hour, goes.
    world.is_reachable = false;
    restart();
    CHECK(!world_run(&world, 1000000) && world.restarts == 3u && world.confirmations == 1u);
    world.config.image = GW_APP_IMAGE_ROLLED_BACK;
    world.is_reachable = true;
    restart();
    CHECK(world_run(&world, 60000) && is_answered("4", "rolled_back"));
    CHECK(world_command(&world, "5", "ota", OTA) && !world_run(&world, 1000));
    world.config.image = GW_APP_IMAGE_STEADY;
    restart();
    CHECK(world_run(&world, 60000) && is_answered("5", "interrupted"));
    world_event(&world, (struct gw_app_event){.kind = GW_APP_UPDATE_ENDED, .is_good = true}, NULL, 0, NULL);
    CHECK(world_run(&world, 1000)); // nobody asked
    end();
}

void test_tasks(void)
{
    test_commands();
    test_renewal();
    test_renewal_cuts();
    test_update();
}
