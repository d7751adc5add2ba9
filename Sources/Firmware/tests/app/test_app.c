// What the machine does, one thing at a time: start, clock, line, flash. What must always hold, the world itself checks.
#include <string.h>

#include "stage.h"
#include "test.h"

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
    test_line();
    test_flash();
    test_configuration();
}
