// The gateway's firmware as a program on Linux: edge-firmware --config FILE
#include "posix.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#define AGENT "edge-firmware 0.1.0"

/// No clock is trusted below this, 2025-01-01: a program does not know when it was built as firmware does.
#define BUILD_S UINT64_C(1735689600)

/// What the functions of struct gw_hal need; one program is one gateway.
struct machine {
    struct configuration configuration;
    struct flash_file flash;
    struct serial_line line;
    struct gw_app app;
    gw_sample_t samples[POINTS_MAX];
    gw_poll_block_t blocks[POINTS_MAX];
    uint8_t buffer[8192];
    char request[2048];
    struct timespec start;
    int wake;
};

/// Written to by the handler of signals: why the program ends, and the eventfd that ends the waiting.
static volatile sig_atomic_t stop_signal;
static int stop_wake = -1;

static void on_signal(int number)
{
    stop_signal = number;
    (void)!write(stop_wake, &(uint64_t){1}, sizeof(uint64_t));
}

// ---- The clock and waiting -----------------------------------------------------------------------------------------

static uint64_t monotonic_ms(void *context)
{
    const struct machine *machine = context;
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (uint64_t)((now.tv_sec - machine->start.tv_sec) * 1000 + (now.tv_nsec - machine->start.tv_nsec) / 1000000);
}

static bool wall_ms(void *context, uint64_t *milliseconds)
{
    const struct machine *machine = context;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    *milliseconds = (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
    return machine->configuration.clock[0] == '\0' || access(machine->configuration.clock, F_OK) == 0;
}

static void wait_until(void *context, uint64_t until)
{
    struct machine *machine = context;
    struct pollfd waited[2] = {{.fd = machine->line.descriptor, .events = POLLIN},
                               {.fd = machine->wake, .events = POLLIN}};
    uint64_t count = 0;
    const uint64_t now = monotonic_ms(machine);
    // The file that makes the clock trusted is looked for twice a second.
    const uint64_t longest = machine->configuration.clock[0] != '\0' ? 500u : 60000u;
    const uint64_t left = until > now ? until - now : 0u;
    if (poll(waited, 2, (int)(left < longest ? left : longest)) > 0 && (waited[1].revents & POLLIN) != 0) {
        (void)!read(machine->wake, &count, sizeof count);
    }
}

static void restart(void *context)
{
    (void)context;
    // A program ends; whoever has started it starts it again.
}

static void write_log(void *context, enum gw_app_level level, const char *text, int32_t number)
{
    static const char *const levels[] = {"error", "warning", "info", "debug"};
    (void)context;
    fprintf(stderr, "%s: %s: %d\n", levels[level], text, number);
}

// ---- The program ---------------------------------------------------------------------------------------------------

static int usage(int status)
{
    fprintf(status == EX_OK ? stdout : stderr,
            "usage: edge-firmware [--check] --config FILE\n\n"
            "The firmware of the gateway as a program: polls Modbus RTU meters, stores, publishes over MQTT 5 with TLS.\n"
            "  --config FILE  one setting a line; Sources/Firmware/port/posix/README.md lists them\n"
            "  --check        read the configuration, say what is wrong with it, and end\n"
            "  --version      say which firmware this is\n\n"
            "Exit status: 0 stopped, 75 the board would restart now, 64 to 78 as sysexits.h.\n");
    return status;
}

static bool set_up(struct machine *machine, struct gw_app_config *config)
{
    struct configuration *configuration = &machine->configuration;
    char path[PATH_LENGTH];
    state_path(configuration, "flash.bin", path);
    if (!flash_file_open(&machine->flash, path, configuration->queue_kib)) {
        return false;
    }
    *config = (struct gw_app_config){
        .mac = configuration->mac,
        .agent = AGENT,
        .line = &configuration->line,
        .readings = configuration->readings,
        .samples = machine->samples,
        .blocks = machine->blocks,
        .buffer = machine->buffer,
        .buffer_size = sizeof machine->buffer,
        .queue = &machine->flash.queue.block,
        .commands = &machine->flash.commands.block,
        .state = &machine->flash.state.block,
        .interval_s = configuration->interval_s,
        .window = configuration->window,
        .build_s = BUILD_S,
        .reset = GW_APP_RESET_UNKNOWN,
        .image = GW_APP_IMAGE_STEADY,
        .log = write_log,
    };
    (void)!getrandom(&config->seed, sizeof config->seed, 0);
    return true;
}

static int run(struct machine *machine)
{
    static const char *const faults[] = {"", "the MAC is none", "the line cannot be polled", "the readings are wrong",
                                         "a setting is out of range", "the flash cannot be read"};
    struct gw_app_config config;
    int detail = 0;
    machine->wake = stop_wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    clock_gettime(CLOCK_BOOTTIME, &machine->start);
    if (!set_up(machine, &config)) {
        return EX_CANTCREAT;
    }
    struct mqtt_link *link = mqtt_link_make(&machine->configuration, machine->wake);
    if (link == NULL) {
        fprintf(stderr, "edge-firmware: no memory, or no thread, for the link\n");
        return EX_OSERR;
    }
    const struct gw_hal hal = {
        .line = serial_line_make(&machine->line, &machine->configuration),
        .link = mqtt_link_hal(link),
        .keys = key_slots_make(&machine->configuration),
        .clock = {.context = machine, .monotonic_ms = monotonic_ms, .wall_ms = wall_ms},
        .system = {.context = machine, .wait = wait_until, .restart = restart},
    };
    const enum gw_app_fault fault = gw_app_init(&machine->app, &config, monotonic_ms(machine), &detail);
    if (fault != GW_APP_GOOD) {
        fprintf(stderr, "edge-firmware: %s (%d)\n", faults[fault], detail);
        return fault == GW_APP_BAD_FLASH ? EX_IOERR : EX_CONFIG;
    }
    const struct sigaction stop = {.sa_handler = on_signal};
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGINT, &stop, NULL);
    signal(SIGPIPE, SIG_IGN);
    bool goes_on = true;
    while (goes_on && stop_signal == 0) {
        goes_on = gw_loop(&hal, &machine->app, machine->request, sizeof machine->request);
    }
    if (goes_on) {
        hal.link.close(hal.link.context);
    }
    return goes_on ? EX_OK : EX_TEMPFAIL;
}

int main(int argc, char **argv)
{
    static struct machine machine;
    const char *path = NULL;
    bool only_checks = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            return usage(EX_OK);
        }
        if (strcmp(argv[i], "--version") == 0) {
            puts(AGENT);
            return EX_OK;
        }
        if (strcmp(argv[i], "--check") == 0) {
            only_checks = true;
        } else if (strcmp(argv[i], "--config") == 0 && i + 1 < argc) {
            path = argv[++i];
        } else {
            return usage(EX_USAGE);
        }
    }
    if (path == NULL) {
        return usage(EX_USAGE);
    }
    if (!configuration_read(&machine.configuration, path)) {
        return EX_CONFIG;
    }
    // The thread of the link is left to itself: it may hang in a name or in a connection that nobody answers.
    const int status = only_checks ? EX_OK : run(&machine);
    fflush(NULL);
    _exit(status);
}
