/// What network_wifi.c, network_w5500.c and network_emac.c have in common: one of them is built.
#ifndef NETWORK_DRIVER_H
#define NETWORK_DRIVER_H

#include <stdbool.h>

/// Whether it needs a name.
extern const bool network_driver_needs_name;

/// Sets the interface up and begins to connect, for ever.
bool network_driver_start(const char *wifi_name, const char *wifi_password);

/// There is an address: the next loss is tried at once again.
void network_driver_is_up(void);

#endif
