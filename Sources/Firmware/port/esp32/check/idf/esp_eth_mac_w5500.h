// espressif/w5500 of release 2; with release 1 the members of `base` stand in the structure itself.
#pragma once
#include "esp_eth.h"
#include "wiznet_mac_common.h"
typedef struct {
    eth_wiznet_config_t base;
} eth_w5500_config_t;
#define ETH_W5500_DEFAULT_CONFIG(host, device) {.base = {.int_gpio_num = 4, .spi_host_id = host, .spi_devcfg = device}}
esp_eth_mac_t *esp_eth_mac_new_w5500(const eth_w5500_config_t *chip, const eth_mac_config_t *config);
