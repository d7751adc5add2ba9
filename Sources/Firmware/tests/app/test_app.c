// What the machine does, one thing at a time. What must always hold, the world itself checks.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"
#include "world.h"

#define INSTALL                                                                                                       \
    "{\"step\":\"install\",\"certificate\":\"-----BEGIN CERTIFICATE-----\\nMIIB\\n\",\"trial_seconds\":30}"
#define OTA                                                                                                           \
    "{\"url\":\"https://h/x\",\"size\":1000,"                                                                         \
    "\"sha256\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\","                                \
    "\"signature\":\"/+8AAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8wMTIzNDU2Nzg5Ojs8PQ==\"}"

static struct world world;

static void begin(void)
{
    world_make(&world, 64, 7);
    world_boot(&world);
}

static void end(void)
{
    world_settle(&world);
    CHECK(!world.has_failed);
    world_free(&world);
}

/// Starts again, as after a failure of the supply between two steps.
static void restart(void)
{
    world_boot(&world);
}

static bool is_answered(const char *cmd_id, const char *code)
{
    const struct sent *sent = world_find(&world, cmd_id);
    return sent != NULL && sent->answers > 0u && strcmp(sent->code, code) == 0;
}

static void test_main_job(void)
{
    begin();
    CHECK(world_run(&world, 35000));
    CHECK(world.telemetries == 4u && world.counter == 4u && world.statuses >= 1u && world.connects == 1u);
    static const char birth[] = "{\"gateway_mac\":\"aa:bb:cc:dd:ee:ff\",\"state\":\"online\",\"at\":\"2026-";
    CHECK(strncmp(world.last_status, birth, sizeof birth - 1u) == 0);
    CHECK(strstr(world.last_status, "\"seq\":1000001,\"agent\":\"edge-firmware test\",\"uptime_seconds\":0,\"reset\":\"power\"") != NULL);
    CHECK(world.app.queue.log.pending == 0u);
    // The latest moment on flash is the floor of the next boot's clock.
    world.knows_time = false;
    restart();
    CHECK(world_run(&world, 100) && world.floor_s >= world.cycles[3].stamp_s && world.floor_s > 0u);
    CHECK(gw_app_clock_floor(&world.app) >= world.cycles[3].stamp_s);
    end();
}

static void test_clock(void)
{
    // Cycles before the clock is trusted are kept, and published with their moments once it is.
    begin();
    world.knows_time = false;
    CHECK(world_run(&world, 35000) && world.counter == 4u && world.telemetries == 0u && world.statuses == 0u);
    world.knows_time = true;
    CHECK(world_run(&world, 1000) && world.telemetries == 4u && world.cycles[0].is_accepted);
    // A broker that takes them and confirms nothing: after a restart they come with the same timestamps.
    world.knows_time = false;
    restart();
    CHECK(world_run(&world, 35000));
    world.is_silent = true;
    world.knows_time = true;
    CHECK(world_run(&world, 5000) && world.telemetries == 7u);
    world.knows_time = false;
    restart();
    CHECK(world_run(&world, 5000));
    end();

    // Two cycles out of turn in one second, before the clock is trusted: each gets a second of its own.
    begin();
    world.knows_time = false;
    CHECK(world_run(&world, 1000));
    CHECK(world_command(&world, "a", "poll_now", "{}") && world_run(&world, 100));
    CHECK(world_command(&world, "b", "poll_now", "{}") && world_run(&world, 3000) && world.counter == 3u);
    world.knows_time = true;
    CHECK(world_run(&world, 100) && world.telemetries == 3u);
    end();

    // A boot that never knew the time: its cycles are given up and counted, those of the next one are not.
    begin();
    world.knows_time = false;
    CHECK(world_run(&world, 35000));
    restart();
    CHECK(world_run(&world, 15000));
    world.knows_time = true;
    CHECK(world_run(&world, 5000) && world.app.queue.discarded == 4u && world.telemetries == 2u);
    end();

    // A clock that is set back a little is waited for; beyond that the seconds go on one by one.
    begin();
    CHECK(world_run(&world, 15000));
    world.clock_error_ms = -30000;
    CHECK(world_run(&world, 6000) && world.counter == 2u);
    CHECK(world_run(&world, 30000) && world.counter == 4u);
    world.clock_error_ms = -3600000;
    CHECK(world_run(&world, 30000) && world.counter == 7u);
    CHECK(world.cycles[6].stamp_s == world.cycles[5].stamp_s + 1u);
    end();

    // A clock that was ahead in an earlier boot: what was read before this one knew the time is younger all the same.
    begin();
    world.clock_error_ms = 100000;
    CHECK(world_run(&world, 15000));
    world.knows_time = false;
    restart();
    CHECK(world_run(&world, 15000));
    world.clock_error_ms = 1; // the stamps of these are not the true seconds
    world.knows_time = true;
    CHECK(world_run(&world, 500) && world.cycles[2].stamp_s > world.cycles[1].stamp_s);
    end();

    // No time that it can be.
    begin();
    world.knows_time = false;
    CHECK(world_run(&world, 1000));
    const uint64_t wrong[] = {0, 1000, UINT64_C(1759999999999), UINT64_C(6100000000000), UINT64_MAX};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const struct gw_app_event clock = {.kind = GW_APP_CLOCK, .wall_ms = wrong[i]};
        gw_app_take(&world.app, &clock, world.now);
        CHECK(!world.app.is_trusted);
    }
    end();
}

static void test_link(void)
{
    // What is refused is kept, and nothing else is tried while nothing is accepted.
    begin();
    world.reason = 135;
    CHECK(world_run(&world, 300000));
    const unsigned tried = world.telemetries;
    CHECK(world.app.refused > 0u && tried <= 25u && !world.cycles[0].is_accepted);
    world.reason = 0;
    CHECK(world_run(&world, 900000) && world.cycles[0].is_accepted && world.cycles[29].is_accepted);
    end();

    // One message that is always refused holds up no other.
    begin();
    CHECK(world_run(&world, 1000));
    world.reason = 149;
    snprintf(world.refused_part, sizeof world.refused_part, "\"N\",\"valor\":3,");
    CHECK(world_run(&world, 900000));
    CHECK(!world.cycles[3].is_accepted && world.cycles[4].is_accepted && world.cycles[60].is_accepted);
    CHECK(world.app.queue.log.pending <= 30u);
    end();

    // What the link gives up comes again after a pause, and not only with the next connection. Without the pause a
    // client that takes nothing would be asked for ever in one turn.
    begin();
    world.is_silent = true;
    CHECK(world_run(&world, 1000) && world.telemetries == 1u);
    world.is_silent = false;
    world_event(&world, (struct gw_app_event){.kind = GW_APP_DELETED, .sequence = world.app.queue.slots[0].sequence},
                NULL, 0, NULL);
    CHECK(world_run(&world, GW_APP_DELETED_MS - 100u) && world.telemetries == 1u);
    CHECK(world_run(&world, 200) && world.telemetries == 2u && world.cycles[0].is_accepted && world.connects == 1u);
    end();

    // A broker that confirms nothing is left and found again.
    begin();
    CHECK(world_run(&world, 5000));
    world.is_silent = true;
    CHECK(world_run(&world, 200000) && world.connects >= 3u && world.connects <= 5u);
    end();

    // One that cannot be reached is tried again for ever, with waits up to 30 s that differ between boards.
    begin();
    world.is_reachable = false;
    CHECK(world_run(&world, 600000) && world.connects >= 22u && world.connects <= 45u);
    const uint64_t mine = world.app.connect_at;
    world_free(&world);
    world_make(&world, 64, 8);
    world_boot(&world);
    world.is_reachable = false;
    CHECK(world_run(&world, 600000) && world.app.connect_at != mine);
    // A link that never says how it ended.
    world.is_reachable = true;
    world.event_count = 0;
    end();

    // Events of a connection that was closed are nobody's.
    begin();
    CHECK(world_run(&world, 1000));
    world_event(&world, (struct gw_app_event){.kind = GW_APP_DISCONNECTED}, NULL, 0, NULL);
    world.events[world.event_count - 1u].event.connection--;
    CHECK(world_run(&world, 1000) && world.app.is_connected && world.connects == 1u);
    // The status that the link gave up, or the broker refused, comes again.
    unsigned statuses = world.statuses;
    world_event(&world, (struct gw_app_event){.kind = GW_APP_DELETED}, NULL, 0, NULL);
    CHECK(world_run(&world, 61000) && world.statuses == statuses + 1u);
    world.reason = 135;
    world_event(&world, (struct gw_app_event){.kind = GW_APP_DELETED}, NULL, 0, NULL);
    CHECK(world_run(&world, 61000) && world.statuses <= statuses + 4u); // refused, it waits its minute all the same
    world.reason = 0;
    statuses = world.statuses;
    CHECK(world_run(&world, 121000) && world.statuses > statuses);
    end();

    // A record of a firmware with a larger buffer: it is passed over, and the others come.
    begin();
    uint8_t *bytes = calloc(1, 400);
    struct gw_record record = {.kind = GW_APP_TOPIC_TELEMETRY, .stamp_at = GW_STAMP_NONE, .wall_s = 1};
    CHECK(bytes != NULL && gw_queue_append(&world.app.queue, &record, bytes, 400) == GW_STORE_OK);
    world.config.buffer_size = 300;
    CHECK(world_run(&world, 15000) && world.telemetries == 2u && world.app.queue.log.pending == 1u);
    free(bytes);
    world_free(&world);
}

static void test_line(void)
{
    // A slave that dies is in the status after a while, no sooner than a minute after the last.
    begin();
    CHECK(world_run(&world, 70000));
    world.is_dead[1] = true;
    const unsigned before = world.statuses;
    CHECK(world_run(&world, 130000) && world.statuses > before && world.statuses <= before + 3u);
    CHECK(strstr(world.last_status, "{\"id\":2,\"state\":\"offline\"") != NULL);
    CHECK(strstr(world.last_status, "\"slaves_offline\":\"2\"") != NULL);
    CHECK(world.line_resets == 0u && world.cycles[10].is_accepted);
    // A line on which nothing is heard is set up anew; it sends no telemetry, and no number for an error.
    world.is_dead[0] = true;
    const unsigned telemetries = world.telemetries;
    CHECK(world_run(&world, 60000) && world.line_resets > 0u && world.telemetries <= telemetries + 1u);
    end();

    // Messages that do not fit into one; a reading that fits into none is left out.
    static char code[2][1600];
    begin();
    memset(code[0], 'x', 800);
    memset(code[1], 'y', 1590);
    world.readings[1].code = code[0];
    restart();
    CHECK(world_run(&world, 100) && world.telemetries == 2u);
    world.readings[1].code = code[1];
    restart();
    CHECK(world_run(&world, 15000) && world.telemetries == 4u && world.cycles[2].is_accepted);
    world_free(&world);
}

static void test_flash(void)
{
    // A flash that refuses: what is read is published at once, if it can be, and the loss is counted.
    begin();
    CHECK(world_run(&world, 15000));
    bool dead = true;
    world.queue.has_failed = &dead;
    CHECK(world_run(&world, 20000) && world.app.unstored == 2u && world.cycles[3].is_accepted);
    world.is_reachable = false;
    world_disconnect(&world);
    CHECK(world_run(&world, 20000) && world.app.unstored == 4u);
    world.queue.has_failed = &world.is_off;
    world.is_reachable = true;
    CHECK(world_run(&world, 100000));
    CHECK(world.cycles[world.counter - 2u].is_accepted && strstr(world.last_status, "\"unstored\":4") != NULL);
    world_free(&world);
}

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

static void test_configuration(void)
{
    begin();
    int detail = 0;
    struct gw_app_config config = world.config;
    config.mac = "AA:bb:cc:dd:ee:ff";
    CHECK(gw_app_init(&world.app, &config, 0, &detail) == GW_APP_BAD_MAC);
    config = world.config;
    config.interval_s = 0;
    CHECK(gw_app_init(&world.app, &config, 0, NULL) == GW_APP_BAD_SETTING);
    config = world.config;
    config.window = GW_QUEUE_WINDOW_MAX + 1u;
    CHECK(gw_app_init(&world.app, &config, 0, &detail) == GW_APP_BAD_SETTING);
    config = world.config;
    config.buffer_size = GW_APP_BUFFER_MIN - 1u;
    CHECK(gw_app_init(&world.app, &config, 0, &detail) == GW_APP_BAD_SETTING);
    gw_poll_config_t line = world.line;
    line.baud = 1;
    config = world.config;
    config.line = &line;
    CHECK(gw_app_init(&world.app, &config, 0, &detail) == GW_APP_BAD_LINE && detail == GW_POLL_BAD_LINE);
    world.readings[1].code = "N";
    CHECK(gw_app_init(&world.app, &world.config, 0, &detail) == GW_APP_BAD_READINGS && detail == GW_READINGS_SAME_CODE);
    world.readings[1].code = "M";
    struct gw_block small = world.queue.block;
    small.block_count = 2;
    const struct gw_block **pieces[] = {&config.queue, &config.commands, &config.state};
    for (size_t i = 0; i < 3u; i++) {
        config = world.config;
        *pieces[i] = &small;
        CHECK(gw_app_init(&world.app, &config, 0, &detail) == GW_APP_BAD_FLASH && detail == GW_STORE_GEOMETRY);
    }
    world.state.refuse_read_at = world.state.reads + 5u;
    CHECK(gw_app_init(&world.app, &world.config, 0, &detail) == GW_APP_BAD_FLASH || world.state.reads > 0u);
    world_free(&world);
}

void test_app(void)
{
    test_main_job();
    test_clock();
    test_link();
    test_line();
    test_flash();
    test_commands();
    test_renewal();
    test_renewal_cuts();
    test_update();
    test_configuration();
}
