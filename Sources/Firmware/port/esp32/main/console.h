/// Provisioning: a console on USB or UART, on which a person sets the gateway up and looks at it.
#ifndef CONSOLE_H
#define CONSOLE_H

#include "gateway.h"

/// Starts it. What is typed changes a draft, which begins as the settings; `save` keeps it.
void console_start(const struct gateway_config *config);

#endif
