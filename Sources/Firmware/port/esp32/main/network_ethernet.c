#include "network_ethernet.h"

#include "bootloader_random.h"
#include "esp_eth_netif_glue.h"
#include "esp_event.h"
#include "esp_log.h"
#include "esp_mac.h"
#include "esp_netif.h"

#include "network_driver.h"

const bool network_driver_needs_name = false;

static const char *const tag = "ethernet";

static void on_cable(void *argument, esp_event_base_t base, int32_t id, void *data)
{
    (void)argument;
    (void)base;
    (void)data;
    if (id == ETHERNET_EVENT_DISCONNECTED) {
        ESP_LOGW(tag, "no link: the cable, or what it leads to");
    }
}

void network_driver_is_up(void)
{
}

bool network_ethernet_start(esp_eth_mac_t *mac, esp_eth_phy_t *phy, bool needs_address)
{
    esp_netif_config_t wanted = ESP_NETIF_DEFAULT_ETH();
    esp_eth_config_t config = ETH_DEFAULT_CONFIG(mac, phy);
    esp_eth_handle_t handle = NULL;
    uint8_t address[6];
    // With the radio off the chip's random numbers need another source of noise, and keys are made of them.
    bootloader_random_enable();
    esp_netif_t *interface = esp_netif_new(&wanted);
    if (mac == NULL || phy == NULL || interface == NULL || esp_eth_driver_install(&config, &handle) != ESP_OK) {
        ESP_LOGE(tag, "the chip does not answer: its pins in the menu \"Gateway\", its supply");
        return false;
    }
    if (needs_address
        && (esp_read_mac(address, ESP_MAC_ETH) != ESP_OK
            || esp_eth_ioctl(handle, ETH_CMD_S_MAC_ADDR, address) != ESP_OK)) {
        return false;
    }
    return esp_event_handler_register(ETH_EVENT, ESP_EVENT_ANY_ID, on_cable, NULL) == ESP_OK
        && esp_netif_attach(interface, esp_eth_new_netif_glue(handle)) == ESP_OK && esp_eth_start(handle) == ESP_OK;
}
