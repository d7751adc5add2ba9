#include "gateway.h"

#include <stdio.h>

#include "esp_app_desc.h"
#include "esp_log.h"
#include "esp_random.h"
#include "esp_system.h"
#include "esp_task_wdt.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "gw_hal.h"
#include "sdkconfig.h"

#include "clock.h"
#include "keys.h"
#include "link.h"
#include "ota.h"
#include "reset.h"

/// The task comes round at the least this often, to feed its watchdog.
#define LONGEST_WAIT_MS 1000u

#define REQUEST_SIZE 1024u

static const char *const tag = "gateway";
static TaskHandle_t task;
static struct gw_app app;
static struct gw_hal hal;
static struct settings_tables tables;
static gw_sample_t samples[SETTINGS_POINTS];
static gw_poll_block_t blocks[SETTINGS_POINTS];
static uint8_t buffer[GW_APP_BUFFER_MIN];
static char request[REQUEST_SIZE];

// ---- Waiting and restarting ----------------------------------------------------------------------------------------

bool gateway_is_running(void)
{
    return task != NULL;
}

void gateway_wake(void)
{
    if (task != NULL) {
        (void)xTaskNotifyGive(task);
    }
}

void gateway_wake_from_interrupt(int *has_woken)
{
    if (task != NULL) {
        vTaskNotifyGiveFromISR(task, has_woken);
    }
}

static void wait_until(void *context, uint64_t until)
{
    (void)context;
    const uint64_t now = clock_now();
    uint64_t milliseconds = until > now ? until - now : 0u;
    milliseconds = milliseconds < LONGEST_WAIT_MS ? milliseconds : LONGEST_WAIT_MS;
    (void)ulTaskNotifyTake(pdTRUE, pdMS_TO_TICKS((uint32_t)milliseconds));
}

static uint32_t free_bytes(void *context)
{
    (void)context;
    return esp_get_minimum_free_heap_size();
}

static void restart(void *context)
{
    (void)context;
    esp_restart();
}

static void write_log(void *context, enum gw_app_level level, const char *text, int32_t number)
{
    (void)context;
    switch (level) {
    case GW_APP_LOG_ERROR: ESP_LOGE(tag, "%s (%d)", text, (int)number); break;
    case GW_APP_LOG_WARNING: ESP_LOGW(tag, "%s (%d)", text, (int)number); break;
    case GW_APP_LOG_INFO: ESP_LOGI(tag, "%s (%d)", text, (int)number); break;
    default: ESP_LOGD(tag, "%s (%d)", text, (int)number); break;
    }
}

// ---- The task ------------------------------------------------------------------------------------------------------

bool gateway_turn(void)
{
    // A turn takes as long as its longest step: making a key, an erase of flash. 10 s are far away from both.
    static bool is_watched;
    is_watched = is_watched || esp_task_wdt_add(NULL) == ESP_OK;
    const bool goes_on = gw_loop(&hal, &app, request, sizeof request);
    (void)esp_task_wdt_reset();
    return goes_on;
}

static void run(void *argument)
{
    (void)argument;
    while (gateway_turn()) {
    }
    vTaskDelete(NULL); // the restart has returned, which it never does
}

static const char *explain(enum gw_app_fault fault)
{
    switch (fault) {
    case GW_APP_BAD_MAC: return "the chip's MAC is unreadable";
    case GW_APP_BAD_LINE: return "the line's settings do not fit together: 'show', and look at the slaves and points";
    case GW_APP_BAD_READINGS: return "the points' settings do not fit together: 'show', and look at codes and units";
    case GW_APP_BAD_SETTING: return "interval or window is out of range";
    case GW_APP_BAD_FLASH: return "the flash cannot be read, or a partition is too small";
    default: return "it cannot run";
    }
}

static bool make(const struct gateway_config *config)
{
    static char agent[64];
    static struct gw_app_config made;
    const esp_app_desc_t *image = esp_app_get_description();
    (void)snprintf(agent, sizeof agent, "edge-firmware %.32s", image->version);
    settings_tabulate(config->settings, &tables);
    made = (struct gw_app_config){
        .mac = config->mac,
        .agent = agent,
        .line = &tables.line,
        .readings = tables.readings,
        .samples = samples,
        .blocks = blocks,
        .buffer = buffer,
        .buffer_size = sizeof buffer,
        .queue = &config->store->queue,
        .commands = &config->store->commands,
        .state = &config->store->state,
        .interval_s = config->settings->interval_s,
        .window = CONFIG_GW_WINDOW,
        .build_s = clock_build(),
        .seed = esp_random(),
        .reset = reset_reason(),
        .image = ota_image(),
        .log = write_log,
    };
    int detail = 0;
    const enum gw_app_fault fault = gw_app_init(&app, &made, clock_now(), &detail);
    if (fault != GW_APP_GOOD) {
        ESP_LOGE(tag, "%s (%d, %d)", explain(fault), (int)fault, detail);
        return false;
    }
    return true;
}

bool gateway_start(const struct gateway_config *config)
{
    static struct link_config link;
    link = (struct link_config){
        .mac = config->mac, .broker = config->settings->broker, .port = config->settings->port};
    hal.system = (struct gw_hal_system){.wait = wait_until, .free_bytes = free_bytes, .restart = restart};
    clock_open(&hal.clock);
    keys_open(&hal.keys);
    ota_open(&hal.update);
    // A line that cannot be set up now is tried again by the core, every cycle.
    (void)line_open(&hal.line, config->settings->baud, config->settings->format);
    return make(config) && link_open(&hal.link, &link)
        && xTaskCreate(run, "gateway", CONFIG_GW_TASK_STACK, NULL, CONFIG_GW_TASK_PRIORITY, &task) == pdPASS;
}
