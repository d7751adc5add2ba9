#include "gw/gw_decimal.h"

#include <string.h>

uint32_t gw_divide(uint64_t *number, uint32_t divisor)
{
    uint64_t quotient = 0;
    uint32_t rest = 0;
    // Sixteen bits at a time, as on paper.
    for (unsigned place = 64; place > 0u; place -= 16u) {
        rest = rest << 16 | (uint32_t)(uint16_t)(*number >> (place - 16u));
        quotient = quotient << 16 | rest / divisor;
        rest %= divisor;
    }
    *number = quotient;
    return rest;
}

// ---------------------------------------------------------------------------------------------------------------------
// Rows of digits
// ---------------------------------------------------------------------------------------------------------------------

/// The digits of a 128-bit product: 39, in groups of four.
#define ROW_DIGITS 40

/// Decimal digits, the least significant first, as numbers from 0 to 9.
typedef struct {
    int count;    ///< How many; the last one is not 0. None for zero.
    int exponent; ///< The power of ten of the first.
    bool negative;
    uint8_t digits[ROW_DIGITS];
} row_t;

/// Fills a row with the digits of a product.
static void row_multiply(row_t *row, const gw_decimal_t *left, const gw_decimal_t *right)
{
    // Limbs of 16 bits: all that follows is 32-bit arithmetic, and a 64-bit division would be a library call.
    const uint32_t halves[4] = {
        (uint32_t)left->digits,
        (uint32_t)(left->digits >> 32),
        (uint32_t)right->digits,
        (uint32_t)(right->digits >> 32),
    };
    uint16_t limbs[8] = {0};
    for (unsigned i = 0; i < 4u; i++) {
        const uint32_t factor = (halves[i / 2u] >> (16u * (i % 2u))) & 0xFFFFu;
        uint32_t carry = 0;
        for (unsigned j = 0; j < 4u && factor != 0u; j++) {
            carry += limbs[i + j] + factor * ((halves[2u + j / 2u] >> (16u * (j % 2u))) & 0xFFFFu);
            limbs[i + j] = (uint16_t)carry;
            carry >>= 16;
        }
        limbs[i + 4u] = (uint16_t)carry;
    }
    int count = 0;
    for (int used = 8; used > 0;) {
        if (limbs[used - 1] == 0u) {
            used--;
            continue;
        }
        uint32_t rest = 0;
        for (int i = used - 1; i >= 0; i--) {
            rest = (rest << 16) | limbs[i];
            limbs[i] = (uint16_t)(rest / 10000u);
            rest %= 10000u;
        }
        for (int i = 0; i < 4; i++) {
            row->digits[count] = (uint8_t)(rest % 10u);
            count++;
            rest /= 10u;
        }
    }
    while (count > 0 && row->digits[count - 1] == 0u) {
        count--;
    }
    row->count = count;
    row->exponent = left->exponent + right->exponent;
    row->negative = left->negative != right->negative;
}

/// The digit that stands for a power of ten; 0 beyond both ends.
static int row_digit(const row_t *row, int power)
{
    const int index = power - row->exponent;
    return index >= 0 && index < row->count ? row->digits[index] : 0;
}

/// The power of ten above the first significant digit.
static int row_top(const row_t *row)
{
    return row->exponent + row->count;
}

/// Whether a row's magnitude is below another's.
static bool row_is_smaller(const row_t *left, const row_t *right)
{
    const int low = left->exponent < right->exponent ? left->exponent : right->exponent;
    for (int power = row_top(left) > row_top(right) ? row_top(left) : row_top(right); power >= low; power--) {
        const int difference = row_digit(left, power) - row_digit(right, power);
        if (difference != 0) {
            return difference < 0;
        }
    }
    return false;
}

/// Writes the characters of a sum of two rows, the least significant first, without zeros at either end.
///
/// @param exponent  Becomes the power of ten of the first character.
/// @param count     Becomes the number of characters; 0 for the sum zero.
/// @return false if they do not fit.
static bool row_add(const row_t *left, const row_t *right, char *text, size_t capacity, int *exponent, size_t *count)
{
    const row_t *larger = left;
    const row_t *smaller = right;
    const int sign = left->negative == right->negative ? 1 : -1;
    if (sign < 0 && row_is_smaller(left, right)) {
        larger = right;
        smaller = left;
    }
    int power = larger->exponent;
    if (smaller->count > 0 && (smaller->exponent < power || larger->count == 0)) {
        power = smaller->exponent;
    }
    // One more than the longer row, for the last carry.
    const int end = (row_top(larger) > row_top(smaller) ? row_top(larger) : row_top(smaller)) + 1;
    size_t used = 0;
    size_t significant = 0;
    int carry = 0;
    for (; power < end; power++) {
        int digit = row_digit(larger, power) + sign * (row_digit(smaller, power) + carry);
        // A carry where digits are added, a loan where they are taken away.
        carry = 0;
        if (digit >= 10) {
            digit -= 10;
            carry = 1;
        } else if (digit < 0) {
            digit += 10;
            carry = 1;
        }
        if (used == 0u) {
            *exponent = power;
            if (digit == 0) {
                continue;
            }
        }
        if (used < capacity) {
            text[used] = (char)('0' + digit);
        } else if (digit != 0) {
            return false;
        }
        used++;
        if (digit != 0) {
            significant = used;
        }
    }
    *count = significant;
    return true;
}

// ---------------------------------------------------------------------------------------------------------------------
// From digits to text
// ---------------------------------------------------------------------------------------------------------------------

static void reverse(char *text, size_t count)
{
    for (size_t i = 0; i < count / 2u; i++) {
        const char kept = text[i];
        text[i] = text[count - 1u - i];
        text[count - 1u - i] = kept;
    }
}

/// Moves the digits at the start of the text to their places in plain notation.
///
/// @return The length of the text; 0 if it does not fit.
static size_t lay_out_plain(char *text, size_t capacity, size_t sign, size_t count, int exponent)
{
    const int whole = (int)count + exponent; // digits before the point
    const size_t leading = whole <= 0 ? (size_t)(2 - whole) : 0u;
    const size_t trailing = exponent > 0 ? (size_t)exponent : 0u;
    const size_t point = exponent < 0 && whole > 0 ? 1u : 0u;
    const size_t length = sign + leading + count + point + trailing;
    if (length > capacity) {
        return 0;
    }
    memmove(&text[sign + leading], text, count);
    memset(&text[sign], '0', leading);
    if (leading > 0u) {
        text[sign + 1u] = '.';
    }
    if (point > 0u) {
        char *place = &text[sign + (size_t)whole];
        memmove(place + 1, place, count - (size_t)whole);
        *place = '.';
    }
    memset(&text[sign + leading + count + point], '0', trailing);
    return length;
}

/// The same in scientific notation.
static size_t lay_out_scientific(char *text, size_t capacity, size_t sign, size_t count, int exponent)
{
    const int power = exponent + (int)count - 1;
    unsigned magnitude = (unsigned)(power < 0 ? -power : power);
    char tail[5]; // the exponent backwards: three digits, minus, e
    size_t tail_length = 0;
    do {
        tail[tail_length] = (char)('0' + magnitude % 10u);
        tail_length++;
        magnitude /= 10u;
    } while (magnitude > 0u && tail_length < 3u);
    if (power < 0) {
        tail[tail_length] = '-';
        tail_length++;
    }
    tail[tail_length] = 'e';
    tail_length++;
    reverse(tail, tail_length);

    const size_t point = count > 1u ? 1u : 0u;
    const size_t length = sign + count + point + tail_length;
    if (length > capacity) {
        return 0;
    }
    memmove(&text[sign + point], text, count);
    if (point > 0u) {
        text[sign] = text[sign + 1u];
        text[sign + 1u] = '.';
    }
    memcpy(&text[sign + count + point], tail, tail_length);
    return length;
}

size_t gw_decimal_text(const gw_decimal_t *number, const gw_decimal_t *scale, const gw_decimal_t *offset,
                       gw_notation_t notation, char *text, size_t capacity)
{
    static const gw_decimal_t one = GW_DECIMAL_ONE;
    row_t product;
    row_t addend;
    row_multiply(&product, number, scale);
    row_multiply(&addend, offset, &one);
    size_t count = 0;
    int exponent = 0;
    if (!row_add(&product, &addend, text, capacity, &exponent, &count)) {
        return 0;
    }
    if (count == 0u) {
        if (capacity == 0u) {
            return 0;
        }
        text[0] = '0';
        return 1;
    }
    reverse(text, count);
    // The sum has the sign of the larger row; only rows of two signs need comparing.
    const bool negative = product.negative == addend.negative || row_is_smaller(&addend, &product) ? product.negative
                                                                                                : addend.negative;
    const size_t sign = negative ? 1u : 0u;
    const int power = exponent + (int)count - 1;
    const size_t length = notation == GW_NOTATION_COUNTED || (power >= -6 && power < 15)
                              ? lay_out_plain(text, capacity, sign, count, exponent)
                              : lay_out_scientific(text, capacity, sign, count, exponent);
    if (length > 0u && negative) {
        text[0] = '-';
    }
    return length;
}

// ---------------------------------------------------------------------------------------------------------------------
// Reading a literal
// ---------------------------------------------------------------------------------------------------------------------

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

// ---------------------------------------------------------------------------------------------------------------------
// The shortest digits of a float
//
// Steele and White's free-format algorithm ("How to Print Floating-Point Numbers Accurately", 1990) on large integers:
// the float is R / S, and M is half the distance to the neighbours on the same scale. Digits come off the top of R / S
// until what is left, or what is missing, is less than half that distance. It needs no tables and no floating point,
// and its integers stay below 800 bits because a common power of two is cancelled first. Faster algorithms carry
// 1 to 10 KB of tables.
// ---------------------------------------------------------------------------------------------------------------------

/// The largest S is 2^769, for the subnormal floats just below 2^-1022; R is at most ten times as large: 774 bits.
#define BIG_LIMBS 25u

static void big_multiply(uint32_t *big, size_t count, uint32_t factor)
{
    uint64_t carry = 0;
    for (size_t i = 0; i < count; i++) {
        carry += (uint64_t)big[i] * factor;
        big[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

/// Sets a large integer to value × 5^fives × 2^twos.
static void big_set(uint32_t *big, size_t count, uint64_t value, unsigned fives, unsigned twos)
{
    memset(big, 0, count * sizeof *big);
    big[0] = (uint32_t)value;
    big[1] = (uint32_t)(value >> 32);
    for (; fives >= 13u; fives -= 13u) {
        big_multiply(big, count, 1220703125u); // 5^13, the largest that a limb holds
    }
    for (; fives > 0u; fives--) {
        big_multiply(big, count, 5u);
    }
    for (; twos >= 31u; twos -= 31u) {
        big_multiply(big, count, (uint32_t)1u << 31);
    }
    big_multiply(big, count, (uint32_t)1u << twos);
}

/// The sign of a + times × b − c.
static int big_compare(const uint32_t *a, const uint32_t *b, uint32_t times, const uint32_t *c, size_t count)
{
    uint32_t carry = 0;
    uint32_t borrow = 0;
    uint32_t different = 0;
    for (size_t i = 0; i < count; i++) {
        const uint64_t sum = (uint64_t)b[i] * times + a[i] + carry;
        const uint64_t difference = (uint64_t)(uint32_t)sum - c[i] - borrow;
        carry = (uint32_t)(sum >> 32);
        borrow = (uint32_t)(difference >> 63);
        different |= (uint32_t)difference;
    }
    if (carry < borrow) {
        return -1;
    }
    return carry > borrow || different != 0u ? 1 : 0;
}

static void big_subtract(uint32_t *a, const uint32_t *b, size_t count)
{
    uint32_t borrow = 0;
    for (size_t i = 0; i < count; i++) {
        const uint64_t difference = (uint64_t)a[i] - b[i] - borrow;
        a[i] = (uint32_t)difference;
        borrow = (uint32_t)(difference >> 63);
    }
}

/// The largest whole number not above exponent × log10(2), for the exponents of binary64.
static int floor_log10_of_power_of_two(int exponent)
{
    // 78913 / 2^18 is log10(2) closely enough up to ±1650; the bias keeps the shift to positive numbers.
    return (int)(((uint32_t)(exponent + 4096) * 78913u) >> 18) - (int)((4096u * 78913u) >> 18);
}

/// Finds the shortest digits of mantissa × 2^exponent, which is not 0.
///
/// @param is_boundary  Whether the neighbour below is only half as far as the one above: a power of two.
static void find_shortest(uint64_t mantissa, int exponent, bool is_boundary, gw_decimal_t *number)
{
    int bits = 0;
    for (uint64_t rest = mantissa; rest != 0u; rest >>= 1) {
        bits++;
    }
    // 10^(power − 1) is at most the float; 10^power may be one too low, which shows below.
    int power = floor_log10_of_power_of_two(bits - 1 + exponent) + 1;

    // R = 4 × mantissa, S = 4, M = 1, in quarters of the distance to the upper neighbour; both sides × 10^±power.
    const unsigned fives_up = power < 0 ? (unsigned)-power : 0u;
    const unsigned fives_down = power > 0 ? (unsigned)power : 0u;
    const int twos_up = exponent + (int)fives_up;
    const int twos_down = 2 + (int)fives_down;
    const int common = twos_up < twos_down ? twos_up : twos_down;
    // log2(5) is below 2.33; eight bits more hold the factor 10 and the sums.
    const size_t limbs = (fives_down * 233u / 100u + (unsigned)(twos_down - common) + 8u) / 32u + 2u;
    const size_t count = limbs < BIG_LIMBS ? limbs : BIG_LIMBS;

    uint32_t r[BIG_LIMBS];
    uint32_t s[BIG_LIMBS];
    uint32_t m[BIG_LIMBS];
    big_set(r, count, mantissa << 2, fives_up, (unsigned)(twos_up - common));
    big_set(m, count, 1u, fives_up, (unsigned)(twos_up - common));
    big_set(s, count, 1u, fives_down, (unsigned)(twos_down - common));

    // Reading rounds ties to even: an even mantissa owns both ends of its interval.
    const int reached = (mantissa & 1u) == 0u ? 0 : 1;
    const uint32_t below = is_boundary ? 0u : 1u;
    if (big_compare(r, m, 2u, s, count) >= reached) {
        power++;
    } else {
        big_multiply(r, count, 10u);
        big_multiply(m, count, 10u);
    }
    uint64_t digits = 0;
    for (;;) {
        uint32_t digit = 0;
        for (; big_compare(r, m, 0u, s, count) >= 0; digit++) {
            big_subtract(r, s, count);
        }
        digits = digits * 10u + digit;
        power--;
        const bool may_stay = big_compare(m, m, below, r, count) >= reached;
        const bool may_rise = big_compare(r, m, 2u, s, count) >= reached;
        if (may_stay || may_rise) {
            const int half = big_compare(r, r, 1u, s, count);
            if (may_rise && (!may_stay || half > 0 || (half == 0 && (digit & 1u) != 0u))) {
                digits++;
            }
            break;
        }
        big_multiply(r, count, 10u);
        big_multiply(m, count, 10u);
    }
    number->digits = digits;
    number->exponent = (int16_t)power;
}

/// Takes a float apart.
///
/// @param fraction_bits  Of the stored fraction: 23 or 52.
/// @param exponent_mask  The exponent field with all bits set: 255 or 2047.
static bool from_float(uint64_t bits, unsigned fraction_bits, unsigned exponent_mask, gw_decimal_t *number)
{
    const unsigned field = (unsigned)(bits >> fraction_bits) & exponent_mask;
    const uint64_t fraction = bits & (((uint64_t)1u << fraction_bits) - 1u);
    if (field == exponent_mask) {
        return false;
    }
    // exponent_mask is 1 + 2 × 127, or 1 + 2 × 1023: its half is the bias.
    const int bias = (int)(exponent_mask / 2u + fraction_bits);
    number->digits = 0;
    number->exponent = 0;
    number->negative = ((bits >> fraction_bits) & (exponent_mask + 1u)) != 0u;
    if (field > 0u) {
        const uint64_t mantissa = fraction | ((uint64_t)1u << fraction_bits);
        find_shortest(mantissa, (int)field - bias, fraction == 0u && field > 1u, number);
    } else if (fraction > 0u) {
        find_shortest(fraction, 1 - bias, false, number);
    }
    return true;
}

bool gw_decimal_from_float32(uint32_t bits, gw_decimal_t *number)
{
    return from_float(bits, 23u, 0xFFu, number);
}

bool gw_decimal_from_float64(uint64_t bits, gw_decimal_t *number)
{
    return from_float(bits, 52u, 0x7FFu, number);
}
