/// @file gw_value.h
/// What stands at one place in a slave, and how its registers become the text of a value.
///
/// Types, orders, bits, scale and offset are those of contract/canonical-form.md, "From words to a number".
#ifndef GW_VALUE_H
#define GW_VALUE_H

#include "gw/gw_decimal.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The four tables of a slave (Modbus V1.1b3 §4.3), each with the function code that reads it (§6.1 to §6.4).
typedef enum {
    GW_TABLE_COIL = 1,     ///< Single bits, read and write; notation 0xxxx.
    GW_TABLE_DISCRETE = 2, ///< Single bits, read only; notation 1xxxx.
    GW_TABLE_HOLDING = 3,  ///< Registers, read and write; notation 4xxxx.
    GW_TABLE_INPUT = 4,    ///< Registers, read only; notation 3xxxx.
} gw_table_t;

/// How registers become a number.
typedef enum {
    GW_TYPE_BOOL,    ///< A coil, a discrete input, or one bit of one register: 0 or 1.
    GW_TYPE_UINT16,  ///< One register.
    GW_TYPE_INT16,   ///< One register, two's complement.
    GW_TYPE_UINT32,  ///< Two registers.
    GW_TYPE_INT32,   ///< Two registers, two's complement.
    GW_TYPE_UINT64,  ///< Four registers.
    GW_TYPE_INT64,   ///< Four registers, two's complement.
    GW_TYPE_FLOAT32, ///< Two registers, IEEE 754 binary32.
    GW_TYPE_FLOAT64, ///< Four registers, IEEE 754 binary64.
} gw_type_t;

/// The order in which the bytes of a value travel; A is the most significant.
///
/// Bit 0 says that the registers come in reverse, bit 1 that the bytes of each are swapped.
typedef enum {
    GW_ORDER_ABCD = 0, ///< Most significant register first, high byte first: what Modbus V1.1b3 §4.2 implies.
    GW_ORDER_CDAB = 1, ///< Least significant register first.
    GW_ORDER_BADC = 2, ///< Most significant register first, bytes swapped in each.
    GW_ORDER_DCBA = 3, ///< Little-endian throughout.
} gw_order_t;

/// The most registers that a value has.
#define GW_VALUE_WORDS 4u

/// A measuring point's definition. It does not change; a table of them may stand in flash.
typedef struct {
    uint8_t table;       ///< A gw_table_t.
    uint8_t type;        ///< A gw_type_t.
    uint8_t order;       ///< A gw_order_t; a bit of a bit table has none.
    uint8_t lowest_bit;  ///< The lowest bit that is cut out of an unsigned register value, 0 the least significant.
    uint8_t bit_count;   ///< How many bits are cut out; 0 for the whole value. A bool in a register has 1.
    uint16_t address;    ///< The first register or bit, zero-based, as a request carries it.
    gw_decimal_t scale;  ///< What the number is multiplied by; GW_DECIMAL_ONE for nothing.
    gw_decimal_t offset; ///< What is added then; GW_DECIMAL_ZERO for nothing.
} gw_point_t;

/// Why the parts of a point do not fit together.
typedef enum {
    GW_POINT_OK = 0,
    GW_POINT_UNKNOWN_NAME,      ///< Table, type or order is none of the above.
    GW_POINT_NOT_A_BIT,         ///< A coil or discrete input is a bool without bits.
    GW_POINT_NEEDS_ONE_BIT,     ///< A bool in a register is one bit, 0 to 15.
    GW_POINT_BITS_OF_SIGNED,    ///< Bits can be cut out of uint16, uint32 and uint64 only.
    GW_POINT_BITS_OUTSIDE,      ///< The bits lie beyond the type's width.
    GW_POINT_BEYOND_TABLE,      ///< The value would end beyond address 65535.
    GW_POINT_SCALE_IS_ZERO,     ///< Every reading would be the offset.
    GW_POINT_FACTOR_OUTSIDE,    ///< Scale or offset: more than 18 digits, or a power of ten outside −12 to 12.
} gw_point_fault_t;

/// What became of registers.
typedef enum {
    GW_VALUE_OK = 0,
    GW_VALUE_NOT_A_NUMBER, ///< The registers hold NaN or an infinity: the point counts as failed.
    GW_VALUE_NO_ROOM,      ///< The text does not fit into the buffer.
} gw_value_result_t;

/// Whether a table holds single bits instead of registers.
bool gw_table_holds_bits(uint8_t table);

/// How many registers a value of a type takes up, or bits in a bit table: 1, 2 or 4.
///
/// @param type  A gw_type_t; for any other number 1.
uint8_t gw_type_width(uint8_t type);

/// Checks a definition; everything else in the core expects one that passed.
gw_point_fault_t gw_point_check(const gw_point_t *point);

/// Writes the canonical text of a value.
///
/// Without rounding, and without floating point: see gw_decimal.h.
///
/// @param point     A definition that gw_point_check passes.
/// @param words     gw_type_width(point->type) registers in the order in which the answer brought them; for a bit
///                  table one word, not 0 for a set bit.
/// @param text      Where the text goes, not terminated; undefined unless the result is GW_VALUE_OK.
/// @param capacity  Of the buffer; GW_DECIMAL_LONGEST is always enough.
/// @param length    Becomes the text's length if the result is GW_VALUE_OK; else it is untouched.
gw_value_result_t gw_value_text(const gw_point_t *point, const uint16_t *words, char *text, size_t capacity,
                                size_t *length);

#ifdef __cplusplus
}
#endif

#endif
