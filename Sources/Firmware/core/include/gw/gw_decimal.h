/// @file gw_decimal.h
/// Exact decimal arithmetic and the canonical text of a number (contract/canonical-form.md).
///
/// Nothing here is ever rounded and nothing uses the floating-point unit: a float is taken apart as the bits it is.
#ifndef GW_DECIMAL_H
#define GW_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The longest text of a value: a float64 that meets an offset far from its own magnitude.
///
/// An integer point needs at most 64 characters, a float32 point 100 (canonical-form.md, "How long").
#define GW_DECIMAL_LONGEST 380u

/// The digits that a scale or an offset may have, zeros at its ends not counted.
#define GW_FACTOR_DIGITS 18u

/// The powers of ten that the last significant digit of a scale or an offset may stand for: −12 to 12.
#define GW_FACTOR_EXPONENT 12

/// A decimal number: digits × 10^exponent, with a sign.
///
/// Several such triples name one number (12 × 10^1 and 120 × 10^0); every function here takes all of them.
typedef struct {
    uint64_t digits;  ///< The significant digits as an integer.
    int16_t exponent; ///< The power of ten of the last of them.
    bool negative;    ///< Whether the number is below zero; without meaning where `digits` is 0.
} gw_decimal_t;

/// The scale that changes nothing.
#define GW_DECIMAL_ONE {1u, 0, false}

/// The offset that changes nothing.
#define GW_DECIMAL_ZERO {0u, 0, false}

/// The two notations; where a number came from decides, not how large it is.
typedef enum {
    GW_NOTATION_COUNTED,  ///< From an integer register or a bit: plain digits, however long.
    GW_NOTATION_MEASURED, ///< From a float register: plain from 1e-6 up to below 1e15, else with an exponent.
} gw_notation_t;

/// Divides a number in place by at most 65535, and returns the remainder.
///
/// By hand: the compiler's 64-bit division is 2 KB of library on a 32-bit machine.
uint32_t gw_divide(uint64_t *number, uint32_t divisor);

/// Reads a decimal literal such as `0.01`, `-40` or `2.5e-3`, as configurations spell scales and offsets.
///
/// Taken are ASCII digits, one optional point with digits on both sides, an optional sign, and an optional exponent of
/// one to three digits. No white space, nothing else.
///
/// @param length  Of the text in bytes, without a terminating zero, which is not needed.
/// @return false, with `*number` untouched, if the text is no such literal, has more than GW_FACTOR_DIGITS significant
///         digits, or is longer than 255 bytes.
bool gw_decimal_parse(const char *text, size_t length, gw_decimal_t *number);

/// The shortest decimal that reads back as the same binary32 or binary64 (to nearest, ties to even).
///
/// Of several with as few digits the one nearest to the float; of two equally near the one whose last digit is even.
///
/// @param bits       The float's pattern, as it stands in two registers or in four.
/// @param is_double  Whether it is a binary64.
/// @return false for NaN and the infinities, which are no numbers.
bool gw_decimal_from_float(uint64_t bits, bool is_double, gw_decimal_t *number);

/// Writes the canonical text of number × scale + offset, exactly.
///
/// The digits are worked out in the caller's buffer itself, so a long text costs no stack.
///
/// @param text      Where the text goes; it is not terminated. Its content is undefined if the text does not fit.
/// @param capacity  Of the buffer in bytes. A text fits if it has at most as many characters.
/// @return The length of the text, at least 1; 0 if it does not fit.
size_t gw_decimal_text(const gw_decimal_t *number, const gw_decimal_t *scale, const gw_decimal_t *offset,
                       gw_notation_t notation, char *text, size_t capacity);

#ifdef __cplusplus
}
#endif

#endif
