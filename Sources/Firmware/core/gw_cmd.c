#include "gw/gw_command.h"

#include <string.h>

// ---- JSON ----------------------------------------------------------------------------------------------------------

/// A part of the command, from `at` up to before `end`; empty for what is not there.
struct span {
    uint32_t at;
    uint32_t end;
};

/// The next byte, or 0 at the end: JSON has no such byte.
static uint8_t peek(const uint8_t *json, const struct span *rest)
{
    return rest->at < rest->end ? json[rest->at] : 0u;
}

static void skip_blanks(const uint8_t *json, struct span *rest)
{
    uint8_t byte = peek(json, rest);
    while (byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r') {
        rest->at++;
        byte = peek(json, rest);
    }
}

/// The value of a hexadecimal digit, or 16.
static uint32_t hex_digit(uint8_t byte)
{
    if (byte >= '0' && byte <= '9') {
        return (uint32_t)byte - '0';
    }
    if (byte >= 'a' && byte <= 'f') {
        return (uint32_t)byte - 'a' + 10u;
    }
    if (byte >= 'A' && byte <= 'F') {
        return (uint32_t)byte - 'A' + 10u;
    }
    return 16u;
}

/// The four digits behind \u; false if they are not digits.
static bool read_hex4(const uint8_t *json, struct span *rest, uint32_t *code)
{
    *code = 0;
    for (unsigned i = 0; i < 4u; i++) {
        uint32_t digit = hex_digit(peek(json, rest));
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
static uint32_t read_escape(const uint8_t *json, struct span *rest)
{
    static const char escapes[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    uint8_t byte = peek(json, rest);
    uint32_t code = 0;
    uint32_t low = 0;
    rest->at++;
    for (unsigned i = 0; i < sizeof escapes - 1u; i++) {
        if (byte == (uint8_t)escapes[i]) {
            return (uint8_t)meanings[i];
        }
    }
    if (byte != 'u' || !read_hex4(json, rest, &code)) {
        return NO_CHARACTER;
    }
    if (code >= 0xD800u && code < 0xE000u) {
        // Half a pair is no character.
        if (code >= 0xDC00u || peek(json, rest) != '\\') {
            return NO_CHARACTER;
        }
        rest->at++;
        if (peek(json, rest) != 'u') {
            return NO_CHARACTER;
        }
        rest->at++;
        if (!read_hex4(json, rest, &low) || low < 0xDC00u || low > 0xDFFFu) {
            return NO_CHARACTER;
        }
    }
    return code < BEYOND_ASCII ? code : BEYOND_ASCII;
}

/// The next character of a string, unescaped. Only the shortest form is UTF-8.
static uint32_t read_character(const uint8_t *json, struct span *rest)
{
    static const uint32_t smallest[5] = {0, 0, 0x80u, 0x800u, 0x10000u};
    uint32_t byte = peek(json, rest);
    // 0x80 to 0xC1 begin nothing, and beyond 0xF4 there are no characters.
    if (byte < 0x20u || (byte >= 0x80u && byte < 0xC2u) || byte > 0xF4u) {
        return NO_CHARACTER;
    }
    rest->at++;
    if (byte < 0x80u) {
        return byte == '\\' ? read_escape(json, rest) : byte;
    }
    uint32_t count = byte < 0xE0u ? 2u : byte < 0xF0u ? 3u : 4u;
    uint32_t code = byte & (0x7Fu >> count);
    for (uint32_t i = 1; i < count; i++) {
        uint32_t more = peek(json, rest);
        if ((more & 0xC0u) != 0x80u) {
            return NO_CHARACTER;
        }
        code = code << 6 | (more & 0x3Fu);
        rest->at++;
    }
    bool is_character = code >= smallest[count] && code <= 0x10FFFFu && (code < 0xD800u || code > 0xDFFFu);
    return is_character ? BEYOND_ASCII : NO_CHARACTER;
}

static bool skip_string(const uint8_t *json, struct span *rest)
{
    if (peek(json, rest) != '"') {
        return false;
    }
    rest->at++;
    while (peek(json, rest) != '"') {
        if (read_character(json, rest) == NO_CHARACTER) {
            return false;
        }
    }
    rest->at++;
    return true;
}

static bool skip_digits(const uint8_t *json, struct span *rest)
{
    uint32_t first = rest->at;
    while (peek(json, rest) >= '0' && peek(json, rest) <= '9') {
        rest->at++;
    }
    return rest->at > first;
}

static bool skip_number(const uint8_t *json, struct span *rest)
{
    if (peek(json, rest) == '-') {
        rest->at++;
    }
    if (peek(json, rest) == '0') {
        rest->at++;
    } else if (!skip_digits(json, rest)) {
        return false;
    }
    if (peek(json, rest) == '.') {
        rest->at++;
        if (!skip_digits(json, rest)) {
            return false;
        }
    }
    if (peek(json, rest) == 'e' || peek(json, rest) == 'E') {
        rest->at++;
        if (peek(json, rest) == '+' || peek(json, rest) == '-') {
            rest->at++;
        }
        return skip_digits(json, rest);
    }
    return true;
}

static bool skip_scalar(const uint8_t *json, struct span *rest)
{
    static const char *const words[] = {"true", "false", "null"};
    if (peek(json, rest) == '"') {
        return skip_string(json, rest);
    }
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
        uint32_t length = (uint32_t)strlen(words[i]);
        if (rest->end - rest->at >= length && memcmp(json + rest->at, words[i], length) == 0) {
            rest->at += length;
            return true;
        }
    }
    return skip_number(json, rest);
}

/// A member's name and the colon.
static bool skip_name(const uint8_t *json, struct span *rest)
{
    skip_blanks(json, rest);
    if (!skip_string(json, rest)) {
        return false;
    }
    skip_blanks(json, rest);
    if (peek(json, rest) != ':') {
        return false;
    }
    rest->at++;
    return true;
}

/// Any value. Without recursion: `objects` has one bit for each open brace or bracket, the innermost lowest.
static bool skip_value(const uint8_t *json, struct span *rest)
{
    uint32_t depth = 0;
    uint32_t objects = 0;
    for (;;) {
        bool wants_value = false;
        skip_blanks(json, rest);
        uint8_t byte = peek(json, rest);
        if (byte == '{' || byte == '[') {
            if (depth == GW_CMD_DEPTH_MAX) {
                return false;
            }
            depth++;
            objects = objects << 1 | (byte == '{' ? 1u : 0u);
            rest->at++;
            skip_blanks(json, rest);
            wants_value = peek(json, rest) != (byte == '{' ? '}' : ']');
            if (wants_value && byte == '{' && !skip_name(json, rest)) {
                return false;
            }
        } else if (!skip_scalar(json, rest)) {
            return false;
        }
        while (!wants_value) {
            if (depth == 0u) {
                return true;
            }
            skip_blanks(json, rest);
            byte = peek(json, rest);
            if (byte == ((objects & 1u) != 0u ? '}' : ']')) {
                depth--;
                objects >>= 1;
            } else if (byte == ',') {
                wants_value = true;
            } else {
                return false;
            }
            rest->at++;
            if (wants_value && (objects & 1u) != 0u && !skip_name(json, rest)) {
                return false;
            }
        }
    }
}

/// Whether a string, with its quotes, says what `text` says, which is ASCII.
static bool is_text(const uint8_t *json, struct span string, const char *text)
{
    string.at++;
    while (peek(json, &string) != '"') {
        uint32_t code = read_character(json, &string);
        if (code == 0u || code != (uint8_t)*text) {
            return false;
        }
        text++;
    }
    return *text == '\0';
}

/// Finds the members of an object that is known to be well formed. False if one of them is there twice, or if there is
/// another one and `is_closed`.
static bool find_members(const uint8_t *json, struct span object, const char *const names[], uint32_t count,
                         struct span found[], bool is_closed)
{
    (void)memset(found, 0, count * sizeof found[0]);
    object.at++;
    skip_blanks(json, &object);
    while (peek(json, &object) != '}') {
        struct span name = object;
        struct span value;
        uint32_t index = 0;
        (void)skip_string(json, &object);
        name.end = object.at;
        skip_blanks(json, &object);
        object.at++;
        skip_blanks(json, &object);
        value.at = object.at;
        (void)skip_value(json, &object);
        value.end = object.at;
        while (index < count && !is_text(json, name, names[index])) {
            index++;
        }
        if (index < count ? found[index].end != 0u : is_closed) {
            return false;
        }
        if (index < count) {
            found[index] = value;
        }
        skip_blanks(json, &object);
        if (peek(json, &object) == ',') {
            object.at++;
            skip_blanks(json, &object);
        }
    }
    return true;
}

/// Unescapes a string in place and ends it with a 0; the opening quote makes the room. NULL for what is no string, is
/// longer than `longest`, or has a 0 or a character beyond ASCII in it.
static char *take_string(uint8_t *json, struct span value, uint32_t longest, uint32_t *length)
{
    uint32_t start = value.at;
    uint32_t to = start;
    if (value.at == value.end || json[value.at] != '"') {
        return NULL;
    }
    value.at++;
    while (peek(json, &value) != '"') {
        uint32_t code = read_character(json, &value);
        if (code == 0u || code == BEYOND_ASCII || to - start == longest) {
            return NULL;
        }
        json[to] = (uint8_t)code;
        to++;
    }
    json[to] = 0;
    *length = to - start;
    return (char *)json + start;
}

/// A number without sign, point and exponent.
static bool take_integer(const uint8_t *json, struct span value, uint32_t least, uint32_t most, uint32_t *number)
{
    uint32_t sum = 0;
    for (uint32_t i = value.at; i < value.end; i++) {
        if (json[i] < '0' || json[i] > '9' || sum > most / 10u) {
            return false;
        }
        sum = sum * 10u + (json[i] - (uint32_t)'0');
    }
    *number = sum;
    return value.end > value.at && sum >= least && sum <= most;
}

// ---- Texts ---------------------------------------------------------------------------------------------------------

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_lower(char byte)
{
    return byte >= 'a' && byte <= 'z';
}

static bool is_cmd_id(const char *text)
{
    for (; *text != '\0'; text++) {
        if (!is_digit(*text) && !is_lower(*text) && !(*text >= 'A' && *text <= 'Z') && *text != '_' && *text != '-') {
            return false;
        }
    }
    return true;
}

static bool is_type_name(const char *text)
{
    if (!is_lower(text[0])) {
        return false;
    }
    for (; *text != '\0'; text++) {
        if (!is_digit(*text) && !is_lower(*text) && *text != '_') {
            return false;
        }
    }
    return true;
}

static uint32_t two_digits(const char *text)
{
    return (uint32_t)(text[0] - '0') * 10u + (uint32_t)(text[1] - '0');
}

/// Whether a text is a moment of the years 1970 to 9999. Two of them compare as bytes.
static bool is_timestamp(const char *text, uint32_t length)
{
    static const char form[] = "0000-00-00T00:00:00Z";
    static const uint8_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (length != GW_STAMP_LENGTH) {
        return false;
    }
    for (unsigned i = 0; i < GW_STAMP_LENGTH; i++) {
        if (form[i] == '0' ? !is_digit(text[i]) : text[i] != form[i]) {
            return false;
        }
    }
    uint32_t year = two_digits(text) * 100u + two_digits(text + 2);
    uint32_t month = two_digits(text + 5);
    uint32_t day = two_digits(text + 8);
    bool is_leap = year % 4u == 0u && (year % 100u != 0u || year % 400u == 0u);
    if (year < 1970u || month < 1u || month > 12u || day < 1u) {
        return false;
    }
    return day <= days[month - 1u] + (month == 2u && is_leap ? 1u : 0u) && two_digits(text + 11) < 24u
        && two_digits(text + 14) < 60u && two_digits(text + 17) < 60u;
}

/// Printable ASCII without what never stands in an address, and a host.
static bool is_https(const char *text)
{
    static const char start[] = "https://";
    if (strncmp(text, start, sizeof start - 1u) != 0 || text[8] == '\0' || text[8] == '/' || text[8] == ':') {
        return false;
    }
    for (; *text != '\0'; text++) {
        if (*text <= ' ' || *text > '~' || *text == '"' || *text == '<' || *text == '>' || *text == '\\') {
            return false;
        }
    }
    return true;
}

/// ASCII lines that begin like a certificate; the rest is for whoever reads certificates.
static bool is_pem(const char *text)
{
    static const char start[] = "-----BEGIN CERTIFICATE-----\n";
    if (strncmp(text, start, sizeof start - 1u) != 0) {
        return false;
    }
    for (; *text != '\0'; text++) {
        if ((*text < ' ' || *text > '~') && *text != '\n') {
            return false;
        }
    }
    return true;
}

/// Turns 64 lower-case hexadecimal digits into 32 bytes, in place.
static bool take_sha256(char *text, uint32_t length)
{
    uint8_t *bytes = (uint8_t *)text;
    if (length != 64u) {
        return false;
    }
    for (uint32_t i = 0; i < 64u; i++) {
        uint32_t digit = hex_digit(bytes[i]);
        if (digit > 15u || (bytes[i] >= 'A' && bytes[i] <= 'F')) {
            return false;
        }
        bytes[i / 2u] = (uint8_t)(i % 2u == 0u ? digit << 4 : bytes[i / 2u] | digit);
    }
    return true;
}

static uint32_t base64_digit(char byte)
{
    if (byte >= 'A' && byte <= 'Z') {
        return (uint32_t)(byte - 'A');
    }
    if (is_lower(byte)) {
        return (uint32_t)(byte - 'a') + 26u;
    }
    if (is_digit(byte)) {
        return (uint32_t)(byte - '0') + 52u;
    }
    return byte == '+' ? 62u : byte == '/' ? 63u : 64u;
}

/// Decodes Base64 with its padding, in place; 0 bytes for what is none.
static uint32_t take_base64(char *text, uint32_t length)
{
    uint32_t bits = 0;
    uint32_t to = 0;
    uint32_t padding = 0;
    if (length == 0u || length % 4u != 0u) {
        return 0;
    }
    while (padding < 2u && text[length - 1u - padding] == '=') {
        padding++;
    }
    for (uint32_t i = 0; i < length; i++) {
        uint32_t digit = i < length - padding ? base64_digit(text[i]) : 0u;
        if (digit > 63u) {
            return 0;
        }
        bits = bits << 6 | digit;
        if (i % 4u == 3u) {
            text[to] = (char)(uint8_t)(bits >> 16);
            text[to + 1u] = (char)(uint8_t)(bits >> 8);
            text[to + 2u] = (char)(uint8_t)bits;
            to += 3u;
        }
    }
    // The bits that the padding leaves over must be 0: one text for one value.
    if ((bits & (padding == 2u ? 0xFFFFu : padding == 1u ? 0xFFu : 0u)) != 0u) {
        return 0;
    }
    return to - padding;
}

// ---- Reading a command ---------------------------------------------------------------------------------------------

static bool read_renew(uint8_t *json, struct span params, struct gw_command *command)
{
    static const char *const names[] = {"step", "certificate", "trial_seconds"};
    struct span found[3];
    uint32_t length = 0;
    if (!find_members(json, params, names, 3, found, true)) {
        return false;
    }
    const char *step = take_string(json, found[0], 16, &length);
    if (step != NULL && strcmp(step, "csr") == 0) {
        command->step = GW_CMD_STEP_CSR;
        return found[1].end == 0u && found[2].end == 0u;
    }
    if (step == NULL || strcmp(step, "install") != 0) {
        return false;
    }
    command->step = GW_CMD_STEP_INSTALL;
    command->trial_seconds = GW_CMD_TRIAL_DEFAULT;
    command->certificate = take_string(json, found[1], GW_CMD_CERTIFICATE_MAX, &length);
    return command->certificate != NULL && is_pem(command->certificate)
        && (found[2].end == 0u
            || take_integer(json, found[2], GW_CMD_TRIAL_MIN, GW_CMD_TRIAL_MAX, &command->trial_seconds));
}

static bool read_ota(uint8_t *json, struct span params, struct gw_command *command)
{
    static const char *const names[] = {"url", "size", "sha256", "signature"};
    struct span found[4];
    uint32_t length = 0;
    if (!find_members(json, params, names, 4, found, true)
        || !take_integer(json, found[1], 1, GW_CMD_IMAGE_MAX, &command->size)) {
        return false;
    }
    command->url = take_string(json, found[0], GW_CMD_URL_MAX, &length);
    if (command->url == NULL || !is_https(command->url)) {
        return false;
    }
    char *text = take_string(json, found[2], 64, &length);
    if (text == NULL || !take_sha256(text, length)) {
        return false;
    }
    command->sha256 = (const uint8_t *)text;
    text = take_string(json, found[3], (GW_CMD_SIGNATURE_MAX + 2u) / 3u * 4u, &length);
    if (text == NULL) {
        return false;
    }
    command->signature = (const uint8_t *)text;
    command->signature_length = take_base64(text, length);
    return command->signature_length >= GW_CMD_SIGNATURE_MIN && command->signature_length <= GW_CMD_SIGNATURE_MAX;
}

static enum gw_cmd_fault read_params(uint8_t *json, struct span params, struct gw_command *command)
{
    static const char *const types[GW_CMD_TYPE_COUNT] = {"ping", "poll_now", "get_status", "renew_certificate", "ota"};
    struct span none[1];
    bool is_good = false;
    unsigned type = 0;
    while (type < GW_CMD_TYPE_COUNT && strcmp(command->type_name, types[type]) != 0) {
        type++;
    }
    command->type = (enum gw_cmd_type)type;
    if (command->type == GW_CMD_TYPE_COUNT) {
        return GW_CMD_UNKNOWN_TYPE;
    }
    if (command->type == GW_CMD_RENEW) {
        is_good = read_renew(json, params, command);
    } else if (command->type == GW_CMD_OTA) {
        is_good = read_ota(json, params, command);
    } else {
        is_good = find_members(json, params, NULL, 0, none, true);
    }
    return is_good ? GW_CMD_GOOD : GW_CMD_BAD_PARAMS;
}

enum gw_cmd_fault gw_cmd_read(uint8_t *bytes, uint32_t length, const char *topic_type, struct gw_command *command)
{
    static const char *const names[] = {"cmd_id", "issued_at", "expires_at", "type", "params"};
    struct span whole = {.at = 0, .end = length};
    struct span rest = whole;
    struct span found[5];
    uint32_t count = 0;
    (void)memset(command, 0, sizeof *command);
    command->type = GW_CMD_TYPE_COUNT;
    (void)memcpy(command->type_name, "unknown", sizeof "unknown");
    if (length > GW_CMD_LENGTH_MAX || !skip_value(bytes, &rest)) {
        return GW_CMD_UNREADABLE;
    }
    skip_blanks(bytes, &rest);
    skip_blanks(bytes, &whole);
    if (rest.at != length || bytes[whole.at] != '{') {
        return GW_CMD_UNREADABLE;
    }
    // A member that is there twice has two meanings; nobody knows which the sender had in mind.
    bool is_single = find_members(bytes, whole, names, 5, found, false);
    const char *text = take_string(bytes, found[0], GW_CMD_ID_MAX, &count);
    if (!is_single || text == NULL || count == 0u || !is_cmd_id(text)) {
        return GW_CMD_UNREADABLE;
    }
    (void)memcpy(command->cmd_id, text, count);
    text = take_string(bytes, found[3], GW_CMD_TYPE_MAX, &count);
    if (text == NULL || !is_type_name(text)) {
        return GW_CMD_BAD_ENVELOPE;
    }
    (void)memcpy(command->type_name, text, count + 1u);
    if (topic_type != NULL && strcmp(topic_type, text) != 0) {
        return GW_CMD_BAD_ENVELOPE;
    }
    text = take_string(bytes, found[1], GW_STAMP_LENGTH, &count);
    if (text == NULL || !is_timestamp(text, count)) {
        return GW_CMD_BAD_ENVELOPE;
    }
    text = take_string(bytes, found[2], GW_STAMP_LENGTH, &count);
    if (text == NULL || !is_timestamp(text, count)) {
        return GW_CMD_BAD_ENVELOPE;
    }
    (void)memcpy(command->expires_at, text, GW_STAMP_LENGTH);
    if (found[4].end == 0u || bytes[found[4].at] != '{') {
        return GW_CMD_BAD_ENVELOPE;
    }
    return read_params(bytes, found[4], command);
}

// ---- Answers -------------------------------------------------------------------------------------------------------

/// Where the cmd_id stands in every answer.
#define ACK_ID_AT 45u

static void put_bytes(struct gw_ack_bytes *out, const void *bytes, uint32_t count)
{
    // Beyond the end only the length goes on; gw_ack_write() looks at it.
    if (out->length < GW_ACK_MAX && count <= GW_ACK_MAX - out->length) {
        (void)memcpy(out->bytes + out->length, bytes, count);
        out->length += count;
    } else {
        out->length = GW_ACK_MAX + 1u;
    }
}

static void put_text(struct gw_ack_bytes *out, const char *text)
{
    put_bytes(out, text, (uint32_t)strlen(text));
}

static void put_string(struct gw_ack_bytes *out, const char *text)
{
    static const char digits[] = "0123456789abcdef";
    static const char meanings[] = "\"\\\b\f\n\r\t";
    static const char escapes[] = "\"\\bfnrt";
    char escape[6] = {'\\', 'u', '0', '0', '0', '0'};
    put_text(out, "\"");
    for (; *text != '\0'; text++) {
        const char *meaning = strchr(meanings, *text);
        if (meaning != NULL) {
            escape[1] = escapes[meaning - meanings];
            put_bytes(out, escape, 2);
            escape[1] = 'u';
        } else if ((uint8_t)*text < 0x20u) {
            escape[4] = digits[(uint8_t)*text >> 4];
            escape[5] = digits[(uint8_t)*text & 15u];
            put_bytes(out, escape, 6);
        } else {
            put_bytes(out, text, 1);
        }
    }
    put_text(out, "\"");
}

bool gw_ack_write(const struct gw_ack *ack, const char *gateway_mac, struct gw_ack_bytes *bytes)
{
    static const char *const statuses[] = {"done", "refused", "failed", "expired"};
    static const char *const names[] = {"{\"gateway_mac\":", ",\"cmd_id\":", ",\"type\":",
                                        ",\"status\":",      ",\"code\":",   ",\"message\":"};
    const char *const values[] = {gateway_mac, ack->cmd_id, ack->type, statuses[ack->status], ack->code, ack->message};
    bytes->length = 0;
    bytes->stamp_at = GW_STAMP_NONE;
    for (unsigned i = 0; i < sizeof values / sizeof values[0]; i++) {
        put_text(bytes, names[i]);
        put_string(bytes, values[i]);
    }
    put_text(bytes, ",\"at\":\"");
    if (ack->at == NULL) {
        bytes->stamp_at = (uint16_t)bytes->length;
    }
    put_text(bytes, ack->at != NULL ? ack->at : "1970-01-01T00:00:00Z");
    put_text(bytes, "\",\"result\":");
    put_text(bytes, ack->result);
    put_text(bytes, "}");
    if (bytes->length > GW_ACK_MAX) {
        bytes->length = 0;
    }
    return bytes->length > 0u;
}

// ---- The journal ---------------------------------------------------------------------------------------------------

/// `kind` of the journal's records. The first is the cmd_id and the type, each with a 0 behind it; the second is the
/// answer itself.
enum {
    JOURNAL_BEGUN = 1,
    JOURNAL_ANSWER = 2,
};

/// The part of a record that tells which command it is of.
struct note {
    struct gw_record record;
    char text[ACK_ID_AT + GW_CMD_ID_MAX + 2u];
};

/// The next note of the journal; its text ends with a 0.
static enum gw_queue_result next_note(const struct gw_queue *journal, struct gw_queue_cursor *at, struct note *note)
{
    bool is_released = false;
    (void)memset(note->text, 0, sizeof note->text);
    return gw_queue_walk(journal, at, &note->record, note->text, sizeof note->text - 1u, &is_released);
}

static bool is_note_of(const struct note *note, const char *cmd_id)
{
    size_t length = strlen(cmd_id);
    if (note->record.kind == JOURNAL_BEGUN) {
        return strcmp(note->text, cmd_id) == 0;
    }
    return note->record.kind == JOURNAL_ANSWER && strncmp(note->text + ACK_ID_AT, cmd_id, length) == 0
        && note->text[ACK_ID_AT + length] == '"';
}

enum known {
    KNOWN_NOT,      // Nothing is known of it.
    KNOWN_BEGUN,    // It was begun and has no answer.
    KNOWN_ANSWERED, // It has an answer.
    KNOWN_NO_READ,  // The journal cannot be read.
};

/// What the journal knows of a command; `at` is left on its answer.
static enum known look_up(const struct gw_queue *journal, const char *cmd_id, struct gw_queue_cursor *at)
{
    struct gw_queue_cursor next = gw_queue_walk_start(journal);
    struct note note;
    enum known known = KNOWN_NOT;
    *at = next;
    enum gw_queue_result result = next_note(journal, &next, &note);
    while (result == GW_QUEUE_OK) {
        if (is_note_of(&note, cmd_id)) {
            if (note.record.kind == JOURNAL_ANSWER) {
                return KNOWN_ANSWERED;
            }
            known = KNOWN_BEGUN;
        }
        *at = next;
        result = next_note(journal, &next, &note);
    }
    return result == GW_QUEUE_EMPTY ? known : KNOWN_NO_READ;
}

bool gw_cmd_unfinished(const struct gw_queue *journal, struct gw_command *command)
{
    struct gw_queue_cursor next = gw_queue_walk_start(journal);
    struct gw_queue_cursor ignored;
    struct note note;
    (void)memset(command, 0, sizeof *command);
    while (next_note(journal, &next, &note) == GW_QUEUE_OK) {
        size_t length = strlen(note.text);
        if (note.record.kind == JOURNAL_BEGUN && note.record.boot < journal->boot && length <= GW_CMD_ID_MAX
            && strlen(note.text + length + 1u) <= GW_CMD_TYPE_MAX
            && look_up(journal, note.text, &ignored) == KNOWN_BEGUN) {
            (void)memcpy(command->cmd_id, note.text, length);
            (void)memcpy(command->type_name, note.text + length + 1u, strlen(note.text + length + 1u));
            return true;
        }
    }
    return false;
}

bool gw_cmd_finish(struct gw_queue *journal, const char *gateway_mac, const struct gw_ack *ack,
                   struct gw_ack_bytes *answer)
{
    struct gw_record record = {.kind = JOURNAL_ANSWER};
    if (!gw_ack_write(ack, gateway_mac, answer)) {
        return false;
    }
    record.stamp_at = answer->stamp_at;
    return gw_queue_append(journal, &record, answer->bytes, answer->length) == GW_QUEUE_OK;
}

/// Notes that a command is begun. Without the note it must not be executed: a repeat would execute it again.
static bool note_begin(struct gw_queue *journal, const struct gw_command *command)
{
    struct gw_record record = {.kind = JOURNAL_BEGUN, .stamp_at = GW_STAMP_NONE};
    char text[GW_CMD_ID_MAX + GW_CMD_TYPE_MAX + 2u];
    uint32_t id_length = (uint32_t)strlen(command->cmd_id) + 1u;
    uint32_t type_length = (uint32_t)strlen(command->type_name) + 1u;
    (void)memcpy(text, command->cmd_id, id_length);
    (void)memcpy(text + id_length, command->type_name, type_length);
    return gw_queue_append(journal, &record, text, id_length + type_length) == GW_QUEUE_OK;
}

enum gw_cmd_verdict gw_cmd_receive(struct gw_queue *journal, const char *gateway_mac, uint8_t *bytes, uint32_t length,
                                   const char *topic_type, const char *now, struct gw_command *command,
                                   struct gw_ack_bytes *answer)
{
    struct gw_queue_cursor at;
    struct gw_record record;
    bool is_released = false;
    enum gw_cmd_fault fault = gw_cmd_read(bytes, length, topic_type, command);
    if (fault == GW_CMD_UNREADABLE) {
        return GW_CMD_IGNORE;
    }
    struct gw_ack ack = {.cmd_id = command->cmd_id, .type = command->type_name, .status = GW_ACK_REFUSED,
                         .at = now, .result = "{}"};
    enum known known = look_up(journal, command->cmd_id, &at);
    if (known == KNOWN_BEGUN) {
        return GW_CMD_WAIT;
    }
    if (known == KNOWN_ANSWERED
        && gw_queue_walk(journal, &at, &record, answer->bytes, GW_ACK_MAX, &is_released) == GW_QUEUE_OK
        && record.length <= GW_ACK_MAX) {
        answer->length = record.length;
        answer->stamp_at = record.stamp_at;
        return GW_CMD_ANSWER;
    }
    if (known != KNOWN_NOT) {
        // Whether it was executed cannot be told now: the broker, or whoever sent it, will deliver it again.
        return GW_CMD_IGNORE;
    }
    if (fault == GW_CMD_BAD_ENVELOPE) {
        ack.code = "bad_envelope";
        ack.message = "a member of the envelope is missing or malformed, or the topic has another type";
    } else if (fault == GW_CMD_UNKNOWN_TYPE) {
        ack.code = "unknown_type";
        ack.message = "this gateway has no such command";
    } else if (fault == GW_CMD_BAD_PARAMS) {
        ack.code = "bad_params";
        ack.message = "a parameter is missing, malformed, out of range or unknown";
    } else if (now != NULL && memcmp(now, command->expires_at, GW_STAMP_LENGTH) >= 0) {
        ack.status = GW_ACK_EXPIRED;
        ack.code = "expired";
        ack.message = "the command came after its expires_at";
    } else if (note_begin(journal, command)) {
        return GW_CMD_EXECUTE;
    } else {
        ack.status = GW_ACK_FAILED;
        ack.code = "storage";
        ack.message = "the command could not be noted, so it was not begun";
        (void)gw_ack_write(&ack, gateway_mac, answer);
        return GW_CMD_ANSWER;
    }
    (void)gw_cmd_finish(journal, gateway_mac, &ack, answer);
    return GW_CMD_ANSWER;
}
