#include <string.h>

#include "board.h"

enum { BLOCK = 4096, UNIT = 4, QUEUE_BLOCKS = 16, COMMAND_BLOCKS = 4, STATE_BLOCKS = 3 };

static bool read_ram(void *context, uint32_t address, void *bytes, uint32_t length)
{
    memcpy(bytes, (const uint8_t *)context + address, length);
    return true;
}

static bool program_ram(void *context, uint32_t address, const void *bytes, uint32_t length)
{
    uint8_t *to = (uint8_t *)context + address;
    const uint8_t *from = bytes;
    for (uint32_t i = 0; i < length; i++) {
        to[i] &= from[i];
    }
    return true;
}

static bool erase_ram(void *context, uint32_t address)
{
    memset((uint8_t *)context + address, 0xFF, BLOCK);
    return true;
}

static const struct gw_block *make(struct gw_block *block, uint8_t *bytes, uint32_t blocks)
{
    memset(bytes, 0xFF, (size_t)blocks * BLOCK);
    *block = (struct gw_block){.context = bytes, .block_size = BLOCK, .block_count = blocks, .unit = UNIT,
                               .read = read_ram, .program = program_ram, .erase = erase_ram};
    return block;
}

const struct gw_block *ram_flash_queue(void)
{
    static uint8_t bytes[QUEUE_BLOCKS * BLOCK];
    static struct gw_block block;
    return make(&block, bytes, QUEUE_BLOCKS);
}

const struct gw_block *ram_flash_commands(void)
{
    static uint8_t bytes[COMMAND_BLOCKS * BLOCK];
    static struct gw_block block;
    return make(&block, bytes, COMMAND_BLOCKS);
}

const struct gw_block *ram_flash_state(void)
{
    static uint8_t bytes[STATE_BLOCKS * BLOCK];
    static struct gw_block block;
    return make(&block, bytes, STATE_BLOCKS);
}
