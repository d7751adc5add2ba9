#include "settings_point.h"

#include <stdio.h>
#include <string.h>

static const char usage[] = "point CODE UNIT SLAVE 40001|input:0 TYPE [order=ABCD] [scale=1] [offset=0] [bits=4-7]";

static const char *const table_name[] = {[GW_TABLE_COIL] = "coil", [GW_TABLE_DISCRETE] = "discrete",
                                         [GW_TABLE_HOLDING] = "holding", [GW_TABLE_INPUT] = "input"};
static const char *const type_name[] = {
    [GW_TYPE_BOOL] = "bool",     [GW_TYPE_UINT16] = "uint16", [GW_TYPE_INT16] = "int16",
    [GW_TYPE_UINT32] = "uint32", [GW_TYPE_INT32] = "int32",   [GW_TYPE_UINT64] = "uint64",
    [GW_TYPE_INT64] = "int64",   [GW_TYPE_FLOAT32] = "float32", [GW_TYPE_FLOAT64] = "float64"};
static const char *const order_name[] = {
    [GW_ORDER_ABCD] = "ABCD", [GW_ORDER_CDAB] = "CDAB", [GW_ORDER_BADC] = "BADC", [GW_ORDER_DCBA] = "DCBA"};

#define COUNT(names) (sizeof(names) / sizeof(names)[0])

static bool refuse(char *reason, const char *what, const char *word)
{
    (void)snprintf(reason, SETTINGS_REASON_MAX, what, word);
    return false;
}

/// The index of a name; false if there is none. Entry 0 may be empty.
static bool find(const char *const names[], size_t count, const char *word, uint8_t *index)
{
    for (size_t i = 0; i < count; i++) {
        if (names[i] != NULL && strcmp(names[i], word) == 0) {
            *index = (uint8_t)i;
            return true;
        }
    }
    return false;
}

/// `40001` and `400001` in the notation of the manuals, counted from 1, or `holding:0`, counted from 0.
static bool read_place(gw_point_t *point, char *word)
{
    static const struct {
        uint8_t table;
        uint32_t base;
    } notation[] = {{GW_TABLE_COIL, 0}, {GW_TABLE_DISCRETE, 1}, {GW_TABLE_INPUT, 3}, {GW_TABLE_HOLDING, 4}};
    uint32_t number = 0;
    char *colon = strchr(word, ':');
    if (colon != NULL) {
        *colon = '\0';
        if (!find(table_name, COUNT(table_name), word, &point->table) || !words_number(colon + 1, 0, 65535, &number)) {
            *colon = ':';
            return false;
        }
        point->address = (uint16_t)number;
        return true;
    }
    const size_t digits = strlen(word);
    if ((digits != 5u && digits != 6u) || !words_number(word + 1, 1, digits == 5u ? 9999u : 65536u, &number)) {
        return false;
    }
    for (size_t i = 0; i < COUNT(notation); i++) {
        if ((uint32_t)(unsigned char)word[0] - (uint32_t)'0' == notation[i].base) {
            point->table = notation[i].table;
            point->address = (uint16_t)(number - 1u);
            return true;
        }
    }
    return false;
}

/// `3` or `4-7`.
static bool read_bits(gw_point_t *point, char *word)
{
    uint32_t lowest = 0;
    uint32_t highest = 0;
    char *dash = strchr(word, '-');
    if (dash != NULL) {
        *dash = '\0';
    }
    if (!words_number(word, 0, 63, &lowest) || !words_number(dash != NULL ? dash + 1 : word, lowest, 63, &highest)) {
        return false;
    }
    point->lowest_bit = (uint8_t)lowest;
    point->bit_count = (uint8_t)(highest - lowest + 1u);
    return true;
}

static bool read_option(gw_point_t *point, char *word)
{
    char *value = strchr(word, '=');
    if (value == NULL) {
        return false;
    }
    *value++ = '\0';
    if (strcmp(word, "order") == 0) {
        return find(order_name, COUNT(order_name), value, &point->order);
    }
    if (strcmp(word, "scale") == 0) {
        return gw_decimal_parse(value, strlen(value), &point->scale);
    }
    if (strcmp(word, "offset") == 0) {
        return gw_decimal_parse(value, strlen(value), &point->offset);
    }
    return strcmp(word, "bits") == 0 && read_bits(point, value);
}

static const char *explain(gw_point_fault_t fault)
{
    switch (fault) {
    case GW_POINT_NOT_A_BIT: return "a coil or a discrete input is a bool without bits=";
    case GW_POINT_NEEDS_ONE_BIT: return "a bool in a register needs the one bit that it is, as bits=3";
    case GW_POINT_BITS_OF_SIGNED: return "bits can be cut out of uint16, uint32 and uint64 only";
    case GW_POINT_BITS_OUTSIDE: return "the bits lie beyond the type's width";
    case GW_POINT_BEYOND_TABLE: return "the value would end beyond address 65535";
    case GW_POINT_SCALE_IS_ZERO: return "with scale=0 every reading would be the offset";
    case GW_POINT_FACTOR_OUTSIDE: return "scale and offset: at most 18 digits, powers of ten from -12 to 12";
    default: return "table, type or order is unknown";
    }
}

bool settings_point_read(struct settings_point *point, char *words[], int count, char *reason)
{
    uint32_t slave = 0;
    memset(point, 0, sizeof *point);
    if (count < 6) {
        return refuse(reason, "%s", usage);
    }
    if (words[1][0] == '\0' || strlen(words[1]) > SETTINGS_CODE_MAX || !gw_utf8_is_valid(words[1])) {
        return refuse(reason, "code \"%.40s\": 1 to 32 bytes of UTF-8", words[1]);
    }
    if (strlen(words[2]) > SETTINGS_UNIT_MAX || !gw_utf8_is_valid(words[2])) {
        return refuse(reason, "unit \"%.40s\": at most 16 bytes of UTF-8; \"\" for none", words[2]);
    }
    if (!words_number(words[3], 1, 247, &slave)) {
        return refuse(reason, "slave \"%.40s\": 1 to 247", words[3]);
    }
    if (!read_place(&point->point, words[4])) {
        return refuse(reason,
                      "place \"%.40s\": as 40001 in the meter's manual, or holding:0, input:0, coil:0, discrete:0",
                      words[4]);
    }
    if (!find(type_name, COUNT(type_name), words[5], &point->point.type)) {
        return refuse(reason, "type \"%.40s\": bool, uint16, int16, uint32, int32, uint64, int64, float32 or float64",
                      words[5]);
    }
    point->point.scale = (gw_decimal_t)GW_DECIMAL_ONE;
    point->point.offset = (gw_decimal_t)GW_DECIMAL_ZERO;
    for (int i = 6; i < count; i++) {
        if (!read_option(&point->point, words[i])) {
            return refuse(reason, "\"%.40s\": order=ABCD|CDAB|BADC|DCBA, scale=0.01, offset=-40 or bits=4-7", words[i]);
        }
    }
    const gw_point_fault_t fault = gw_point_check(&point->point);
    if (fault != GW_POINT_OK) {
        return refuse(reason, "%s", explain(fault));
    }
    memcpy(point->code, words[1], strlen(words[1]) + 1u);
    memcpy(point->unit, words[2], strlen(words[2]) + 1u);
    point->slave = (uint8_t)slave;
    return true;
}

static void write_factor(struct words_text *out, const char *name, const gw_decimal_t *factor,
                         const gw_decimal_t *neutral)
{
    static const gw_decimal_t one = GW_DECIMAL_ONE;
    static const gw_decimal_t zero = GW_DECIMAL_ZERO;
    char text[64];
    if (factor->digits == neutral->digits && factor->exponent == neutral->exponent && !factor->negative) {
        return;
    }
    const size_t length = gw_decimal_text(factor, &one, &zero, GW_NOTATION_COUNTED, text, sizeof text);
    words_print(out, " %s=%.*s", name, (int)length, text);
}

void settings_point_write(const struct settings_point *point, struct words_text *out)
{
    static const gw_decimal_t one = GW_DECIMAL_ONE;
    static const gw_decimal_t zero = GW_DECIMAL_ZERO;
    const gw_point_t *at = &point->point;
    words_print(out, "point ");
    words_quote(out, point->code);
    words_print(out, " ");
    words_quote(out, point->unit);
    words_print(out, " %u %s:%u %s", point->slave, table_name[at->table], at->address, type_name[at->type]);
    if (at->order != GW_ORDER_ABCD) {
        words_print(out, " order=%s", order_name[at->order]);
    }
    write_factor(out, "scale", &at->scale, &one);
    write_factor(out, "offset", &at->offset, &zero);
    if (at->bit_count == 1u) {
        words_print(out, " bits=%u", at->lowest_bit);
    } else if (at->bit_count > 1u) {
        words_print(out, " bits=%u-%u", at->lowest_bit, (unsigned)at->lowest_bit + at->bit_count - 1u);
    }
    words_print(out, "\n");
}

static uint16_t find_code(const struct settings *settings, const char *code)
{
    uint16_t i = 0;
    while (i < settings->point_count && strcmp(settings->points[i].code, code) != 0) {
        i++;
    }
    return i;
}

bool settings_point_put(struct settings *settings, const struct settings_point *point, char *reason)
{
    const uint16_t at = find_code(settings, point->code);
    if (at == SETTINGS_POINTS) {
        return refuse(reason, "%s",
                      "there are 64 points already, and 64 is the most: 'point CODE none' takes one away");
    }
    settings->points[at] = *point;
    settings->point_count = at == settings->point_count ? (uint16_t)(at + 1u) : settings->point_count;
    return true;
}

bool settings_point_drop(struct settings *settings, const char *code, char *reason)
{
    const uint16_t at = find_code(settings, code);
    if (at == settings->point_count) {
        return refuse(reason, "there is no point \"%.40s\": see 'show'", code);
    }
    settings->point_count--;
    memmove(&settings->points[at], &settings->points[at + 1u],
            (size_t)(settings->point_count - at) * sizeof settings->points[0]);
    return true;
}
