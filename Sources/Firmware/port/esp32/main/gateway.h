/// The gateway's task: the only one that touches the core.
#ifndef GATEWAY_H
#define GATEWAY_H

#include <stdbool.h>
#include <stdint.h>

#include "settings.h"
#include "store.h"

/// What the gateway is made of; it must live for ever.
struct gateway_config {
    const struct settings *settings;
    const struct store *store;
    const char *mac; ///< In lower case with colons: also the CN of the certificate.
};

/// Makes the gateway and starts its task. False, with a line in the log that says what to do, if it cannot run.
bool gateway_start(const struct gateway_config *config);

/// One turn of the task: hands in what has happened, does what there is to do, waits. False after a restart.
bool gateway_turn(void);

/// Whether it runs.
bool gateway_is_running(void);

/// Something has happened: the task is to look. From any task; from an interrupt the second.
void gateway_wake(void);
void gateway_wake_from_interrupt(int *has_woken);

#endif
