/// The broker: esp-mqtt over MQTT 5 and TLS with a certificate on both sides. One client for each connection.
///
/// The client's calls can block for as long as its network does (it holds a lock while it connects). So a task of its
/// own, "link", owns the client; the gateway's task leaves orders with it and never waits for the network.
#ifndef LINK_H
#define LINK_H

#include "gw_hal.h"

/// What the link needs to know. Everything that is pointed at must live for ever.
struct link_config {
    const char *mac;    ///< The client id, and part of every topic.
    const char *broker; ///< Its name, as in its certificate.
    uint16_t port;      ///< 8883.
};

/// Fills in the link of the hal and starts its task. False if there is not enough memory.
bool link_open(struct gw_hal_link *link, const struct link_config *config);

/// One turn of the link's task: takes one order of the gateway or one piece of news of the client.
void link_turn(uint32_t wait_ms);

#endif
