#include "gw_reader.h"

#include <string.h>

#include "gw/gw_json.h"

/// The next byte, or 0 at the end: JSON has no such byte.
static uint8_t peek(const struct gw_span *rest)
{
    return rest->at < rest->end ? *rest->at : 0u;
}

/// Passes over a byte if it is the next one.
static bool eat(struct gw_span *rest, uint8_t byte)
{
    const bool is_next = peek(rest) == byte;
    rest->at += is_next ? 1u : 0u;
    return is_next;
}

void gw_read_blanks(struct gw_span *rest)
{
    uint8_t byte = peek(rest);
    while (byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r') {
        rest->at++;
        byte = peek(rest);
    }
}

uint32_t gw_read_hex(uint8_t byte)
{
    if (byte >= '0' && byte <= '9') {
        return (uint32_t)byte - '0';
    }
    const uint32_t letter = (uint32_t)(byte | 0x20u) - 'a'; // of either case
    return letter < 6u ? letter + 10u : 16u;
}

/// The four digits behind \u; false if they are not digits.
static bool read_hex4(struct gw_span *rest, uint32_t *code)
{
    *code = 0;
    for (unsigned i = 0; i < 4u; i++) {
        uint32_t digit = gw_read_hex(peek(rest));
        if (digit > 15u) {
            return false;
        }
        *code = *code << 4 | digit;
        rest->at++;
    }
    return true;
}

/// A character that is not ASCII. Nothing that a command means something by has one, so it need not be kept apart.
#define BEYOND_ASCII 0x80u

/// What is no character.
#define NO_CHARACTER 0xFFFFFFFFu

/// The character behind a backslash.
static uint32_t read_escape(struct gw_span *rest)
{
    static const char escapes[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    uint8_t byte = peek(rest);
    uint32_t code = 0;
    uint32_t low = 0;
    rest->at++;
    for (unsigned i = 0; i < sizeof escapes - 1u; i++) {
        if (byte == (uint8_t)escapes[i]) {
            return (uint8_t)meanings[i];
        }
    }
    if (byte != 'u' || !read_hex4(rest, &code)) {
        return NO_CHARACTER;
    }
    if (code >= 0xD800u && code < 0xE000u) {
        // Half a pair is no character.
        if (code >= 0xDC00u || !eat(rest, '\\') || !eat(rest, 'u') || !read_hex4(rest, &low)
            || low < 0xDC00u || low > 0xDFFFu) {
            return NO_CHARACTER;
        }
    }
    return code < BEYOND_ASCII ? code : BEYOND_ASCII;
}

/// The next character of a string, unescaped.
static uint32_t read_character(struct gw_span *rest)
{
    const uint8_t byte = peek(rest);
    if (byte < 0x20u) {
        return NO_CHARACTER;
    }
    if (byte >= 0x80u) {
        const uint32_t count = (uint32_t)gw_utf8_length(rest->at, (size_t)(rest->end - rest->at));
        rest->at += count;
        return count > 0u ? BEYOND_ASCII : NO_CHARACTER;
    }
    rest->at++;
    return byte == '\\' ? read_escape(rest) : byte;
}

static bool skip_string(struct gw_span *rest)
{
    if (!eat(rest, '"')) {
        return false;
    }
    while (peek(rest) != '"') {
        if (read_character(rest) == NO_CHARACTER) {
            return false;
        }
    }
    rest->at++;
    return true;
}

static bool skip_digits(struct gw_span *rest)
{
    const uint8_t *const first = rest->at;
    while (peek(rest) >= '0' && peek(rest) <= '9') {
        rest->at++;
    }
    return rest->at > first;
}

static bool skip_number(struct gw_span *rest)
{
    (void)eat(rest, '-');
    if (!eat(rest, '0') && !skip_digits(rest)) {
        return false;
    }
    if (eat(rest, '.') && !skip_digits(rest)) {
        return false;
    }
    if (eat(rest, 'e') || eat(rest, 'E')) {
        (void)(eat(rest, '+') || eat(rest, '-'));
        return skip_digits(rest);
    }
    return true;
}

static bool skip_scalar(struct gw_span *rest)
{
    static const char *const words[] = {"true", "false", "null"};
    if (peek(rest) == '"') {
        return skip_string(rest);
    }
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
        const size_t length = strlen(words[i]);
        if ((size_t)(rest->end - rest->at) >= length && memcmp(rest->at, words[i], length) == 0) {
            rest->at += length;
            return true;
        }
    }
    return skip_number(rest);
}

/// A member's name and the colon.
static bool skip_name(struct gw_span *rest)
{
    gw_read_blanks(rest);
    if (!skip_string(rest)) {
        return false;
    }
    gw_read_blanks(rest);
    return eat(rest, ':');
}

/// Without recursion: `objects` has one bit for each open brace or bracket, the innermost lowest.
bool gw_read_value(struct gw_span *rest)
{
    uint32_t depth = 0;
    uint32_t objects = 0;
    for (;;) {
        bool wants_value = false;
        gw_read_blanks(rest);
        uint8_t byte = peek(rest);
        if (byte == '{' || byte == '[') {
            if (depth == GW_READ_DEPTH_MAX) {
                return false;
            }
            depth++;
            objects = objects << 1 | (byte == '{' ? 1u : 0u);
            rest->at++;
            gw_read_blanks(rest);
            wants_value = peek(rest) != (byte == '{' ? '}' : ']');
            if (wants_value && byte == '{' && !skip_name(rest)) {
                return false;
            }
        } else if (!skip_scalar(rest)) {
            return false;
        }
        while (!wants_value) {
            if (depth == 0u) {
                return true;
            }
            gw_read_blanks(rest);
            byte = peek(rest);
            if (byte == ((objects & 1u) != 0u ? '}' : ']')) {
                depth--;
                objects >>= 1;
            } else if (byte == ',') {
                wants_value = true;
            } else {
                return false;
            }
            rest->at++;
            if (wants_value && (objects & 1u) != 0u && !skip_name(rest)) {
                return false;
            }
        }
    }
}

/// Whether a string, with its quotes, says what `text` says, which is ASCII.
static bool is_text(struct gw_span string, const char *text)
{
    string.at++;
    while (peek(&string) != '"') {
        uint32_t code = read_character(&string);
        if (code == 0u || code != (uint8_t)*text) {
            return false;
        }
        text++;
    }
    return *text == '\0';
}

bool gw_read_members(struct gw_span object, const char *const names[], uint32_t count,
                         struct gw_span found[], bool is_closed)
{
    (void)memset(found, 0, count * sizeof found[0]);
    object.at++;
    gw_read_blanks(&object);
    while (peek(&object) != '}') {
        struct gw_span name = object;
        struct gw_span value;
        uint32_t index = 0;
        (void)skip_string(&object);
        name.end = object.at;
        gw_read_blanks(&object);
        object.at++;
        gw_read_blanks(&object);
        value.at = object.at;
        (void)gw_read_value(&object);
        value.end = object.at;
        while (index < count && !is_text(name, names[index])) {
            index++;
        }
        if (index < count ? found[index].end != NULL : is_closed) {
            return false;
        }
        if (index < count) {
            found[index] = value;
        }
        gw_read_blanks(&object);
        if (eat(&object, ',')) {
            gw_read_blanks(&object);
        }
    }
    return true;
}

char *gw_read_string(struct gw_span value, uint32_t longest, uint32_t *length)
{
    uint8_t *start = value.at;
    uint8_t *to = start;
    if (!eat(&value, '"')) {
        return NULL;
    }
    while (peek(&value) != '"') {
        uint32_t code = read_character(&value);
        if (code == 0u || code == BEYOND_ASCII || (uint32_t)(to - start) == longest) {
            return NULL;
        }
        *to = (uint8_t)code;
        to++;
    }
    *to = 0;
    *length = (uint32_t)(to - start);
    return (char *)start;
}

bool gw_read_integer(struct gw_span value, uint32_t least, uint32_t most, uint32_t *number)
{
    uint32_t sum = 0;
    bool is_there = false;
    for (; value.at < value.end; value.at++) {
        const uint32_t digit = *value.at - (uint32_t)'0';
        if (digit > 9u || sum > most / 10u) {
            return false;
        }
        sum = sum * 10u + digit;
        is_there = true;
    }
    *number = sum;
    return is_there && sum >= least && sum <= most;
}
