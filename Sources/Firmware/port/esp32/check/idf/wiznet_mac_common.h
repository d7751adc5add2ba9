#pragma once
#include "esp_eth.h"
typedef struct {
    int int_gpio_num;
    uint32_t poll_period_ms;
    spi_host_device_t spi_host_id;
    spi_device_interface_config_t *spi_devcfg;
} eth_wiznet_config_t;
