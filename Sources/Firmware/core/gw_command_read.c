#include "gw/gw_command.h"

#include <string.h>

#include "gw/gw_time.h"
#include "gw_reader.h"

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
        const uint32_t digit = gw_read_hex(bytes[i]);
        if (digit > 15u || (bytes[i] & 0xE0u) == 'A' - 1u) { // no digit, or a capital letter
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

static bool read_renew(struct gw_span params, struct gw_command *command)
{
    static const char *const names[] = {"step", "certificate", "trial_seconds"};
    struct gw_span found[3];
    uint32_t length = 0;
    if (!gw_read_members(params, names, 3, found, true)) {
        return false;
    }
    const char *step = gw_read_string(found[0], 16, &length);
    if (step != NULL && strcmp(step, "csr") == 0) {
        command->step = GW_CMD_STEP_CSR;
        return found[1].end == NULL && found[2].end == NULL;
    }
    if (step == NULL || strcmp(step, "install") != 0) {
        return false;
    }
    command->step = GW_CMD_STEP_INSTALL;
    command->trial_seconds = GW_CMD_TRIAL_DEFAULT;
    command->certificate = gw_read_string(found[1], GW_CMD_CERTIFICATE_MAX, &length);
    return command->certificate != NULL && is_pem(command->certificate)
        && (found[2].end == NULL
            || gw_read_integer(found[2], GW_CMD_TRIAL_MIN, GW_CMD_TRIAL_MAX, &command->trial_seconds));
}

static bool read_ota(struct gw_span params, struct gw_command *command)
{
    static const char *const names[] = {"url", "size", "sha256", "signature"};
    struct gw_span found[4];
    uint32_t length = 0;
    if (!gw_read_members(params, names, 4, found, true)
        || !gw_read_integer(found[1], 1, GW_CMD_IMAGE_MAX, &command->size)) {
        return false;
    }
    command->url = gw_read_string(found[0], GW_CMD_URL_MAX, &length);
    if (command->url == NULL || !is_https(command->url)) {
        return false;
    }
    char *text = gw_read_string(found[2], 64, &length);
    if (text == NULL || !take_sha256(text, length)) {
        return false;
    }
    command->sha256 = (const uint8_t *)text;
    text = gw_read_string(found[3], (GW_CMD_SIGNATURE_MAX + 2u) / 3u * 4u, &length);
    if (text == NULL) {
        return false;
    }
    command->signature = (const uint8_t *)text;
    command->signature_length = take_base64(text, length);
    return command->signature_length >= GW_CMD_SIGNATURE_MIN && command->signature_length <= GW_CMD_SIGNATURE_MAX;
}

static enum gw_cmd_fault read_params(struct gw_span params, struct gw_command *command)
{
    static const char *const types[GW_CMD_TYPE_COUNT] = {"ping", "poll_now", "get_status", "renew_certificate", "ota"};
    struct gw_span none[1];
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
        is_good = read_renew(params, command);
    } else if (command->type == GW_CMD_OTA) {
        is_good = read_ota(params, command);
    } else {
        is_good = gw_read_members(params, NULL, 0, none, true);
    }
    return is_good ? GW_CMD_GOOD : GW_CMD_BAD_PARAMS;
}

/// A moment that the machine cannot hold is its last one: nothing expires then.
static bool read_moment(struct gw_span value, uint32_t *seconds)
{
    uint64_t moment = 0;
    uint32_t length = 0;
    const char *text = gw_read_string(value, GW_TIME_LENGTH, &length);
    if (text == NULL || !gw_time_read(text, length, &moment)) {
        return false;
    }
    *seconds = moment < GW_TIME_HELD_LAST ? (uint32_t)moment : GW_TIME_HELD_LAST;
    return true;
}

enum gw_cmd_fault gw_cmd_read(uint8_t *bytes, uint32_t length, const char *topic_type, struct gw_command *command)
{
    static const char *const names[] = {"cmd_id", "issued_at", "expires_at", "type", "params"};
    struct gw_span found[5];
    uint32_t count = 0;
    (void)memset(command, 0, sizeof *command);
    command->type = GW_CMD_TYPE_COUNT;
    (void)memcpy(command->type_name, "unknown", sizeof "unknown");
    if (length == 0u || length > GW_CMD_LENGTH_MAX) {
        return GW_CMD_UNREADABLE;
    }
    struct gw_span whole = {.at = bytes, .end = bytes + length};
    gw_read_blanks(&whole);
    struct gw_span rest = whole;
    if (!gw_read_value(&rest)) {
        return GW_CMD_UNREADABLE;
    }
    gw_read_blanks(&rest);
    if (rest.at != rest.end || *whole.at != '{') {
        return GW_CMD_UNREADABLE;
    }
    // A member that is there twice has two meanings; nobody knows which the sender had in mind.
    bool is_single = gw_read_members(whole, names, 5, found, false);
    const char *text = gw_read_string(found[0], GW_CMD_ID_MAX, &count);
    if (!is_single || text == NULL || count == 0u || !is_cmd_id(text)) {
        return GW_CMD_UNREADABLE;
    }
    (void)memcpy(command->cmd_id, text, count);
    text = gw_read_string(found[3], GW_CMD_TYPE_MAX, &count);
    if (text == NULL || !is_type_name(text)) {
        return GW_CMD_BAD_ENVELOPE;
    }
    (void)memcpy(command->type_name, text, count + 1u);
    if (topic_type != NULL && strcmp(topic_type, text) != 0) {
        return GW_CMD_BAD_ENVELOPE;
    }
    if (!read_moment(found[1], &command->expires_s) || !read_moment(found[2], &command->expires_s)) {
        return GW_CMD_BAD_ENVELOPE;
    }
    if (found[4].end == NULL || *found[4].at != '{') {
        return GW_CMD_BAD_ENVELOPE;
    }
    return read_params(found[4], command);
}
