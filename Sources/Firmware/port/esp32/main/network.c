#include "network.h"

#include "esp_event.h"
#include "esp_log.h"
#include "esp_netif.h"
#include "sdkconfig.h"

#include "network_driver.h"

static const char *const tag = "network";
static volatile bool is_up;
static volatile unsigned losses;

static void on_address(void *argument, esp_event_base_t base, int32_t id, void *data)
{
    (void)argument;
    (void)base;
    const bool has_address = id == IP_EVENT_STA_GOT_IP || id == IP_EVENT_ETH_GOT_IP;
    if (has_address) {
        const ip_event_got_ip_t *got = data;
        ESP_LOGI(tag, "up: " IPSTR, IP2STR(&got->ip_info.ip));
        network_driver_is_up();
    } else if (is_up) {
        losses = losses + 1u;
        ESP_LOGW(tag, "the address is lost");
    }
    is_up = has_address;
}

bool network_start(const char *wifi_name, const char *wifi_password)
{
    static const int32_t events[] = {IP_EVENT_STA_GOT_IP, IP_EVENT_STA_LOST_IP, IP_EVENT_ETH_GOT_IP,
                                     IP_EVENT_ETH_LOST_IP};
    bool is_good = esp_netif_init() == ESP_OK && esp_event_loop_create_default() == ESP_OK;
    for (size_t i = 0; is_good && i < sizeof events / sizeof events[0]; i++) {
        is_good = esp_event_handler_register(IP_EVENT, events[i], on_address, NULL) == ESP_OK;
    }
    if (!is_good || !network_driver_start(wifi_name, wifi_password)) {
        ESP_LOGE(tag, "the network's hardware does not answer: the gateway reads and keeps, and publishes nothing");
        return false;
    }
    return true;
}

bool network_needs_name(void)
{
    return network_driver_needs_name;
}

bool network_is_up(void)
{
    return is_up;
}

unsigned network_losses(void)
{
    return losses;
}
