// Checksum, time, decimals, values and messages.

#include "gw/gw_crc.h"
#include "gw/gw_json.h"
#include "gw/gw_time.h"
#include "tests.h"

static void checksum_is_that_of_the_specification(void)
{
    const uint8_t request[] = {0x02, 0x07, 0x41, 0x12};
    CHECK_EQUAL(gw_crc(request, 2), 0x1241); // serial line V1.02, appendix B
    CHECK_EQUAL(gw_crc(request, 4), 0);
    CHECK_EQUAL(gw_crc((const uint8_t *)"123456789", 9), 0x4B37);
    CHECK_EQUAL(gw_crc(NULL, 0), GW_CRC_START);
}

static void time_goes_there_and_back(void)
{
    char text[GW_TIME_LENGTH];
    uint64_t back = 0;
    CHECK(gw_time_write(1771425000u, text));
    CHECK_TEXT(text, GW_TIME_LENGTH, "2026-02-18T14:30:00Z");
    CHECK(gw_time_write(0, text));
    CHECK_TEXT(text, GW_TIME_LENGTH, "1970-01-01T00:00:00Z");
    CHECK(gw_time_write(GW_TIME_LAST, text));
    CHECK_TEXT(text, GW_TIME_LENGTH, "9999-12-31T23:59:59Z");
    CHECK(!gw_time_write(GW_TIME_LAST + 1u, text));
    // Every day of the first 200 years, and then ever larger steps.
    for (uint64_t second = 7; second <= GW_TIME_LAST; second += second < 6311433600u ? 86400u : 86400u * 997u + 1u) {
        CHECK(gw_time_write(second, text) && gw_time_read(text, GW_TIME_LENGTH, &back) && back == second);
    }
}

static void times_that_do_not_exist_are_not_read(void)
{
    static const char *const wrong[] = {
        "1969-12-31T23:59:59Z", "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-04-31T00:00:00Z",
        "2026-00-10T00:00:00Z", "2026-13-10T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z",
        "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z", "2026-01-01 00:00:00Z",
        "2026-01-01T00:00:00z", "2026-1-01T00:00:00ZZ", "2026-01-01T00:00:00+", "2O26-01-01T00:00:00Z",
        "2026-06-31T00:00:00Z", "2026-09-31T00:00:00Z", "2026-11-31T00:00:00Z", "/026-01-01T00:00:00Z",
    };
    uint64_t seconds = 42;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        CHECK(!gw_time_read(wrong[i], GW_TIME_LENGTH, &seconds));
    }
    CHECK(!gw_time_read("2026-01-01T00:00:00", 19, &seconds));
    CHECK_EQUAL(seconds, 42);
    CHECK(gw_time_read("2000-02-29T00:00:00Z", 20, &seconds));
    CHECK(gw_time_read("2024-02-29T00:00:00Z", 20, &seconds));
    CHECK(!gw_time_read("0000-01-01T00:00:00Z", 20, &seconds));
    CHECK(!gw_time_read("9999-12-31T23:59:60Z", 20, &seconds));
    CHECK(!gw_time_read(":000-01-01T00:00:00Z", 20, &seconds)); // the character behind 9: the year 10000
    CHECK(!gw_time_read("\xFF\xFF\xFF\xFF-01-01T00:00:00Z", 20, &seconds));
    CHECK(gw_time_read("9999-12-31T23:59:59Z", 20, &seconds));
    CHECK_EQUAL(seconds, GW_TIME_LAST);
}

static void literals_are_read_or_refused(void)
{
    static const struct {
        const char *text;
        int64_t digits;
        int16_t exponent;
    } good[] = {
        {"0.01", 1, -2}, {"-40", -4, 1}, {"+2.5e-3", 25, -4}, {"1.0e1", 1, 1}, {"0", 0, 0}, {"-0.000", 0, 0},
        {"100", 1, 2}, {"1E+12", 1, 12}, {"999999999999999999", 999999999999999999, 0}, {"0001.50", 15, -1},
        {"10.010", 1001, -2}, {"1000000000000000000000", 1, 21}, {"0.000000000001", 1, -12}, {"1e000", 1, 0},
    };
    static const char *const bad[] = {
        "", "-", "+", ".", "1.", ".5", "1..2", "1.2.3", "e5", "1e", "1e+", "1e1234", "1 ", " 1", "1,5", "0x1", "nan",
        "--1",
        "1e5x", "1234567890123456789", "1000000000000000001", "1e-", "1.e5",
    };
    gw_decimal_t number = GW_DECIMAL_ZERO;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        CHECK(gw_decimal_parse(good[i].text, strlen(good[i].text), &number));
        CHECK_EQUAL(number.negative ? -(int64_t)number.digits : (int64_t)number.digits, good[i].digits);
        CHECK_EQUAL(number.exponent, good[i].exponent);
    }
    number.exponent = 77;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK(!gw_decimal_parse(bad[i], strlen(bad[i]), &number));
    }
    char zeros[256];
    memset(zeros, '0', sizeof zeros);
    CHECK(!gw_decimal_parse(zeros, 256, &number));
    CHECK_EQUAL(number.exponent, 77);
    CHECK(gw_decimal_parse(zeros, 255, &number));
}

/// The text of a float32 or float64, scale 1, offset as given.
static size_t float_text(char *text, uint64_t bits, bool is_double, const char *offset_text)
{
    const gw_decimal_t one = GW_DECIMAL_ONE;
    gw_decimal_t offset = GW_DECIMAL_ZERO;
    gw_decimal_t number;
    CHECK(gw_decimal_parse(offset_text, strlen(offset_text), &offset));
    const bool is_finite = gw_decimal_from_float(bits, is_double, &number);
    return is_finite ? gw_decimal_text(&number, &one, &offset, GW_NOTATION_MEASURED, text, GW_DECIMAL_LONGEST) : 0u;
}

static void floats_have_their_shortest_digits(void)
{
    static const struct {
        uint64_t bits;
        bool is_double;
        const char *text;
    } cases[] = {
        {0x4366199A, false, "230.1"}, {0x6C800000, false, "1.2379401e27"}, {0x00000001, false, "1e-45"},
        {0x7F7FFFFF, false, "3.4028235e38"}, {0x80000000, false, "0"}, {0x58635FA9, false, "1e15"},
        {0x3727C5AC, false, "0.00001"}, {0x34000000, false, "1.1920929e-7"}, {0xBF800000, false, "-1"},
        // As near to one digit as to the next: the even one.
        {0x4A000001, false, "2097152.2"}, {0x4A000003, false, "2097152.8"},
        {0x3D30000000000000, true, "5.684341886080802e-14"}, {0x0000000000000001, true, "5e-324"},
        {0x7FEFFFFFFFFFFFFF, true, "1.7976931348623157e308"}, {0x000FFFFFFFFFFFFF, true, "2.225073858507201e-308"},
        {0x0010000000000000, true, "2.2250738585072014e-308"}, {0x4024333333333333, true, "10.1"},
        {0x44B52D02C7E14AF6, true, "1e23"}, {0x430C6BF526340000, true, "1e15"},
        {0x430C6BF52633FFF8, true, "999999999999999"},
        {0x3EB0C6F7A0B5ED8D, true, "0.000001"}, {0xC05EDD2F1A9FBE77, true, "-123.456"},
    };
    char text[GW_DECIMAL_LONGEST];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const size_t length = float_text(text, cases[i].bits, cases[i].is_double, "0");
        CHECK_TEXT(text, length, cases[i].text);
    }
    CHECK_EQUAL(float_text(text, 0x7F800000, false, "0"), 0);
    CHECK_EQUAL(float_text(text, 0xFFC00001, false, "5"), 0);
    CHECK_EQUAL(float_text(text, 0x7FF0000000000000, true, "0"), 0);
    CHECK_EQUAL(float_text(text, 0x7FF0000000000001, true, "0"), 0);
    size_t length = float_text(text, 0x4366199A, false, "-230.1");
    CHECK_TEXT(text, length, "0");
    length = float_text(text, 0x4366199A, false, "-231");
    CHECK_TEXT(text, length, "-0.9");
}

static void the_longest_text_fits_and_is_exact(void)
{
    // 1e12 − 5e-324 × 999999.999999999999: nearly nothing but nines, and then 5000000000000000005.
    const gw_point_t point = {
        .table = GW_TABLE_HOLDING, .type = GW_TYPE_FLOAT64,
        .scale = {999999999999999999u, -12, true}, .offset = {1, 12, false},
    };
    const uint16_t words[4] = {0, 0, 0, 1};
    char text[GW_DECIMAL_LONGEST];
    size_t length = 0;
    CHECK_EQUAL(gw_point_check(&point), GW_POINT_OK);
    CHECK_EQUAL(gw_value_text(&point, words, text, sizeof text, &length), GW_VALUE_OK);
    CHECK_EQUAL(length, 12 + 1 + 336);
    CHECK(memcmp(text, "999999999999.99", 15) == 0);
    CHECK(memcmp(&text[length - 20], "95000000000000000005", 20) == 0);
    // One byte less is too little, and nothing is written beyond it.
    text[length - 1u] = '#';
    CHECK_EQUAL(gw_value_text(&point, words, text, length - 1u, &length), GW_VALUE_NO_ROOM);
    CHECK_EQUAL(text[length - 1u], '#');
    CHECK_EQUAL(gw_value_text(&point, words, text, 0, &length), GW_VALUE_NO_ROOM);
    const gw_point_t zero = {.table = GW_TABLE_HOLDING, .type = GW_TYPE_UINT16, .scale = GW_DECIMAL_ONE};
    const uint16_t nothing = 0;
    CHECK_EQUAL(gw_value_text(&zero, &nothing, text, 0, &length), GW_VALUE_NO_ROOM);
    CHECK_EQUAL(gw_value_text(&zero, &nothing, text, 1, &length), GW_VALUE_OK);
}

/// The text of an integer point's value.
static size_t value_text(char *text, gw_point_t point, const uint16_t *words)
{
    size_t length = 0;
    CHECK_EQUAL(gw_point_check(&point), GW_POINT_OK);
    CHECK_EQUAL(gw_value_text(&point, words, text, 64, &length), GW_VALUE_OK);
    return length;
}

static void integers_have_types_orders_and_bits(void)
{
    static const uint16_t words[4] = {0x8001, 0x0203, 0x0405, 0xFF06};
    static const struct {
        uint8_t type, order, lowest, count;
        const char *text;
    } cases[] = {
        {GW_TYPE_UINT16, GW_ORDER_ABCD, 0, 0, "32769"}, {GW_TYPE_INT16, GW_ORDER_ABCD, 0, 0, "-32767"},
        {GW_TYPE_INT16, GW_ORDER_CDAB, 0, 0, "-32767"}, {GW_TYPE_UINT16, GW_ORDER_BADC, 0, 0, "384"},
        {GW_TYPE_UINT16, GW_ORDER_DCBA, 0, 0, "384"}, {GW_TYPE_UINT32, GW_ORDER_ABCD, 0, 0, "2147549699"},
        {GW_TYPE_INT32, GW_ORDER_ABCD, 0, 0, "-2147417597"}, {GW_TYPE_UINT32, GW_ORDER_CDAB, 0, 0, "33783809"},
        {GW_TYPE_UINT32, GW_ORDER_BADC, 0, 0, "25166594"}, {GW_TYPE_UINT32, GW_ORDER_DCBA, 0, 0, "50463104"},
        {GW_TYPE_UINT64, GW_ORDER_ABCD, 0, 0, "9223655723807145734"},
        {GW_TYPE_INT64, GW_ORDER_DCBA, 0, 0, "504127198077256064"},
        {GW_TYPE_INT64, GW_ORDER_ABCD, 0, 0, "-9223088349902405882"}, {GW_TYPE_BOOL, GW_ORDER_ABCD, 15, 1, "1"},
        {GW_TYPE_BOOL, GW_ORDER_ABCD, 14, 1, "0"}, {GW_TYPE_UINT16, GW_ORDER_ABCD, 12, 4, "8"},
        {GW_TYPE_UINT64, GW_ORDER_ABCD, 0, 64, "9223655723807145734"}, {GW_TYPE_UINT64, GW_ORDER_ABCD, 63, 1, "1"},
    };
    char text[64];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const gw_point_t point = {
            .table = GW_TABLE_INPUT, .type = cases[i].type, .order = cases[i].order, .lowest_bit = cases[i].lowest,
            .bit_count = cases[i].count, .scale = GW_DECIMAL_ONE,
        };
        const size_t length = value_text(text, point, words);
        CHECK_TEXT(text, length, cases[i].text);
    }
    const gw_point_t coil = {
        .table = GW_TABLE_COIL, .type = GW_TYPE_BOOL, .order = GW_ORDER_BADC, .scale = GW_DECIMAL_ONE,
    };
    const uint16_t one = 1;
    CHECK_EQUAL(value_text(text, coil, &one), 1);
    CHECK_EQUAL(text[0], '1');
    const gw_point_t scaled = {
        .table = GW_TABLE_HOLDING, .type = GW_TYPE_INT16, .scale = {1, -2, false}, .offset = {5, -1, true},
    };
    size_t length = value_text(text, scaled, words);
    CHECK_TEXT(text, length, "-328.17");
    const gw_point_t large = {
        .table = GW_TABLE_HOLDING, .type = GW_TYPE_UINT64,
        .scale = {999999999999999999u, 12, true}, .offset = {1, -12, false},
    };
    const uint16_t full[4] = {0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF};
    length = value_text(text, large, full);
    CHECK_TEXT(text, length, "-18446744073709551596553255926290448384999999999999.999999999999");
}

static void definitions_that_do_not_fit_are_refused(void)
{
    const gw_point_t good = {.table = GW_TABLE_HOLDING, .type = GW_TYPE_UINT32, .scale = GW_DECIMAL_ONE};
    gw_point_t point = good;
    CHECK_EQUAL(gw_point_check(&point), GW_POINT_OK);
#define REFUSED(fault, ...)                                                                                            \
    point = good;                                                                                                      \
    __VA_ARGS__;                                                                                                       \
    CHECK_EQUAL(gw_point_check(&point), fault)
    REFUSED(GW_POINT_UNKNOWN_NAME, point.table = 0);
    REFUSED(GW_POINT_UNKNOWN_NAME, point.table = 5);
    REFUSED(GW_POINT_UNKNOWN_NAME, point.type = 9);
    REFUSED(GW_POINT_UNKNOWN_NAME, point.order = 4);
    REFUSED(GW_POINT_NOT_A_BIT, point.table = GW_TABLE_COIL);
    REFUSED(GW_POINT_NOT_A_BIT, point.table = GW_TABLE_DISCRETE, point.type = GW_TYPE_BOOL, point.bit_count = 1);
    REFUSED(GW_POINT_NEEDS_ONE_BIT, point.type = GW_TYPE_BOOL);
    REFUSED(GW_POINT_NEEDS_ONE_BIT, point.type = GW_TYPE_BOOL, point.bit_count = 1, point.lowest_bit = 16);
    REFUSED(GW_POINT_BITS_OF_SIGNED, point.type = GW_TYPE_INT32, point.bit_count = 1);
    REFUSED(GW_POINT_BITS_OUTSIDE, point.bit_count = 2, point.lowest_bit = 31);
    REFUSED(GW_POINT_OK, point.bit_count = 1, point.lowest_bit = 31);
    REFUSED(GW_POINT_BITS_OUTSIDE, point.type = GW_TYPE_UINT16, point.bit_count = 17);
    REFUSED(GW_POINT_BEYOND_TABLE, point.address = 65535);
    REFUSED(GW_POINT_OK, point.address = 65534);
    REFUSED(GW_POINT_SCALE_IS_ZERO, point.scale.digits = 0);
    REFUSED(GW_POINT_FACTOR_OUTSIDE, point.scale.exponent = 13);
    REFUSED(GW_POINT_FACTOR_OUTSIDE, point.scale.exponent = -13);
    REFUSED(GW_POINT_OK, point.scale.digits = 10, point.scale.exponent = -13);
    REFUSED(GW_POINT_FACTOR_OUTSIDE, point.offset.digits = 1000000000000000001u);
    REFUSED(GW_POINT_OK, point.offset.digits = 1000000000000000000u, point.offset.exponent = -6);
#undef REFUSED
}

static void strings_are_escaped_as_the_contract_says(void)
{
    char text[64];
    gw_json_t json;
    gw_json_begin(&json, text, sizeof text);
    gw_json_string(&json, "a\"\\/\b\t\n\f\r\x01\x1f\x7f\xC3\xA9");
    CHECK_TEXT(text, json.length, "\"a\\\"\\\\/\\b\\t\\n\\f\\r\\u0001\\u001f\x7f\xC3\xA9\"");
    gw_json_begin(&json, text, 3);
    gw_json_string(&json, "ab");
    CHECK(json.overflowed);
    CHECK_EQUAL(json.length, 3);
    gw_json_text(&json, "");
    CHECK_EQUAL(json.length, 3);
}

static void only_unicode_is_utf8(void)
{
    static const char *const good[] = {
        "", "kWh", "\xC2\x80", "m\xC2\xB3", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xF0\x90\x80\x80",
        "\xF4\x8F\xBF\xBF",
    };
    static const char *const bad[] = {
        "\x80", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2 ", "\xE0\x9F\x80", "\xE0\xA0", "\xED\xA0\x80", "\xF0\x8F\x80\x80",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xF0\x90\x80", "a\xC2\xC2", "\xE1\x80\xC0",
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        CHECK(gw_utf8_is_valid(good[i]));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK(!gw_utf8_is_valid(bad[i]));
    }
}

#define MAC "aa:bb:cc:dd:ee:ff"
#define HEAD "{\"gateway_mac\":\"" MAC "\",\"timestamp\":\"2026-02-18T14:30:00Z\",\"leituras\":["

static void a_cycle_that_does_not_fit_is_split_between_readings(void)
{
    static const gw_point_t point = {.table = GW_TABLE_HOLDING, .type = GW_TYPE_UINT16, .scale = {1, -2, false}};
    static const gw_point_t real = {.table = GW_TABLE_HOLDING, .type = GW_TYPE_FLOAT32, .scale = GW_DECIMAL_ONE};
    static const uint16_t words[2] = {12345, 0};
    static const uint16_t nan[2] = {0x7FC0, 0};
    const gw_reading_t readings[] = {
        {.code = "D01", .unit = "kWh", .point = &point, .words = words},
        {.code = "D02", .unit = "kWh", .point = &point},
        {.code = "D03", .unit = "V", .point = &real, .words = nan},
        {.code = "D04", .unit = "", .number = "-0.05"},
        {.code = "D05", .unit = ""},
        {.code = "D06", .unit = "m\xC2\xB3", .point = &point, .words = words},
    };
    const char *const first = HEAD "{\"dispositivo_codigo\":\"D01\",\"valor\":123.45,\"unidade\":\"kWh\"},"
                                   "{\"dispositivo_codigo\":\"D04\",\"valor\":-0.05,\"unidade\":\"\"}]}";
    const char *const second = HEAD "{\"dispositivo_codigo\":\"D06\",\"valor\":123.45,\"unidade\":\"m\xC2\xB3\"}]}";
    char text[600];
    size_t next = 0;
    size_t length = 0;
    size_t at = 9;
    CHECK_EQUAL(gw_readings_check(readings, 6, &at), GW_READINGS_OK);
    CHECK_EQUAL(gw_message_write(MAC, 1771425000u, readings, 6, &next, text, strlen(first), &length), GW_MESSAGE_MORE);
    CHECK_TEXT(text, length, first);
    CHECK_EQUAL(next, 5);
    CHECK_EQUAL(gw_message_write(MAC, 1771425000u, readings, 6, &next, text, strlen(second), &length), GW_MESSAGE_LAST);
    CHECK_TEXT(text, length, second);
    CHECK_EQUAL(next, 6);
    CHECK_EQUAL(gw_message_write(MAC, 1771425000u, readings, 6, &next, text, sizeof text, &length), GW_MESSAGE_NONE);
    CHECK_EQUAL(length, 0);
    // Nothing was read: no message.
    next = 1;
    CHECK_EQUAL(gw_message_write(MAC, 1771425000u, readings, 3, &next, text, sizeof text, &length), GW_MESSAGE_NONE);
    // One byte too short for the first reading alone, for every length.
    const size_t alone = strlen(HEAD "{\"dispositivo_codigo\":\"D01\",\"valor\":123.45,\"unidade\":\"kWh\"}]}");
    for (size_t capacity = 0; capacity <= alone; capacity++) {
        next = 0;
        const gw_message_result_t result =
            gw_message_write(MAC, 1771425000u, readings, 1, &next, text, capacity, &length);
        CHECK_EQUAL(result, capacity < alone ? GW_MESSAGE_TOO_LONG : GW_MESSAGE_LAST);
        CHECK_EQUAL(next, capacity < alone ? 0 : 1);
    }
    next = 6;
    CHECK_EQUAL(gw_message_write(MAC, 1771425000u, readings, 6, &next, text, 10, &length), GW_MESSAGE_NONE);
    CHECK_EQUAL(gw_message_write(MAC, GW_TIME_LAST + 1u, readings, 6, &next, text, sizeof text, &length),
                GW_MESSAGE_NO_TIME);
}

static void tables_and_names_are_checked(void)
{
    static const gw_point_t wrong = {.table = 9};
    gw_reading_t readings[2] = {{.code = "A", .unit = "V"}, {.code = "B", .unit = "V"}};
    size_t at = 9;
    CHECK_EQUAL(gw_readings_check(readings, 2, &at), GW_READINGS_OK);
    readings[1].code = "A";
    CHECK_EQUAL(gw_readings_check(readings, 2, &at), GW_READINGS_SAME_CODE);
    CHECK_EQUAL(at, 1);
    readings[1].code = "";
    CHECK_EQUAL(gw_readings_check(readings, 2, &at), GW_READINGS_BAD_CODE);
    readings[1].code = "\xFF";
    CHECK_EQUAL(gw_readings_check(readings, 2, &at), GW_READINGS_BAD_CODE);
    readings[0].unit = "\xFF";
    CHECK_EQUAL(gw_readings_check(readings, 2, &at), GW_READINGS_BAD_UNIT);
    CHECK_EQUAL(at, 0);
    readings[0].unit = "";
    readings[0].point = &wrong;
    CHECK_EQUAL(gw_readings_check(readings, 2, &at), GW_READINGS_BAD_POINT);
    CHECK(gw_mac_is_valid(MAC));
    CHECK(!gw_mac_is_valid("AA:bb:cc:dd:ee:ff"));
    CHECK(!gw_mac_is_valid("aa:bb:cc:dd:ee:f"));
    CHECK(!gw_mac_is_valid("aa:bb:cc:dd:ee:fff"));
    CHECK(!gw_mac_is_valid("aa-bb-cc-dd-ee-ff"));
    CHECK(!gw_mac_is_valid("ga:bb:cc:dd:ee:ff"));
    CHECK(!gw_mac_is_valid("`0:bb:cc:dd:ee:ff"));
}

void test_values(void)
{
    RUN(checksum_is_that_of_the_specification);
    RUN(time_goes_there_and_back);
    RUN(times_that_do_not_exist_are_not_read);
    RUN(literals_are_read_or_refused);
    RUN(floats_have_their_shortest_digits);
    RUN(the_longest_text_fits_and_is_exact);
    RUN(integers_have_types_orders_and_bits);
    RUN(definitions_that_do_not_fit_are_refused);
    RUN(strings_are_escaped_as_the_contract_says);
    RUN(only_unicode_is_utf8);
    RUN(a_cycle_that_does_not_fit_is_split_between_readings);
    RUN(tables_and_names_are_checked);
}
