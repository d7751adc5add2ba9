/// Nothing is published before the time is known, and nothing is lost for it.
#include <string.h>
#include <sys/time.h>

#include "test.h"

static void an_hour_without_time(void)
{
    struct timeval now;
    world->time_server_answers = false;
    world_run(3600000);
    CHECK(world->message_count == 0u && world->connects == 1u);
    (void)gettimeofday(&now, NULL);
    CHECK(now.tv_sec >= (time_t)WORLD_BUILD); // for TLS the clock has a floor
    world->time_server_answers = true;
    world_run(120000);
    CHECK(world_count("/telemetry") >= 12u);
    // The first cycle was read in the first seconds of this boot.
    const struct world_message *first = NULL;
    for (unsigned i = 0; first == NULL; i++) {
        first = strstr(world->messages[i].topic, "/telemetry") != NULL ? &world->messages[i] : NULL;
    }
    CHECK(strstr(first->bytes, "\"timestamp\":\"2027-01-15T08:00:0") != NULL);
}

static void stamped_later(void)
{
    test_provision();
    world->now_us = 0;
    CHECK(world_boot(an_hour_without_time) == END_POWER);
}

static void lies(void)
{
    struct timeval now;
    world->time_server_lie_s = -(int64_t)(WORLD_EPOCH - 1000000000u); // 2001
    world_run(600000);
    CHECK(world->message_count == 0u && world_logged("before this firmware was built: ignored"));
    (void)gettimeofday(&now, NULL);
    CHECK(now.tv_sec >= (time_t)WORLD_BUILD);
    world->time_server_lie_s = 0;
    world_run(120000);
    CHECK(world_count("/telemetry") >= 2u);
}

static void wrong_server(void)
{
    test_provision();
    CHECK(world_boot(lies) == END_POWER);
}

static void some_cycles(void)
{
    world_run(1000000);
}

static void floor_of_the_flash(void)
{
    struct timeval now;
    world->time_server_answers = false;
    world_run(60000);
    (void)gettimeofday(&now, NULL);
    CHECK(now.tv_sec >= (time_t)(WORLD_EPOCH + 600u)); // what the flash knows is later than the build
}

static void second_boot(void)
{
    test_provision();
    world->broker = BROKER_DOWN; // so that the cycles stay in the flash
    CHECK(world_boot(some_cycles) == END_POWER);
    world->broker = BROKER_UP;
    CHECK(world_boot(floor_of_the_flash) == END_POWER);
}

void test_clock(void)
{
    STORY(stamped_later);
    STORY(wrong_server);
    STORY(second_boot);
}
