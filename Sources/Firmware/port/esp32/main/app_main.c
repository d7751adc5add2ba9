/// The order in which the gateway comes up.
///
/// A board that is not set up, or that cannot run, does not restart again and again: it says why, and waits at its
/// console. Only a new firmware that does not get that far is left to the boot loader.
#include <stdio.h>
#include <stdlib.h>

#include "esp_log.h"
#include "esp_mac.h"
#include "esp_ota_ops.h"
#include "esp_system.h"
#include "sdkconfig.h"

#include "clock.h"
#include "console.h"
#include "gateway.h"
#include "kept.h"
#include "keys.h"
#include "network.h"
#include "ota.h"
#include "settings_kept.h"
#include "store.h"
#include "tls.h"

/// What ESP-IDF calls, in a task of its own.
void app_main(void);

static const char *const tag = "main";

static bool read_mac(char text[GW_MAC_LENGTH + 1u])
{
    uint8_t mac[6];
    // The chip's own, from the factory: it does not depend on which interface is in use.
    if (esp_read_mac(mac, ESP_MAC_EFUSE_FACTORY) != ESP_OK) {
        return false;
    }
    (void)snprintf(text, GW_MAC_LENGTH + 1u, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4],
                   mac[5]);
    return true;
}

static bool is_certified(void)
{
    return keys_not_after(GW_CERT_SLOT_A) > 0u || keys_not_after(GW_CERT_SLOT_B) > 0u;
}

static bool start(const struct gateway_config *config, bool is_set_up, char reason[SETTINGS_REASON_MAX])
{
    char *password = settings_password();
    const bool has_network = network_start(config->settings->wifi, password != NULL ? password : "");
    free(password);
    if (!is_set_up || !settings_are_complete(config->settings, network_needs_name(), reason)) {
        return false;
    }
    if (!is_certified()) {
        (void)snprintf(reason, SETTINGS_REASON_MAX,
                       "no certificate: 'request', have it signed, then 'paste certificate'");
        return false;
    }
    // Without a network it reads and keeps; that is what it is for.
    (void)(has_network && clock_start(config->settings->time_server));
    (void)snprintf(reason, SETTINGS_REASON_MAX, "see the log above");
    return gateway_start(config);
}

void app_main(void)
{
    static struct settings settings;
    static struct store store;
    static char mac[GW_MAC_LENGTH + 1u];
    static struct gateway_config config = {.settings = &settings, .store = &store, .mac = mac};
    char reason[SETTINGS_REASON_MAX] = "see the log above";
    const bool has_kept = kept_open();
    const bool has_store = store_open(&store);
    const bool is_good = read_mac(mac) && tls_start() && has_kept && has_store;
    const bool is_set_up = settings_load(&settings, reason);
    if (!start(&config, is_good && is_set_up, reason)) {
        ESP_LOGE(tag, "%s does not run: %s", mac, reason);
        if (ota_image() == GW_APP_IMAGE_ON_TRIAL) {
            ESP_LOGE(tag, "this is an update on trial: the firmware before it comes back");
            (void)esp_ota_mark_app_invalid_rollback_and_reboot();
        }
    }
    console_start(&config);
}
