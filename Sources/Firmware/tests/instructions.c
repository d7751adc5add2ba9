// How many instructions one message of eight readings takes, counted by the machine itself: for QEMU with -icount.

#include <stdio.h>

#include "gw/gw_crc.h"
#include "gw/gw_json.h"

/// Instructions retired so far (RISC-V privileged architecture, minstret).
static uint32_t retired(void)
{
    uint32_t count;
    __asm__ volatile("csrr %0, minstret" : "=r"(count));
    return count;
}

int main(void)
{
    static const gw_point_t points[8] = {
        {.table = GW_TABLE_HOLDING, .type = GW_TYPE_UINT32, .scale = {1, -2, false}},
        {.table = GW_TABLE_HOLDING, .type = GW_TYPE_UINT32, .scale = {1, -3, false}},
        {.table = GW_TABLE_HOLDING, .type = GW_TYPE_INT16, .scale = {1, -1, false}},
        {.table = GW_TABLE_HOLDING, .type = GW_TYPE_UINT16, .scale = {1, -1, false}, .offset = {4, 1, true}},
        {.table = GW_TABLE_HOLDING, .type = GW_TYPE_FLOAT32, .scale = GW_DECIMAL_ONE},
        {.table = GW_TABLE_HOLDING, .type = GW_TYPE_FLOAT32, .scale = GW_DECIMAL_ONE},
        {.table = GW_TABLE_HOLDING, .type = GW_TYPE_UINT64, .scale = {1, -3, false}},
        {.table = GW_TABLE_INPUT, .type = GW_TYPE_UINT16, .scale = GW_DECIMAL_ONE},
    };
    static const uint16_t words[8][4] = {
        {0x0000, 0x3039}, {0x0001, 0x093B}, {0xFFF1}, {0x0271}, {0x4366, 0x199A}, {0x4248, 0x147B},
        {0, 0x0001, 0x1234, 0x5678}, {65535},
    };
    static const char *const units[8] = {"kWh", "m\xC2\xB3", "\xC2\xB0" "C", "\xC2\xB0" "C", "V", "Hz", "kWh", ""};
    static const char *const codes[8] = {"D01", "D02", "D03", "D04", "D05", "D06", "D07", "D08"};
    static const gw_point_t double_point = {
        .table = GW_TABLE_HOLDING, .type = GW_TYPE_FLOAT64, .scale = GW_DECIMAL_ONE,
    };
    static const uint16_t double_words[4] = {0x405E, 0xDD2F, 0x1A9F, 0xBE77};
    static uint8_t frame[255];
    static char text[1024];
    gw_reading_t readings[8];
    for (size_t i = 0; i < 8u; i++) {
        readings[i] = (gw_reading_t){.code = codes[i], .unit = units[i], .point = &points[i], .words = words[i]};
    }
    size_t next = 0;
    size_t length = 0;
    const uint32_t start = retired();
    (void)gw_message_write("aa:bb:cc:dd:ee:ff", 1771425000u, readings, 8, &next, text, sizeof text, &length);
    const uint32_t message = retired() - start;
    printf("%.*s\n", (int)length, text);
    printf("message %lu\n", (unsigned long)message);
    for (size_t i = 0; i < 8u; i++) {
        const uint32_t begun = retired();
        (void)gw_value_text(&points[i], words[i], text, sizeof text, &length);
        printf("value %.*s %lu\n", (int)length, text, (unsigned long)(retired() - begun));
    }
    uint32_t begun = retired();
    (void)gw_value_text(&double_point, double_words, text, sizeof text, &length);
    printf("float64 %.*s %lu\n", (int)length, text, (unsigned long)(retired() - begun));
    begun = retired();
    (void)gw_crc(frame, sizeof frame);
    printf("crc255 %lu\n", (unsigned long)(retired() - begun));
    return 0;
}
