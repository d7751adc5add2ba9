/// Why the board has started.
#ifndef RESET_H
#define RESET_H

#include "gw/gw_app.h"

/// The reason of this start, as the chip keeps it.
enum gw_app_reset reset_reason(void);

#endif
