/// @file gw_time.h
/// Civil time in UTC: seconds since 1970-01-01T00:00:00Z, dates, and the text `2026-02-18T14:30:00Z`.
///
/// Years 1970 to 9999, as the contract writes them; leap seconds do not exist, as they do not in a Unix clock. What the
/// time is, the core never asks: it is told.
#ifndef GW_TIME_H
#define GW_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The characters of a time's text.
#define GW_TIME_LENGTH 20u

/// The last second that can be written: 9999-12-31T23:59:59Z.
#define GW_TIME_LAST UINT64_C(253402300799)

/// The last second that the machine holds, in 2106: the records on flash have 32 bits. Messages and texts go further.
#define GW_TIME_HELD_LAST UINT32_MAX

/// Whole seconds of milliseconds, of a time or a duration that ends before GW_TIME_HELD_LAST.
uint32_t gw_time_seconds(uint64_t milliseconds);

/// Writes GW_TIME_LENGTH characters, not terminated; false, with nothing written, beyond GW_TIME_LAST.
bool gw_time_write(uint64_t seconds, char *text);

/// Reads the one spelling; false, with `*seconds` untouched, for every other and for seconds that do not exist.
bool gw_time_read(const char *text, size_t length, uint64_t *seconds);

#ifdef __cplusplus
}
#endif

#endif
