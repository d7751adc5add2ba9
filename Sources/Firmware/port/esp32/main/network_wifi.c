#include "network_driver.h"

#include <string.h>

#include "esp_event.h"
#include "esp_log.h"
#include "esp_netif.h"
#include "esp_random.h"
#include "esp_timer.h"
#include "esp_wifi.h"

/// The waits between two attempts, in milliseconds: doubling, and each shortened by up to a half at random.
#define FIRST_WAIT_MS 1000u
#define LONGEST_WAIT_MS 30000u

const bool network_driver_needs_name = true;

static const char *const tag = "wifi";
static esp_timer_handle_t timer;
static uint32_t wait_ms = FIRST_WAIT_MS;
static bool has_network;

/// Tries again after a wait. Returns how long that is, in milliseconds.
static unsigned try_later(void)
{
    const uint32_t wait = wait_ms - esp_random() % (wait_ms / 2u);
    wait_ms = wait_ms * 2u < LONGEST_WAIT_MS ? wait_ms * 2u : LONGEST_WAIT_MS;
    // It may still be running, where the driver reports one loss twice.
    (void)esp_timer_stop(timer);
    (void)esp_timer_start_once(timer, (uint64_t)wait * 1000u);
    return (unsigned)wait;
}

/// An attempt that does not even begin ends in no event.
static void join(void)
{
    const esp_err_t result = esp_wifi_connect();
    if (result != ESP_OK) {
        ESP_LOGW(tag, "the driver does not try (%s); again in %u ms", esp_err_to_name(result), try_later());
    }
}

static void try_again(void *argument)
{
    (void)argument;
    join();
}

static const char *explain(uint8_t reason)
{
    switch (reason) {
    case WIFI_REASON_NO_AP_FOUND: return "not in reach, or its name is spelt in another way";
    case WIFI_REASON_NO_AP_FOUND_W_COMPATIBLE_SECURITY:
    case WIFI_REASON_NO_AP_FOUND_IN_AUTHMODE_THRESHOLD:
        return "in reach, but not as set: with a password it must be WPA2 or WPA3, without one open";
    case WIFI_REASON_AUTH_FAIL:
    case WIFI_REASON_4WAY_HANDSHAKE_TIMEOUT:
    case WIFI_REASON_HANDSHAKE_TIMEOUT: return "it refuses: the password";
    case WIFI_REASON_BEACON_TIMEOUT: return "lost from hearing";
    default: return "gone";
    }
}

static void on_wifi(void *argument, esp_event_base_t base, int32_t id, void *data)
{
    (void)argument;
    (void)base;
    if (!has_network) {
        return;
    }
    if (id == WIFI_EVENT_STA_START) {
        join();
    } else if (id == WIFI_EVENT_STA_DISCONNECTED) {
        const wifi_event_sta_disconnected_t *gone = data;
        ESP_LOGW(tag, "%s (reason %u); again in %u ms", explain(gone->reason), (unsigned)gone->reason, try_later());
    }
}

void network_driver_is_up(void)
{
    wait_ms = FIRST_WAIT_MS;
}

bool network_driver_start(const char *wifi_name, const char *wifi_password)
{
    wifi_init_config_t init = WIFI_INIT_CONFIG_DEFAULT();
    // Of several access points with the name the strongest, not the first that is heard.
    wifi_config_t config = {.sta = {.scan_method = WIFI_ALL_CHANNEL_SCAN, .sort_method = WIFI_CONNECT_AP_BY_SIGNAL,
                                    .threshold = {.authmode = WIFI_AUTH_WPA2_PSK}, .sae_pwe_h2e = WPA3_SAE_PWE_BOTH}};
    const esp_timer_create_args_t wanted = {.callback = try_again, .name = "wifi"};
    has_network = wifi_name[0] != '\0';
    if (wifi_password[0] == '\0') {
        config.sta.threshold.authmode = WIFI_AUTH_OPEN;
    }
    // Both are bytes of a fixed field, ended by a 0 only where they are shorter.
    memcpy(config.sta.ssid, wifi_name, strnlen(wifi_name, sizeof config.sta.ssid));
    memcpy(config.sta.password, wifi_password, strnlen(wifi_password, sizeof config.sta.password));
    return esp_netif_create_default_wifi_sta() != NULL && esp_timer_create(&wanted, &timer) == ESP_OK
        && esp_wifi_init(&init) == ESP_OK
        && esp_event_handler_register(WIFI_EVENT, ESP_EVENT_ANY_ID, on_wifi, NULL) == ESP_OK
        // The name and the password are in NVS once, and that is ours.
        && esp_wifi_set_storage(WIFI_STORAGE_RAM) == ESP_OK && esp_wifi_set_mode(WIFI_MODE_STA) == ESP_OK
        && (!has_network || esp_wifi_set_config(WIFI_IF_STA, &config) == ESP_OK) && esp_wifi_start() == ESP_OK;
}
