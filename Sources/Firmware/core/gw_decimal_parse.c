// Reading a literal: a scale or an offset of the configuration.
#include "gw/gw_decimal.h"

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

/// Takes a sign, if there is one.
static size_t take_sign(const char *text, size_t length, size_t at, bool *negative)
{
    *negative = at < length && text[at] == '-';
    return at < length && (text[at] == '-' || text[at] == '+') ? at + 1u : at;
}

bool gw_decimal_parse(const char *text, size_t length, gw_decimal_t *number)
{
    if (length > 255u) {
        return false;
    }
    gw_decimal_t result = GW_DECIMAL_ZERO;
    size_t at = take_sign(text, length, 0, &result.negative);
    unsigned significant = 0;
    unsigned zeros = 0; // since the last significant digit: they count only if another one follows
    int exponent = 0;
    bool after_point = false;
    bool needs_digit = true;
    for (; at < length; at++) {
        if (text[at] == '.' && !after_point && !needs_digit) {
            after_point = true;
            needs_digit = true;
            continue;
        }
        if (!is_digit(text[at])) {
            break;
        }
        needs_digit = false;
        exponent -= after_point ? 1 : 0;
        if (text[at] == '0') {
            zeros += significant > 0u ? 1u : 0u;
            continue;
        }
        significant += zeros + 1u;
        if (significant > GW_FACTOR_DIGITS) {
            return false;
        }
        for (; zeros > 0u; zeros--) {
            result.digits *= 10u;
        }
        result.digits = result.digits * 10u + (uint64_t)(text[at] - '0');
    }
    if (needs_digit) {
        return false;
    }
    if (at < length && (text[at] == 'e' || text[at] == 'E')) {
        bool down = false;
        at = take_sign(text, length, at + 1u, &down);
        const size_t first = at;
        int power = 0;
        for (; at < length && at < first + 3u && is_digit(text[at]); at++) {
            power = power * 10 + (text[at] - '0');
        }
        if (at == first) {
            return false;
        }
        exponent += down ? -power : power;
    }
    if (at != length) {
        return false;
    }
    if (significant == 0u) {
        *number = (gw_decimal_t)GW_DECIMAL_ZERO;
        return true;
    }
    result.exponent = (int16_t)(exponent + (int)zeros);
    *number = result;
    return true;
}
