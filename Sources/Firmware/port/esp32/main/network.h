/// The way to the Internet: Wi-Fi or Ethernet, as the menu "Gateway" says. It comes back by itself, for ever.
#ifndef NETWORK_H
#define NETWORK_H

#include <stdbool.h>

/// Starts it. For Wi-Fi with the network's name and password; with an empty name the radio is on, for its random
/// numbers, and no network is joined. Ethernet takes no notice of both. False, with a line in the log, if the hardware
/// does not answer.
bool network_start(const char *wifi_name, const char *wifi_password);

/// Whether it needs the name of a network.
bool network_needs_name(void);

/// Whether there is an address.
bool network_is_up(void);

/// How often the network was lost since the boot.
unsigned network_losses(void);

#endif
