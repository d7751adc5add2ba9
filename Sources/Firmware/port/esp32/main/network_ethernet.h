/// From a MAC and a PHY to a network interface: the same for every Ethernet.
#ifndef NETWORK_ETHERNET_H
#define NETWORK_ETHERNET_H

#include "esp_eth.h"

/// Installs the driver, gives the interface its address (nothing to be done where the chip has its own) and starts it.
/// The driver follows the cable by itself.
bool network_ethernet_start(esp_eth_mac_t *mac, esp_eth_phy_t *phy, bool needs_address);

#endif
