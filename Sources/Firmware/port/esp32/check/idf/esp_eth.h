#pragma once
#include "driver/spi_master.h"
#include "esp_event.h"
#include "esp_idf_version.h"
typedef struct esp_eth_mac_s esp_eth_mac_t;
typedef struct esp_eth_phy_s esp_eth_phy_t;
typedef void *esp_eth_handle_t;
typedef struct {
    uint32_t rx_task_stack_size;
} eth_mac_config_t;
typedef struct {
    int32_t phy_addr;
    int reset_gpio_num;
} eth_phy_config_t;
typedef struct {
    esp_eth_mac_t *mac;
    esp_eth_phy_t *phy;
} esp_eth_config_t;
#define ETH_MAC_DEFAULT_CONFIG() {.rx_task_stack_size = 4096}
#define ETH_PHY_DEFAULT_CONFIG() {.phy_addr = -1, .reset_gpio_num = 5}
#define ETH_DEFAULT_CONFIG(emac, ephy) {.mac = emac, .phy = ephy}
typedef enum { ETH_CMD_G_MAC_ADDR, ETH_CMD_S_MAC_ADDR } esp_eth_io_cmd_t;
typedef enum { ETHERNET_EVENT_START, ETHERNET_EVENT_STOP, ETHERNET_EVENT_CONNECTED, ETHERNET_EVENT_DISCONNECTED } eth_event_t;
extern esp_event_base_t const ETH_EVENT;
esp_err_t esp_eth_driver_install(const esp_eth_config_t *config, esp_eth_handle_t *handle);
esp_err_t esp_eth_ioctl(esp_eth_handle_t handle, esp_eth_io_cmd_t command, void *data);
esp_err_t esp_eth_start(esp_eth_handle_t handle);
esp_eth_phy_t *esp_eth_phy_new_generic(const eth_phy_config_t *config);
// The MAC in the chip (classic ESP32).
typedef enum { EMAC_CLK_DEFAULT, EMAC_CLK_EXT_IN, EMAC_CLK_OUT } emac_rmii_clock_mode_t;
#if CHECK_IDF == 6
typedef int check_rmii_gpio_t;
#else
typedef enum { EMAC_CLK_IN_GPIO = 0, EMAC_APPL_CLK_OUT_GPIO = 0, EMAC_CLK_OUT_GPIO = 16 } check_rmii_gpio_t;
#endif
typedef struct {
    int mdc_num;
    int mdio_num;
} emac_esp_smi_gpio_config_t;
typedef union {
    struct {
        emac_rmii_clock_mode_t clock_mode;
        check_rmii_gpio_t clock_gpio;
    } rmii;
} eth_mac_clock_config_t;
typedef struct {
    union {
        emac_esp_smi_gpio_config_t smi_gpio;
    };
    eth_mac_clock_config_t clock_config;
} eth_esp32_emac_config_t;
#define ETH_ESP32_EMAC_DEFAULT_CONFIG() {.smi_gpio = {.mdc_num = 23, .mdio_num = 18}}
esp_eth_mac_t *esp_eth_mac_new_esp32(const eth_esp32_emac_config_t *chip, const eth_mac_config_t *config);
// The W5500: in ESP-IDF 5.5 here; from 6.0 on in headers of its own.
#if CHECK_IDF == 5
typedef struct {
    int int_gpio_num;
    uint32_t poll_period_ms;
    spi_host_device_t spi_host_id;
    spi_device_interface_config_t *spi_devcfg;
} eth_w5500_config_t;
#define ETH_W5500_DEFAULT_CONFIG(host, device) {.int_gpio_num = 4, .spi_host_id = host, .spi_devcfg = device}
esp_eth_mac_t *esp_eth_mac_new_w5500(const eth_w5500_config_t *chip, const eth_mac_config_t *config);
esp_eth_phy_t *esp_eth_phy_new_w5500(const eth_phy_config_t *config);
#endif
