#include "gw/gw_json.h"

#include <string.h>

#include "gw/gw_time.h"

// ---------------------------------------------------------------------------------------------------------------------
// A bounded writer
// ---------------------------------------------------------------------------------------------------------------------

void gw_json_begin(gw_json_t *json, char *text, size_t capacity)
{
    json->text = text;
    json->capacity = capacity;
    json->length = 0;
    json->overflowed = false;
}

void gw_json_raw(gw_json_t *json, const char *bytes, size_t count)
{
    if (json->overflowed || count > json->capacity - json->length) {
        json->overflowed = true;
        return;
    }
    memcpy(&json->text[json->length], bytes, count);
    json->length += count;
}

void gw_json_text(gw_json_t *json, const char *text)
{
    gw_json_raw(json, text, strlen(text));
}

/// Writes one byte of a string that cannot stand as it is.
static void write_escape(gw_json_t *json, unsigned char byte)
{
    static const char hexadecimal[] = "0123456789abcdef";
    // Pairs of a byte and the letter of its short escape.
    static const char pairs[] = "\"\"\\\\\bb\tt\nn\ff\rr";
    for (size_t i = 0; i < sizeof pairs - 1u; i += 2u) {
        if (byte == (unsigned char)pairs[i]) {
            const char escape[2] = {'\\', pairs[i + 1u]};
            gw_json_raw(json, escape, sizeof escape);
            return;
        }
    }
    const char escape[6] = {'\\', 'u', '0', '0', hexadecimal[byte >> 4], hexadecimal[byte & 15u]};
    gw_json_raw(json, escape, sizeof escape);
}

void gw_json_string(gw_json_t *json, const char *text)
{
    gw_json_raw(json, "\"", 1);
    const char *start = text;
    for (; *text != '\0'; text++) {
        const unsigned char byte = (unsigned char)*text;
        if (byte < 0x20u || byte == (unsigned char)'"' || byte == (unsigned char)'\\') {
            // What needs no escape goes out in one piece.
            gw_json_raw(json, start, (size_t)(text - start));
            write_escape(json, byte);
            start = text + 1;
        }
    }
    gw_json_raw(json, start, (size_t)(text - start));
    gw_json_raw(json, "\"", 1);
}

size_t gw_utf8_length(const uint8_t *bytes, size_t available)
{
    const uint8_t lead = bytes[0];
    const size_t length = lead < 0x80u ? 1u : lead < 0xE0u ? 2u : lead < 0xF0u ? 3u : 4u;
    if (length == 1u) {
        return 1;
    }
    // Continuation bytes and C0, C1 lead nowhere.
    if (lead < 0xC2u || lead > 0xF4u || length > available) {
        return 0;
    }
    uint32_t character = lead & (0xFFu >> (length + 1u));
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xC0u) != 0x80u) {
            return 0;
        }
        character = character << 6 | (bytes[i] & 0x3Fu);
    }
    // Against overlong forms, 2^7, 2^11 and 2^16 being the first of each length; surrogates; and beyond U+10FFFF.
    const bool is_short = character >> (5u * (uint32_t)length - 4u) == 0u;
    return is_short || character >> 11 == 0xD800u >> 11 || character > 0x10FFFFu ? 0u : length;
}

bool gw_utf8_is_valid(const char *text)
{
    // The terminating zero is no follower, so nothing is read beyond it.
    size_t length = 1;
    for (; *text != '\0' && length > 0u; text += length) {
        length = gw_utf8_length((const uint8_t *)text, 4);
    }
    return length > 0u;
}

// ---------------------------------------------------------------------------------------------------------------------
// The telemetry message
// ---------------------------------------------------------------------------------------------------------------------

/// Writes a literal, whose length the compiler knows.
#define WRITE(json, literal) gw_json_raw((json), (literal), sizeof(literal) - 1u)

/// What became of one reading.
typedef enum { READING_WRITTEN, READING_LEFT_OUT, READING_NO_ROOM } reading_result_t;

/// Writes a value at the end of a message.
static reading_result_t write_value(gw_json_t *json, const gw_reading_t *reading)
{
    if (reading->point == NULL) {
        gw_json_text(json, reading->number);
        return READING_WRITTEN;
    }
    if (json->overflowed) {
        return READING_NO_ROOM;
    }
    size_t length = 0;
    const gw_value_result_t result = gw_value_text(reading->point, reading->words, &json->text[json->length],
                                                   json->capacity - json->length, &length);
    json->length += length;
    if (result == GW_VALUE_OK) {
        return READING_WRITTEN;
    }
    return result == GW_VALUE_NO_ROOM ? READING_NO_ROOM : READING_LEFT_OUT;
}

/// Writes a whole reading, or takes back what it wrote.
static reading_result_t write_reading(gw_json_t *json, const gw_reading_t *reading, bool is_first)
{
    if (reading->point != NULL ? reading->words == NULL : reading->number == NULL) {
        return READING_LEFT_OUT;
    }
    const size_t start = json->length;
    if (!is_first) {
        WRITE(json, ",");
    }
    WRITE(json, "{\"dispositivo_codigo\":");
    gw_json_string(json, reading->code);
    WRITE(json, ",\"valor\":");
    reading_result_t result = write_value(json, reading);
    WRITE(json, ",\"unidade\":");
    gw_json_string(json, reading->unit);
    WRITE(json, "}");
    if (result == READING_WRITTEN && json->overflowed) {
        result = READING_NO_ROOM;
    }
    if (result != READING_WRITTEN) {
        json->length = start;
        json->overflowed = false;
    }
    return result;
}

gw_message_result_t gw_message_write(const char *mac, uint64_t seconds, const gw_reading_t *readings, size_t count,
                                     size_t *next, char *text, size_t capacity, size_t *length)
{
    char timestamp[GW_TIME_LENGTH];
    *length = 0;
    if (!gw_time_write(seconds, timestamp)) {
        return GW_MESSAGE_NO_TIME;
    }
    // The end always fits: its room is not given to the readings.
    const size_t reserved = sizeof "]}" - 1u;
    gw_json_t json;
    gw_json_begin(&json, text, capacity > reserved ? capacity - reserved : 0u);
    WRITE(&json, "{\"gateway_mac\":\"");
    gw_json_raw(&json, mac, GW_MAC_LENGTH);
    WRITE(&json, "\",\"timestamp\":\"");
    gw_json_raw(&json, timestamp, GW_TIME_LENGTH);
    WRITE(&json, "\",\"leituras\":[");
    if (json.overflowed) {
        return *next < count ? GW_MESSAGE_TOO_LONG : GW_MESSAGE_NONE;
    }
    bool is_first = true;
    for (; *next < count; ++*next) {
        const reading_result_t result = write_reading(&json, &readings[*next], is_first);
        if (result == READING_NO_ROOM) {
            break;
        }
        is_first = is_first && result == READING_LEFT_OUT;
    }
    if (is_first) {
        return *next < count ? GW_MESSAGE_TOO_LONG : GW_MESSAGE_NONE;
    }
    json.capacity = capacity;
    WRITE(&json, "]}");
    *length = json.length;
    return *next < count ? GW_MESSAGE_MORE : GW_MESSAGE_LAST;
}

bool gw_mac_is_valid(const char *mac)
{
    for (size_t i = 0; i < GW_MAC_LENGTH; i++) {
        const char character = mac[i];
        const bool is_hexadecimal = (character >= '0' && character <= '9') || (character >= 'a' && character <= 'f');
        if (i % 3u == 2u ? character != ':' : !is_hexadecimal) {
            return false;
        }
    }
    return mac[GW_MAC_LENGTH] == '\0';
}

gw_readings_fault_t gw_readings_check(const gw_reading_t *readings, size_t count, size_t *at)
{
    for (size_t i = 0; i < count; i++) {
        const gw_reading_t *reading = &readings[i];
        *at = i;
        if (reading->code[0] == '\0' || !gw_utf8_is_valid(reading->code)) {
            return GW_READINGS_BAD_CODE;
        }
        if (!gw_utf8_is_valid(reading->unit)) {
            return GW_READINGS_BAD_UNIT;
        }
        if (reading->point != NULL && gw_point_check(reading->point) != GW_POINT_OK) {
            return GW_READINGS_BAD_POINT;
        }
        for (size_t earlier = 0; earlier < i; earlier++) {
            if (strcmp(readings[earlier].code, reading->code) == 0) {
                return GW_READINGS_SAME_CODE;
            }
        }
    }
    return GW_READINGS_OK;
}
