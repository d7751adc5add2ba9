/// @file gw_json.h
/// JSON in the contract's one form, into a buffer that the caller owns (contract/canonical-form.md, "From readings to a
/// message").
#ifndef GW_JSON_H
#define GW_JSON_H

#include "gw/gw_value.h"

#ifdef __cplusplus
extern "C" {
#endif

// ---------------------------------------------------------------------------------------------------------------------
// A bounded writer
// ---------------------------------------------------------------------------------------------------------------------

/// A buffer that is being filled. What does not fit is not written, and everything after it is not either.
typedef struct {
    char *text;      ///< The caller's buffer; never terminated.
    size_t capacity; ///< Its bytes.
    size_t length;   ///< The bytes written so far.
    bool overflowed; ///< Whether something did not fit.
} gw_json_t;

/// Begins with an empty buffer.
void gw_json_begin(gw_json_t *json, char *text, size_t capacity);

/// Writes bytes that are JSON already, all or none of them.
void gw_json_raw(gw_json_t *json, const char *bytes, size_t count);

/// Writes a zero-terminated text that is JSON already.
void gw_json_text(gw_json_t *json, const char *text);

/// Writes a zero-terminated UTF-8 text as a string: in quotation marks, escaped only where the contract says so.
void gw_json_string(gw_json_t *json, const char *text);

/// The bytes of the UTF-8 character that begins a text, of which so many, at least one, are there; 0 if there is none.
size_t gw_utf8_length(const uint8_t *bytes, size_t available);

/// Whether a zero-terminated text is UTF-8 as Unicode defines it: no overlong forms, no surrogates, nothing beyond
/// U+10FFFF (RFC 3629 §4).
bool gw_utf8_is_valid(const char *text);

// ---------------------------------------------------------------------------------------------------------------------
// The telemetry message
// ---------------------------------------------------------------------------------------------------------------------

/// The characters of a MAC: lower-case hexadecimal with colons.
#define GW_MAC_LENGTH 17u

/// Where the timestamp stands in every message.
#define GW_MESSAGE_STAMP_AT 48u

/// What one measuring point said in one poll cycle.
typedef struct {
    const char *code;        ///< The point's code, zero-terminated UTF-8, not empty, unique in a configuration.
    const char *unit;        ///< The unit, zero-terminated UTF-8, maybe empty.
    const gw_point_t *point; ///< The definition; NULL where `number` is given instead.
    const uint16_t *words;   ///< What the slave answered, as gw_value_text takes it; NULL if the point was not read.
    const char *number;      ///< Without a definition: the canonical text, zero-terminated; NULL if it was not read.
} gw_reading_t;

/// What became of a message.
typedef enum {
    GW_MESSAGE_LAST = 0, ///< A message was written and nothing is left.
    GW_MESSAGE_MORE,     ///< A message was written; further readings wait for the next one of the same timestamp.
    GW_MESSAGE_NONE,     ///< Nothing was written: no reading is left, or none of those left was read.
    GW_MESSAGE_TOO_LONG, ///< Nothing was written: the reading at `*next` does not fit even alone; it may be skipped.
    GW_MESSAGE_NO_TIME,  ///< Nothing was written: the timestamp is beyond GW_TIME_LAST.
} gw_message_result_t;

/// Writes the next message of a cycle: as many whole readings as fit, from `*next` on, in the order of the table.
///
/// Readings that were not read, or hold NaN or an infinity, are left out; they never show as 0 or as their last value.
/// A cycle that needs several messages is written by calling again with the same arguments while the result is
/// GW_MESSAGE_MORE: all of them carry one timestamp, and no code comes twice.
///
/// @param mac       The gateway's MAC: GW_MAC_LENGTH characters that gw_mac_is_valid takes.
/// @param seconds   The moment at which the poll cycle began, in seconds since 1970-01-01T00:00:00Z.
/// @param count     Of the readings in the table.
/// @param next      The first reading to write; 0 for a cycle's first message. Becomes the first that was not written.
/// @param text      Where the message goes, not terminated.
/// @param capacity  Of the buffer. 240 bytes + code + unit hold any reading of an integer or float32 alone; eight
///                  typical ones take 550.
/// @param length    Becomes the message's length; 0 if nothing was written.
gw_message_result_t gw_message_write(const char *mac, uint64_t seconds, const gw_reading_t *readings, size_t count,
                                     size_t *next, char *text, size_t capacity, size_t *length);

/// Whether a zero-terminated text is the one valid spelling of a MAC: `aa:bb:cc:dd:ee:ff`.
bool gw_mac_is_valid(const char *mac);

/// Why a table of readings makes no messages.
typedef enum {
    GW_READINGS_OK = 0,
    GW_READINGS_BAD_CODE,   ///< A code is empty or not UTF-8.
    GW_READINGS_BAD_UNIT,   ///< A unit is not UTF-8.
    GW_READINGS_SAME_CODE,  ///< A code stands twice; codes are compared byte by byte.
    GW_READINGS_BAD_POINT,  ///< A definition does not pass gw_point_check.
} gw_readings_fault_t;

/// Checks a configuration's table of readings, once; gw_message_write expects one that passed.
///
/// @param at  Becomes the place of the reading at fault, if there is one.
gw_readings_fault_t gw_readings_check(const gw_reading_t *readings, size_t count, size_t *at);

#ifdef __cplusplus
}
#endif

#endif
