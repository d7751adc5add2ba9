// Reads JSON that comes from outside: bounded, without a heap and without recursion; strings are unescaped where they
// stand. Of the core's own; gw/gw_command.h is what the world sees of it.
#ifndef GW_READER_H
#define GW_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Objects and arrays in one another.
#define GW_READ_DEPTH_MAX 8u

/// A part of a text, from `at` up to before `end`; both NULL for what is not there.
struct gw_span {
    uint8_t *at;
    const uint8_t *end;
};

/// Passes over blanks.
void gw_read_blanks(struct gw_span *rest);

/// Passes over any value; false if it is not well formed, or too deep.
bool gw_read_value(struct gw_span *rest);

/// Finds the members of an object that is known to be well formed. False if one of them is there twice, or if there is
/// another one and `is_closed`.
bool gw_read_members(struct gw_span object, const char *const names[], uint32_t count,
                     struct gw_span found[], bool is_closed);

/// Unescapes a string in place and ends it with a 0; the opening quote makes the room. NULL for what is no string, is
/// longer than `longest`, or has a 0 or a character beyond ASCII in it.
char *gw_read_string(struct gw_span value, uint32_t longest, uint32_t *length);

/// A number without sign, point and exponent.
bool gw_read_integer(struct gw_span value, uint32_t least, uint32_t most, uint32_t *number);

/// The value of a hexadecimal digit, or 16.
uint32_t gw_read_hex(uint8_t byte);

#endif
