#include "network_driver.h"

#include "driver/gpio.h"
#include "driver/spi_master.h"
#include "esp_idf_version.h"
#include "sdkconfig.h"

#include "network_ethernet.h"

// ESP-IDF 6 has no driver for it any more: it is the component espressif/w5500 (idf_component.yml).
#if ESP_IDF_VERSION >= ESP_IDF_VERSION_VAL(6, 0, 0)
#include "esp_eth_mac_w5500.h"
#include "esp_eth_phy_w5500.h"
#endif

bool network_driver_start(const char *wifi_name, const char *wifi_password)
{
    (void)wifi_name;
    (void)wifi_password;
    const spi_bus_config_t bus = {.mosi_io_num = CONFIG_GW_W5500_MOSI_GPIO,
                                  .miso_io_num = CONFIG_GW_W5500_MISO_GPIO,
                                  .sclk_io_num = CONFIG_GW_W5500_SCLK_GPIO,
                                  .quadwp_io_num = -1,
                                  .quadhd_io_num = -1};
    spi_device_interface_config_t device = {.mode = 0,
                                            .clock_speed_hz = CONFIG_GW_W5500_MHZ * 1000 * 1000,
                                            .spics_io_num = CONFIG_GW_W5500_CS_GPIO,
                                            .queue_size = 20};
    eth_w5500_config_t chip = ETH_W5500_DEFAULT_CONFIG(SPI2_HOST, &device);
// Release 2 of the component put what all chips of this maker share into a structure of its own.
#if ESP_IDF_VERSION >= ESP_IDF_VERSION_VAL(6, 0, 0) && __has_include("wiznet_mac_common.h")
    chip.base.int_gpio_num = CONFIG_GW_W5500_INT_GPIO;
#else
    chip.int_gpio_num = CONFIG_GW_W5500_INT_GPIO;
#endif
    const eth_mac_config_t mac = ETH_MAC_DEFAULT_CONFIG();
    eth_phy_config_t phy = ETH_PHY_DEFAULT_CONFIG();
    phy.reset_gpio_num = CONFIG_GW_W5500_RESET_GPIO;
    return gpio_install_isr_service(0) == ESP_OK && spi_bus_initialize(SPI2_HOST, &bus, SPI_DMA_CH_AUTO) == ESP_OK
        && network_ethernet_start(esp_eth_mac_new_w5500(&chip, &mac), esp_eth_phy_new_w5500(&phy), true);
}
