/// The RS-485 line.
#include <string.h>

#include "test.h"

static void one_dead(void)
{
    world->is_dead[1] = true;
    world_run(600000);
    CHECK(strstr(world_last("/telemetry")->bytes, "D03") != NULL && strstr(world_last("/telemetry")->bytes, "D01") == NULL);
    world->is_dead[1] = false;
    world_run(400000);
    CHECK(strstr(world_last("/telemetry")->bytes, "D01") != NULL);
    CHECK(world->uart_mode == 1 && world->uart_baud == 9600 && world->uart_parity == 0 && world->uart_stop_bits == 1);
    CHECK(world->uart_pins[0] == 4 && world->uart_pins[1] == 5 && world->uart_pins[2] == 6);
    CHECK(world->pulled_up == 5);
}

static void dead_slave(void)
{
    test_provision();
    CHECK(world_boot(one_dead) == END_POWER);
}

static void stuck(void)
{
    world_run(30000);
    const unsigned installs = world->uart_installs;
    world->uart_is_stuck = true; // until the driver is installed anew
    world_run(900000);
    CHECK(world->uart_installs > installs);
    world_run(400000);
    CHECK(world_count("/telemetry") >= 3u);
}

static void comes_back(void)
{
    test_provision();
    CHECK(world_boot(stuck) == END_POWER);
}

static void noisy(void)
{
    world->has_foreign_bytes = true;
    world_run(400000);
    CHECK(world_count("/telemetry") >= 2u);
}

static void noise(void)
{
    test_provision();
    CHECK(world_boot(noisy) == END_POWER);
}

static void set_parity(void)
{
    CHECK(world_console("line 19200 8E1") == 0 && world_console("save") == 0);
    world_console("restart");
}

static void with_parity(void)
{
    CHECK(world->uart_baud == 19200 && world->uart_parity == 2 && world->uart_stop_bits == 1);
}

static void other_format(void)
{
    test_provision();
    CHECK(world_boot(set_parity) == END_RESTART);
    CHECK(world_boot(with_parity) == END_POWER);
}

void test_line(void)
{
    STORY(dead_slave);
    STORY(comes_back);
    STORY(noise);
    STORY(other_format);
}
