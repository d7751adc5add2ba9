// The shortest digits of a float.
//
// Steele and White's free-format algorithm ("How to Print Floating-Point Numbers Accurately", 1990) on large integers:
// the float is R / S, and M is half the distance to the neighbours on the same scale. Digits come off the top of R / S
// until what is left, or what is missing, is less than half that distance. It needs no tables and no floating point,
// and its integers stay below 800 bits because a common power of two is cancelled first. Faster algorithms carry
// 1 to 10 KB of tables.
#include <string.h>

#include "gw/gw_decimal.h"

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

bool gw_decimal_from_float(uint64_t bits, bool is_double, gw_decimal_t *number)
{
    // The upper word has sign, exponent and the begin of the fraction; of a binary64 the lower one has the rest of it.
    const uint32_t high = (uint32_t)(is_double ? bits >> 32 : bits);
    const uint32_t low = is_double ? (uint32_t)bits : 0u;
    const unsigned stored = is_double ? 20u : 23u; // bits of the fraction in the upper word
    const uint32_t lead = (uint32_t)1u << stored;  // the bit that is not stored
    const uint32_t most = 0x7FFFFFFFu >> stored;   // 1 + 2 × 1023, or 1 + 2 × 127: its half is the bias
    const uint32_t field = high >> stored & most;
    const uint32_t top = (high & (lead - 1u)) | (field > 0u ? lead : 0u);
    const uint64_t mantissa = is_double ? (uint64_t)top << 32 | low : top;
    const uint32_t bias = most / 2u + (is_double ? 52u : 23u);
    if (field == most) {
        return false;
    }
    number->digits = 0;
    number->exponent = 0;
    number->negative = high >> 31 != 0u;
    if (mantissa != 0u) {
        const bool is_power_of_two = top == lead && low == 0u;
        find_shortest(mantissa, (int)(field > 0u ? field : 1u) - (int)bias, is_power_of_two && field > 1u, number);
    }
    return true;
}
