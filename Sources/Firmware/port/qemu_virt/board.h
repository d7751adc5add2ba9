/// The parts of QEMU's `virt` board that the gateway uses. Each file fills in its part of struct gw_hal.
#ifndef BOARD_H
#define BOARD_H

#include "gw_hal.h"

/// The line: the board's NS16550. It is the only one, so messages leave by semihosting.
struct gw_hal_line uart_line(void);

/// Whether bytes have come from the line.
bool uart_has_bytes(void);

/// Time: the CLINT's mtime since the reset, and the host's clock beside it.
struct gw_hal_clock board_clock(void);

/// Three pieces of flash in memory, blank at each start, which keep the rules of NOR flash.
const struct gw_block *ram_flash_queue(void);
const struct gw_block *ram_flash_commands(void);
const struct gw_block *ram_flash_state(void);

/// A link that prints every message, a topic and the bytes on one line, and confirms it at once; it counts down to the
/// end of the program.
struct gw_hal_link print_link(unsigned messages);

/// Whether as many telemetry messages were printed as were asked for.
bool print_link_is_done(void);

#endif
