// The firmware as an image for QEMU's virt board, rv32imc: polls what stands behind the board's serial port, and prints
// what it would publish. The last argument is the number of telemetry messages after
// which it ends.
#include <stdio.h>
#include <stdlib.h>

#include "board.h"

#define MAC "02:00:5e:10:00:03"

/// The meters of check.py, which says the same to the line simulator.
static const gw_point_t points[] = {
    {.table = GW_TABLE_HOLDING, .type = GW_TYPE_UINT32, .address = 0, .scale = {1, -2, false}},
    {.table = GW_TABLE_HOLDING, .type = GW_TYPE_INT16, .address = 3, .scale = {1, -1, false}, .offset = {5, 0, true}},
    {.table = GW_TABLE_HOLDING, .type = GW_TYPE_FLOAT32, .address = 6, .scale = GW_DECIMAL_ONE},
    {.table = GW_TABLE_COIL, .type = GW_TYPE_BOOL, .address = 2, .scale = GW_DECIMAL_ONE},
    {.table = GW_TABLE_INPUT, .type = GW_TYPE_UINT64, .order = GW_ORDER_CDAB, .address = 9, .scale = {1, -3, false}},
};
enum { POINTS = sizeof points / sizeof points[0] };

static gw_reading_t readings[POINTS] = {
    {.code = "E-1", .unit = "kWh", .point = &points[0]},        {.code = "T-1", .unit = "\xC2\xB0" "C", .point = &points[1]},
    {.code = "F-1", .unit = "m\xC2\xB3/h", .point = &points[2]}, {.code = "B-1", .unit = "", .point = &points[3]},
    {.code = "Q-1", .unit = "kvarh", .point = &points[4]},
};
static const gw_poll_slave_t slaves[] = {
    {.address = 3, .timeout_ms = 1000, .first_point = 0, .point_count = 3},
    {.address = 9, .timeout_ms = 1000, .first_point = 3, .point_count = 2},
};
static const gw_poll_config_t line = {
    .slaves = slaves, .slave_count = 2, .points = points, .point_count = POINTS, .baud = 9600, .backoff_ms = 300,
};

static int32_t make_key(void *context, enum gw_cert_slot slot, const char *common_name, char *request, uint32_t size)
{
    (void)context;
    (void)slot;
    (void)common_name;
    (void)request;
    (void)size;
    return -1; // the board has no keys: a renewal ends with no_key
}

static bool store(void *context, enum gw_cert_slot slot, const char *common_name, const char *pem, uint64_t now_s)
{
    (void)context;
    (void)slot;
    (void)common_name;
    (void)pem;
    (void)now_s;
    return false;
}

static uint64_t not_after(void *context, enum gw_cert_slot slot)
{
    (void)context;
    (void)slot;
    return 0;
}

static void wait_until(void *context, uint64_t until)
{
    const struct gw_hal_clock *clock = context;
    while (!uart_has_bytes() && clock->monotonic_ms(clock->context) < until && !print_link_is_done()) {
        // The link confirms at once: what it has to report is fetched in the next turn.
        if (clock->monotonic_ms(clock->context) % 10u == 0u) {
            return;
        }
    }
}

static void restart(void *context)
{
    (void)context;
    exit(0);
}

static void write_log(void *context, enum gw_app_level level, const char *text, int32_t number)
{
    (void)context;
    fprintf(stderr, "log %d: %s: %ld\n", (int)level, text, (long)number);
}

int main(int argc, char **argv)
{
    static struct gw_app app;
    static gw_sample_t samples[POINTS];
    static gw_poll_block_t blocks[POINTS];
    static uint8_t buffer[GW_APP_BUFFER_MIN];
    static char request[8];
    struct gw_hal_clock clock = board_clock();
    struct gw_hal hal = {
        .line = uart_line(),
        .link = print_link(argc > 1 ? (unsigned)strtoul(argv[argc - 1], NULL, 10) : 3u),
        .keys = {.make_key = make_key, .store = store, .not_after = not_after},
        .clock = clock,
        .system = {.context = &clock, .wait = wait_until, .restart = restart},
    };
    const struct gw_app_config config = {
        .mac = MAC,
        .agent = "edge-firmware 0.1.0",
        .line = &line,
        .readings = readings,
        .samples = samples,
        .blocks = blocks,
        .buffer = buffer,
        .buffer_size = sizeof buffer,
        .queue = ram_flash_queue(),
        .commands = ram_flash_commands(),
        .state = ram_flash_state(),
        .interval_s = 3,
        .window = 4,
        .build_s = UINT64_C(1735689600),
        .seed = 1,
        .reset = GW_APP_RESET_POWER,
        .log = write_log,
    };
    int detail = 0;
    hal.link.context = &app;
    const enum gw_app_fault fault = gw_app_init(&app, &config, clock.monotonic_ms(NULL), &detail);
    if (fault != GW_APP_GOOD) {
        fprintf(stderr, "the gateway cannot run: fault %d, %d\n", (int)fault, detail);
        return 1;
    }
    while (!print_link_is_done() && gw_loop(&hal, &app, request, sizeof request)) {
    }
    return 0;
}
