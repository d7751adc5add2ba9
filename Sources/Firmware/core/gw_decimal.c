#include "gw/gw_decimal.h"

#include <string.h>

uint32_t gw_divide(uint64_t *number, uint32_t divisor)
{
    uint32_t rest = 0;
    // Sixteen bits at a time, as on paper: they go out above, and those of the quotient come in below.
    for (unsigned i = 0; i < 4u; i++) {
        rest = rest << 16 | (uint32_t)(*number >> 48);
        *number = *number << 16 | rest / divisor;
        rest %= divisor;
    }
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

/// A sum of two rows, as characters.
typedef struct {
    int exponent;  ///< The power of ten of the first character.
    size_t count;  ///< How many; none for zero.
    bool negative; ///< Its sign.
    bool has_loan; ///< The second row has the other sign and is the larger: it should have been the first.
} sum_t;

/// Writes the characters of a sum of two rows, the least significant first, without zeros at either end; those for
/// which there is no room are counted only.
static void row_add(const row_t *left, const row_t *right, char *text, size_t capacity, sum_t *sum)
{
    const int sign = left->negative == right->negative ? 1 : -1;
    // One more than the longer row, for the last carry.
    const int end = (row_top(left) > row_top(right) ? row_top(left) : row_top(right)) + 1;
    size_t used = 0;
    int carry = 0;
    *sum = (sum_t){.negative = left->negative};
    for (int power = left->exponent < right->exponent ? left->exponent : right->exponent; power < end; power++) {
        int digit = row_digit(left, power) + sign * (row_digit(right, power) + carry);
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
            sum->exponent = power;
            if (digit == 0) {
                continue;
            }
        }
        if (used < capacity) {
            text[used] = (char)('0' + digit);
        }
        used++;
        if (digit != 0) {
            sum->count = used;
        }
    }
    sum->has_loan = carry != 0;
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
static size_t lay_out(char *text, size_t capacity, size_t sign, size_t count, int exponent)
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

/// Writes the exponent of scientific notation: `e`, a minus, up to three digits. Returns how many characters.
static size_t write_power(char *tail, int power)
{
    const unsigned magnitude = (unsigned)(power < 0 ? -power : power);
    size_t length = 1;
    tail[0] = 'e';
    if (power < 0) {
        tail[1] = '-';
        length = 2;
    }
    for (unsigned place = 100; place > 0u; place /= 10u) {
        if (magnitude >= place) {
            tail[length] = (char)('0' + magnitude / place % 10u);
            length++;
        }
    }
    return length;
}

size_t gw_decimal_text(const gw_decimal_t *number, const gw_decimal_t *scale, const gw_decimal_t *offset,
                       gw_notation_t notation, char *text, size_t capacity)
{
    static const gw_decimal_t one = GW_DECIMAL_ONE;
    row_t product;
    row_t addend;
    sum_t sum;
    char tail[5];
    size_t tail_length = 0;
    row_multiply(&product, number, scale);
    row_multiply(&addend, offset, &one);
    row_add(&product, &addend, text, capacity, &sum);
    if (sum.has_loan) {
        row_add(&addend, &product, text, capacity, &sum);
    }
    if (sum.count == 0u && capacity > 0u) {
        text[0] = '0';
        return 1;
    }
    const int power = sum.exponent + (int)sum.count - 1;
    if (notation == GW_NOTATION_MEASURED && (power < -6 || power >= 15)) {
        // One digit before the point, and where the point really is behind it.
        tail_length = write_power(tail, power);
        sum.exponent = 1 - (int)sum.count;
    }
    if (capacity <= tail_length || sum.count > capacity) {
        return 0;
    }
    reverse(text, sum.count);
    const size_t length =
        lay_out(text, capacity - tail_length, sum.negative ? 1u : 0u, sum.count, sum.exponent);
    if (length == 0u) {
        return 0;
    }
    if (sum.negative) {
        text[0] = '-';
    }
    memcpy(&text[length], tail, tail_length);
    return length + tail_length;
}
