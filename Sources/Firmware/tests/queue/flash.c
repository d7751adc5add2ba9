#include "flash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint32_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    uint64_t mixed = (*state >> 33) ^ *state;
    return (uint32_t)(mixed >> 16);
}

static void broken_rule(const char *rule)
{
    printf("FAILED: the core breaks a rule of the flash: %s\n", rule);
    abort();
}

static void check_range(const struct flash *flash, uint32_t address, uint32_t length)
{
    uint32_t size = flash->block.block_size;
    if (length == 0u || address >= size * flash->block.block_count || address % size + length > size) {
        broken_rule("a range crosses a block or the end");
    }
}

static bool is_without_supply(const struct flash *flash)
{
    return flash->is_off || (flash->has_failed != NULL && *flash->has_failed);
}

static bool read_bytes(void *context, uint32_t address, void *bytes, uint32_t length)
{
    struct flash *flash = context;
    check_range(flash, address, length);
    flash->reads++;
    if (is_without_supply(flash) || flash->reads == flash->refuse_read_at) {
        return false;
    }
    memcpy(bytes, flash->bytes + address, length);
    return true;
}

/// How the operation that begins now goes: true to do `*count` bytes of it, `*is_bits` to do half of its bits.
static bool begin(struct flash *flash, uint32_t address, uint32_t *count, bool *is_bits)
{
    *is_bits = false;
    if (is_without_supply(flash)) {
        return false;
    }
    flash->operations++;
    if (flash->refuse_block == address / flash->block.block_size || flash->operations == flash->refuse_at) {
        return false;
    }
    if (flash->operations == flash->cut_at) {
        flash->is_off = true;
        if (flash->has_failed != NULL) {
            *flash->has_failed = true;
        }
        *is_bits = flash->tear == TEAR_BITS;
        if (flash->tear == TEAR_NOTHING) {
            *count = 0;
        } else if (flash->tear == TEAR_PREFIX) {
            *count = next_random(&flash->random) % (*count + 1u);
        }
    }
    return true;
}

static bool program_bytes(void *context, uint32_t address, const void *bytes, uint32_t length)
{
    struct flash *flash = context;
    const uint8_t *from = bytes;
    uint32_t unit = flash->block.unit;
    uint32_t count = length;
    bool is_bits = false;
    bool is_changed = false;
    check_range(flash, address, length);
    if (address % unit != 0u || length % unit != 0u) {
        broken_rule("a program is not made of whole units");
    }
    if (!begin(flash, address, &count, &is_bits)) {
        return false;
    }
    if (flash->operations == flash->ignore_at) {
        return true;
    }
    for (uint32_t i = 0; i < length; i++) {
        uint8_t kept = i >= count ? 0xFFu : is_bits ? (uint8_t)next_random(&flash->random) : 0u;
        uint8_t before = flash->bytes[address + i];
        if (i % unit == 0u && flash->is_programmed[(address + i) / unit]) {
            broken_rule("a unit is programmed twice");
        }
        flash->bytes[address + i] = before & (uint8_t)(from[i] | kept);
        // A unit that a cut left untouched may be programmed later: nothing can tell it from an erased one.
        if (!flash->is_off || flash->bytes[address + i] != before) {
            is_changed = true;
        }
        if ((i + 1u) % unit == 0u) {
            flash->is_programmed[(address + i) / unit] = is_changed;
            is_changed = false;
        }
    }
    flash->programs++;
    return !flash->is_off;
}

static bool erase_block(void *context, uint32_t address)
{
    struct flash *flash = context;
    uint32_t size = flash->block.block_size;
    uint32_t count = size;
    bool is_bits = false;
    check_range(flash, address, 1);
    if (address % size != 0u) {
        broken_rule("an erase does not start at a block");
    }
    if (!begin(flash, address, &count, &is_bits)) {
        return false;
    }
    if (flash->operations == flash->ignore_at) {
        return true;
    }
    for (uint32_t i = 0; i < count; i++) {
        flash->bytes[address + i] |= is_bits ? (uint8_t)next_random(&flash->random) : 0xFFu;
    }
    if (count == size && !is_bits) {
        memset(flash->is_programmed + address / flash->block.unit, 0, size / flash->block.unit);
    }
    flash->wear[address / size]++;
    flash->erases++;
    return !flash->is_off;
}

void flash_make(struct flash *flash, uint32_t block_size, uint32_t block_count, uint32_t unit, bool is_blank)
{
    uint32_t size = block_size * block_count;
    memset(flash, 0, sizeof *flash);
    flash->block = (struct gw_block){.context = flash, .block_size = block_size, .block_count = block_count,
                                     .unit = unit, .read = read_bytes, .program = program_bytes,
                                     .erase = erase_block};
    flash->bytes = malloc(size);
    flash->is_programmed = calloc(size / unit, 1);
    flash->wear = calloc(block_count, sizeof *flash->wear);
    flash->random = 88172645463325252u;
    flash->refuse_block = UINT32_MAX;
    if (flash->bytes == NULL || flash->is_programmed == NULL || flash->wear == NULL) {
        abort();
    }
    memset(flash->bytes, 0xFF, size);
    if (!is_blank) {
        for (uint32_t i = 0; i < size; i++) {
            flash->bytes[i] = (uint8_t)next_random(&flash->random);
        }
        memset(flash->is_programmed, 1, size / unit);
    }
}

void flash_free(struct flash *flash)
{
    free(flash->bytes);
    free(flash->is_programmed);
    free(flash->wear);
}

void flash_power_on(struct flash *flash)
{
    flash->is_off = false;
    flash->cut_at = 0;
}
