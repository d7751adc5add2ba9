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

/// A second of the Gregorian calendar, UTC.
typedef struct {
    uint16_t year; ///< 1970 to 9999.
    uint8_t month; ///< 1 to 12.
    uint8_t day;   ///< 1 to 31.
    uint8_t hour;
    uint8_t minute;
    uint8_t second; ///< 0 to 59, never 60.
} gw_civil_t;

/// Whole seconds of milliseconds.
uint64_t gw_time_seconds(uint64_t milliseconds);

/// Turns seconds since 1970 into a date; false beyond GW_TIME_LAST.
bool gw_time_to_civil(uint64_t seconds, gw_civil_t *civil);

/// Turns a date into seconds since 1970; false, with `*seconds` untouched, if there is no such second.
bool gw_time_from_civil(const gw_civil_t *civil, uint64_t *seconds);

/// Writes GW_TIME_LENGTH characters, not terminated; false, with nothing written, beyond GW_TIME_LAST.
bool gw_time_write(uint64_t seconds, char *text);

/// Reads the one spelling; false, with `*seconds` untouched, for every other and for seconds that do not exist.
bool gw_time_read(const char *text, size_t length, uint64_t *seconds);

#ifdef __cplusplus
}
#endif

#endif
