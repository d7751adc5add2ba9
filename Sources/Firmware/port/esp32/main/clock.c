#include "clock.h"

#include <sys/time.h>

#include "esp_log.h"
#include "esp_netif_sntp.h"
#include "esp_timer.h"

#ifndef GW_BUILD_SECONDS
#error "GW_BUILD_SECONDS is not defined: main/CMakeLists.txt sets it to the time of the build"
#endif

static const char *const tag = "clock";
/// Written by the network's task, read by the gateway's.
static volatile bool is_trusted;

uint64_t clock_now(void)
{
    return (uint64_t)esp_timer_get_time() / 1000u;
}

uint32_t clock_build(void)
{
    return GW_BUILD_SECONDS;
}

static void set_clock(uint64_t seconds)
{
    const struct timeval time = {.tv_sec = (time_t)seconds};
    (void)settimeofday(&time, NULL);
}

void clock_raise(uint64_t seconds)
{
    struct timeval time = {0};
    (void)gettimeofday(&time, NULL);
    if (time.tv_sec < (time_t)seconds) {
        set_clock(seconds);
    }
}

/// The time server has answered, and the system's clock shows what it said.
static void on_sync(struct timeval *time)
{
    if (time->tv_sec < (time_t)GW_BUILD_SECONDS) {
        // No clock may show less than the build: a wrong server, or a forged answer. The clock was believed before.
        ESP_LOGW(tag, "the time server's time is before this firmware was built: ignored");
        set_clock(GW_BUILD_SECONDS);
        is_trusted = false;
        return;
    }
    is_trusted = true;
}

bool clock_start(const char *server)
{
    esp_sntp_config_t config = ESP_NETIF_SNTP_DEFAULT_CONFIG(server);
    config.wait_for_sync = false;
    config.sync_cb = on_sync;
    return esp_netif_sntp_init(&config) == ESP_OK;
}

static uint64_t monotonic_ms(void *context)
{
    (void)context;
    return clock_now();
}

static bool wall_ms(void *context, uint64_t *milliseconds)
{
    (void)context;
    struct timeval time = {0};
    if (!is_trusted || gettimeofday(&time, NULL) != 0 || time.tv_sec < (time_t)GW_BUILD_SECONDS) {
        return false;
    }
    *milliseconds = (uint64_t)time.tv_sec * 1000u + (uint64_t)time.tv_usec / 1000u;
    return true;
}

void clock_open(struct gw_hal_clock *clock)
{
    // Whether it is trusted stays as it is: the time server may have answered already.
    *clock = (struct gw_hal_clock){.context = NULL, .monotonic_ms = monotonic_ms, .wall_ms = wall_ms};
}
