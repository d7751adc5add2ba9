/// Time: milliseconds since this boot, and the wall clock, which SNTP sets.
///
/// Wall time is trusted from the first answer of a time server in this boot on, and only if it is not below the floor.
/// Before that the system's clock stands at the floor or above, untrusted: TLS can check certificates with it, and
/// nothing is stamped with it.
#ifndef CLOCK_H
#define CLOCK_H

#include "gw_hal.h"

/// Fills in the clock of the hal.
void clock_open(struct gw_hal_clock *clock);

/// Puts the system's clock to `seconds` since 1970 if it is below: before each connection, to the build of the firmware
/// or the latest moment that the flash knows.
void clock_raise(uint64_t seconds);

/// Begins to ask `server`, a name that must live for ever. Asks again every hour, for ever.
bool clock_start(const char *server);

/// Milliseconds since this boot.
uint64_t clock_now(void);

/// When this firmware was built, in seconds since 1970.
uint32_t clock_build(void);

#endif
