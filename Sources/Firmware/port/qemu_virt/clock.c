#include <time.h>

#include "board.h"

/// The CLINT's timer: 10 MHz, 64 bits.
#define MTIME ((volatile uint32_t *)0x0200BFF8u)
#define TICKS_PER_MS 10000u

static uint64_t ticks(void)
{
    uint32_t high = MTIME[1];
    uint32_t low = MTIME[0];
    // The upper half may have stepped in between.
    while (high != MTIME[1]) {
        high = MTIME[1];
        low = MTIME[0];
    }
    return (uint64_t)high << 32 | low;
}

static uint64_t monotonic_ms(void *context)
{
    (void)context;
    return ticks() / TICKS_PER_MS;
}

/// The host's clock, asked for once.
static bool wall_ms(void *context, uint64_t *milliseconds)
{
    static uint64_t start_ms;
    if (start_ms == 0u) {
        start_ms = (uint64_t)time(NULL) * 1000u - monotonic_ms(context);
    }
    *milliseconds = start_ms + monotonic_ms(context);
    return true;
}

struct gw_hal_clock board_clock(void)
{
    return (struct gw_hal_clock){.monotonic_ms = monotonic_ms, .wall_ms = wall_ms};
}
