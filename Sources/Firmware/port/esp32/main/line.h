/// The RS-485 line: a UART in half duplex, whose RTS pin enables the transmitter for as long as it sends.
///
/// Pins, port and polarity are the board's (menu "Gateway", "RS-485 line"); speed and format are the installer's.
#ifndef LINE_H
#define LINE_H

#include "gw_hal.h"

/// A character on the line: data bits, parity, stop bits.
enum line_format {
    LINE_8N1, ///< What most meters are set to.
    LINE_8E1, ///< What Modbus wants where nothing else is said (serial line V1.02 §2.5.1).
    LINE_8O1,
    LINE_8N2, ///< What Modbus wants without parity.
};

/// Fills in the line of the hal and sets it up. Bytes that arrive wake the gateway's task. False if the UART cannot be
/// set up; the line's `reset` tries again.
bool line_open(struct gw_hal_line *line, uint32_t baud, enum line_format format);

#endif
