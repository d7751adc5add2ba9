#include "gw/gw_value.h"

bool gw_table_holds_bits(uint8_t table)
{
    return table == GW_TABLE_COIL || table == GW_TABLE_DISCRETE;
}

uint8_t gw_type_width(uint8_t type)
{
    static const uint8_t widths[] = {
        [GW_TYPE_BOOL] = 1,  [GW_TYPE_UINT16] = 1, [GW_TYPE_INT16] = 1,   [GW_TYPE_UINT32] = 2,  [GW_TYPE_INT32] = 2,
        [GW_TYPE_UINT64] = 4, [GW_TYPE_INT64] = 4, [GW_TYPE_FLOAT32] = 2, [GW_TYPE_FLOAT64] = 4,
    };
    return type < sizeof widths ? widths[type] : 1u;
}

// ---------------------------------------------------------------------------------------------------------------------
// Definitions
// ---------------------------------------------------------------------------------------------------------------------

/// Whether a scale or an offset has at most 18 digits and its last one a power of ten from −12 to 12.
static bool is_factor(const gw_decimal_t *factor)
{
    // 10^18; more digits than that are too many even before zeros at the end are cut off.
    static const uint64_t limit = 1000000000000000000u;
    uint64_t digits = factor->digits;
    int exponent = factor->exponent;
    if (digits == 0u) {
        return true;
    }
    uint64_t shorter = digits;
    while (gw_divide(&shorter, 10) == 0u) {
        digits = shorter;
        exponent++;
    }
    return digits < limit && exponent >= -GW_FACTOR_EXPONENT && exponent <= GW_FACTOR_EXPONENT;
}

static gw_point_fault_t check_bits(const gw_point_t *point)
{
    if (gw_table_holds_bits(point->table)) {
        return point->type == GW_TYPE_BOOL && point->bit_count == 0u ? GW_POINT_OK : GW_POINT_NOT_A_BIT;
    }
    if (point->type == GW_TYPE_BOOL) {
        return point->bit_count == 1u && point->lowest_bit < 16u ? GW_POINT_OK : GW_POINT_NEEDS_ONE_BIT;
    }
    if (point->bit_count == 0u) {
        return GW_POINT_OK;
    }
    if (point->type != GW_TYPE_UINT16 && point->type != GW_TYPE_UINT32 && point->type != GW_TYPE_UINT64) {
        return GW_POINT_BITS_OF_SIGNED;
    }
    const unsigned end = (unsigned)point->lowest_bit + point->bit_count;
    return end <= 16u * gw_type_width(point->type) ? GW_POINT_OK : GW_POINT_BITS_OUTSIDE;
}

gw_point_fault_t gw_point_check(const gw_point_t *point)
{
    if (point->table < GW_TABLE_COIL || point->table > GW_TABLE_INPUT || point->type > GW_TYPE_FLOAT64
        || point->order > GW_ORDER_DCBA) {
        return GW_POINT_UNKNOWN_NAME;
    }
    const gw_point_fault_t fault = check_bits(point);
    if (fault != GW_POINT_OK) {
        return fault;
    }
    if ((uint32_t)point->address + gw_type_width(point->type) > 65536u) {
        return GW_POINT_BEYOND_TABLE;
    }
    if (point->scale.digits == 0u) {
        return GW_POINT_SCALE_IS_ZERO;
    }
    return is_factor(&point->scale) && is_factor(&point->offset) ? GW_POINT_OK : GW_POINT_FACTOR_OUTSIDE;
}

// ---------------------------------------------------------------------------------------------------------------------
// Values
// ---------------------------------------------------------------------------------------------------------------------

static bool is_signed(uint8_t type)
{
    return type == GW_TYPE_INT16 || type == GW_TYPE_INT32 || type == GW_TYPE_INT64;
}

/// The registers as one pattern, its most significant byte first; a negative number's sign goes on to the left.
static uint64_t pattern_of(const gw_point_t *point, const uint16_t *words)
{
    if (gw_table_holds_bits(point->table)) {
        // A bit of a bit table has no order: turned round, a 1 would become 0x0100.
        return words[0] != 0u ? 1u : 0u;
    }
    const unsigned width = gw_type_width(point->type);
    uint64_t pattern = 0;
    for (unsigned i = 0; i < width; i++) {
        uint16_t word = words[(point->order & 1u) != 0u ? width - 1u - i : i];
        if ((point->order & 2u) != 0u) {
            word = (uint16_t)((word << 8) | (word >> 8));
        }
        if (i == 0u && is_signed(point->type) && word >= 0x8000u) {
            pattern = UINT64_MAX;
        }
        pattern = (pattern << 16) | word;
    }
    if (point->bit_count > 0u) {
        // Bit by bit: to shift 64 bits by a number that is not known is a library call.
        uint64_t mask = 0;
        for (unsigned i = 0; i < point->bit_count; i++) {
            mask = mask << 1 | 1u;
        }
        for (unsigned i = 0; i < point->lowest_bit; i++) {
            pattern >>= 1;
        }
        pattern &= mask;
    }
    return pattern;
}

gw_value_result_t gw_value_text(const gw_point_t *point, const uint16_t *words, char *text, size_t capacity,
                                size_t *length)
{
    const uint64_t pattern = pattern_of(point, words);
    gw_notation_t notation = GW_NOTATION_COUNTED;
    gw_decimal_t number = {pattern, 0, false};
    bool is_number = true;
    switch (point->type) {
    case GW_TYPE_INT16:
    case GW_TYPE_INT32:
    case GW_TYPE_INT64:
        number.negative = pattern >> 63 != 0u;
        number.digits = number.negative ? 0u - pattern : pattern;
        break;
    case GW_TYPE_FLOAT32:
    case GW_TYPE_FLOAT64:
        notation = GW_NOTATION_MEASURED;
        is_number = gw_decimal_from_float(pattern, point->type == GW_TYPE_FLOAT64, &number);
        break;
    default:
        break;
    }
    if (!is_number) {
        return GW_VALUE_NOT_A_NUMBER;
    }
    const size_t written = gw_decimal_text(&number, &point->scale, &point->offset, notation, text, capacity);
    if (written == 0u) {
        return GW_VALUE_NO_ROOM;
    }
    *length = written;
    return GW_VALUE_OK;
}
