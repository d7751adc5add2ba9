#include "network_driver.h"

#include "sdkconfig.h"

#include "network_ethernet.h"

/// The MAC in the classic ESP32, with any PHY that keeps IEEE 802.3: LAN8720, IP101, RTL8201 and their like.
bool network_driver_start(const char *wifi_name, const char *wifi_password)
{
    (void)wifi_name;
    (void)wifi_password;
    eth_esp32_emac_config_t chip = ETH_ESP32_EMAC_DEFAULT_CONFIG();
    chip.smi_gpio.mdc_num = CONFIG_GW_EMAC_MDC_GPIO;
    chip.smi_gpio.mdio_num = CONFIG_GW_EMAC_MDIO_GPIO;
    chip.clock_config.rmii.clock_mode = EMAC_CLK_EXT_IN; // 50 MHz from the PHY's board into GPIO 0, the only pin for it
    chip.clock_config.rmii.clock_gpio = 0;
    const eth_mac_config_t mac = ETH_MAC_DEFAULT_CONFIG();
    eth_phy_config_t phy = ETH_PHY_DEFAULT_CONFIG();
    phy.phy_addr = CONFIG_GW_EMAC_PHY_ADDRESS;
    phy.reset_gpio_num = CONFIG_GW_EMAC_RESET_GPIO;
    return network_ethernet_start(esp_eth_mac_new_esp32(&chip, &mac), esp_eth_phy_new_generic(&phy), false);
}
