/// Flash partitions as the core's block interface.
#ifndef STORE_H
#define STORE_H

#include "gw/gw_block.h"

/// The three pieces of flash that the gateway keeps itself.
struct store {
    struct gw_block queue;    ///< What was read and is not at the broker yet.
    struct gw_block commands; ///< The journal of the commands.
    struct gw_block state;    ///< The journal of the certificate slots.
};

/// Finds the partitions "queue", "commands" and "state". False, with a line in the log, if one is missing, is too
/// small, or is encrypted by the flash controller: there an erased byte does not read as 0xFF.
///
/// `store` must outlive the gateway.
bool store_open(struct store *store);

/// Erases the state: slot A is the active one again. For a gateway that is provisioned anew.
bool store_forget(const struct store *store);

#endif
