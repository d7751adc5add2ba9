#include "world.h"

#include <sanitizer/common_interface_defs.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "esp_log.h"
#include "esp_random.h"
#include "gateway.h"
#include "link.h"

struct world *world;
static int64_t clock_offset_s;

void app_main(void);

void world_reset(void)
{
    if (world == NULL) {
        world = mmap(NULL, sizeof *world, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    }
    memset(world, 0, sizeof *world);
    memset(world->flash, 0xFF, sizeof world->flash);
    world->reset_reason = 1;
    world->image[0] = IMAGE_VALID;
    world->acknowledges = true;
    world->time_server_answers = true;
    world->server_answers = true;
    (void)snprintf(world->server_project, sizeof world->server_project, "edge-firmware");
}

void world_exit(int end)
{
    (void)fflush(NULL);
    _exit(end);
}

void world_fail(void)
{
    (void)fprintf(stderr, "the end of the log:\n%s\n", world->log + (world->log_length > 1500u ? world->log_length - 1500u : 0u));
    world_exit(1);
}

/// What the boot loader does: an image on trial that comes by a second time is given up.
static void load(void)
{
    if (world->image[world->slot] == IMAGE_PENDING) {
        world->image[world->slot] = IMAGE_ABORTED;
        world->slot = 1 - world->slot;
    } else if (world->image[world->slot] == IMAGE_NEW) {
        world->image[world->slot] = IMAGE_PENDING;
    }
}

static void on_alarm(int signal)
{
    (void)signal;
    (void)fprintf(stderr, "the board hangs\n");
    __sanitizer_print_stack_trace();
    world_fail();
}

enum world_end world_boot(void (*script)(void))
{
    load();
    world->boots++;
    world->boot_us = world->now_us;
    world->is_watched = false;
    world->clients = 0;
    (void)fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        // A boot that hangs is a failure too; real seconds, of which a story takes two.
        (void)signal(SIGALRM, on_alarm);
        (void)alarm(60);
        clock_offset_s = -(int64_t)(world->now_us / 1000000u); // 1970: the chip has no clock of its own
        app_main();
        script();
        world_exit(END_POWER);
    }
    int status = 0;
    (void)waitpid(child, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) < END_POWER) {
        (void)fprintf(stderr, "the board's process ended with %d\n", status);
        exit(1);
    }
    const enum world_end end = (enum world_end)WEXITSTATUS(status);
    world->reset_reason = end == END_RESTART || end == END_ROLLBACK ? 3 : 1;
    return end;
}

// ---- Time ----------------------------------------------------------------------------------------------------------

uint64_t world_ms(void)
{
    return (world->now_us - world->boot_us) / 1000u;
}

void world_advance(uint64_t to_us)
{
    const uint64_t next = fake_next_us();
    const uint64_t at = next < to_us ? next : to_us;
    world->now_us = at > world->now_us ? at : world->now_us;
}

static void step(void)
{
    fake_line_step();
    fake_broker_step();
    fake_timer_step();
    fake_network_step();
    fake_task_step();
    link_turn(0);
    link_turn(0);
    if (gateway_is_running()) {
        if (!gateway_turn()) {
            world_exit(END_HUNG);
        }
    } else {
        world_advance(world->now_us + 10000u);
    }
}

void world_run(uint32_t milliseconds)
{
    const uint64_t until = world->now_us + (uint64_t)milliseconds * 1000u;
    while (world->now_us < until) {
        step();
    }
}

bool world_run_until(bool (*is_done)(void), uint32_t at_most_ms)
{
    const uint64_t until = world->now_us + (uint64_t)at_most_ms * 1000u;
    while (world->now_us < until && !is_done()) {
        step();
    }
    return is_done();
}

int __wrap_gettimeofday(struct timeval *time, void *zone);
int __wrap_settimeofday(const struct timeval *time, const void *zone);

int __wrap_gettimeofday(struct timeval *time, void *zone)
{
    (void)zone;
    time->tv_sec = (time_t)(clock_offset_s + (int64_t)(world->now_us / 1000000u));
    time->tv_usec = (suseconds_t)(world->now_us % 1000000u);
    return 0;
}

int __wrap_settimeofday(const struct timeval *time, const void *zone)
{
    (void)zone;
    clock_offset_s = (int64_t)time->tv_sec - (int64_t)(world->now_us / 1000000u);
    return 0;
}

// ---- Log and random ------------------------------------------------------------------------------------------------

void check_log(char level, const char *tag, const char *format, ...)
{
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (level != 'D' && world->log_length + 600u < sizeof world->log) {
        world->log_length += (size_t)sprintf(world->log + world->log_length, "%c %llu %s: %s\n", level,
                                             (unsigned long long)world_ms(), tag, line);
    }
}

bool world_logged(const char *text)
{
    return strstr(world->log, text) != NULL;
}

bool world_said(const char *text)
{
    return strstr(world->console_out, text) != NULL;
}

const char *esp_err_to_name(esp_err_t code)
{
    return code == ESP_OK ? "ESP_OK" : "an error";
}

uint32_t esp_random(void)
{
    static uint32_t state;
    state = state * 1664525u + 1013904223u + world->boots;
    return state >> 8;
}

void esp_fill_random(void *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        ((uint8_t *)bytes)[i] = (uint8_t)esp_random();
    }
}

// ---- Messages ------------------------------------------------------------------------------------------------------

static bool ends_in(const char *text, const char *ending)
{
    const size_t length = strlen(text);
    return length >= strlen(ending) && strcmp(text + length - strlen(ending), ending) == 0;
}

unsigned world_count(const char *ending)
{
    unsigned count = 0;
    for (unsigned i = 0; i < world->message_count; i++) {
        count += ends_in(world->messages[i].topic, ending) ? 1u : 0u;
    }
    return count;
}

const struct world_message *world_last(const char *ending)
{
    for (unsigned i = world->message_count; i > 0u; i--) {
        if (ends_in(world->messages[i - 1u].topic, ending)) {
            return &world->messages[i - 1u];
        }
    }
    static const struct world_message none;
    return &none;
}
