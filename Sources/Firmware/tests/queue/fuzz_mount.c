// libFuzzer: any bytes as a flash. Mounting, walking, handing out, appending and releasing neither crash nor hang, and
// what is appended is there after the next mount.
#include "gw/gw_cert.h"
#include "gw/gw_command.h"
#include "gw/gw_queue.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BLOCK = 256, BLOCKS = 4 };

static uint8_t content[BLOCK * BLOCKS];

static void must(bool is_so)
{
    if (!is_so) {
        abort();
    }
}

static bool read_bytes(void *context, uint32_t address, void *bytes, uint32_t length)
{
    (void)context;
    must(length > 0u && address < sizeof content && length <= sizeof content - address);
    memcpy(bytes, content + address, length);
    return true;
}

static bool program_bytes(void *context, uint32_t address, const void *bytes, uint32_t length)
{
    (void)context;
    must(address < sizeof content && length <= BLOCK - address % BLOCK);
    for (uint32_t i = 0; i < length; i++) {
        content[address + i] &= ((const uint8_t *)bytes)[i];
    }
    return true;
}

static bool erase_block(void *context, uint32_t address)
{
    (void)context;
    must(address < sizeof content && address % BLOCK == 0u);
    memset(content + address, 0xFF, BLOCK);
    return true;
}

static void put32(uint8_t *bytes, uint32_t value)
{
    for (unsigned i = 0; i < 4u; i++) {
        bytes[i] = (uint8_t)(value >> 8u * i);
    }
}

/// Makes the checksums right, so that what stands in the headers is reached at all.
static void repair(uint32_t unit)
{
    for (uint32_t block = 0; block < BLOCKS; block++) {
        uint8_t *start = content + block * BLOCK;
        uint32_t head = 32u > unit ? 32u : unit;
        memcpy(start, "GWQ1", 4);
        put32(start + 20, BLOCK);
        put32(start + 24, BLOCKS);
        put32(start + 28, gw_crc32(0, start, 28));
        for (uint32_t at = head; at + head <= BLOCK && start[at] == 0xA5u;) {
            uint32_t length = (uint32_t)start[at + 2u] | (uint32_t)start[at + 3u] << 8;
            uint32_t bytes_at = at + head + unit;
            if (bytes_at + length <= BLOCK && (start[at + 1u] & 0x80u) == 0u) {
                put32(start + at + 24u, gw_crc32(0, start + bytes_at, length));
            }
            put32(start + at + 28u, gw_crc32(gw_crc32(0, start + 4, 4), start + at, 28));
            at = bytes_at + ((length + unit - 1u) & ~(unit - 1u));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gw_block block = {.block_size = BLOCK, .block_count = BLOCKS, .read = read_bytes,
                             .program = program_bytes, .erase = erase_block};
    struct gw_queue queue;
    struct gw_log_cursor cursor;
    struct gw_record record;
    struct gw_command command;
    struct gw_cert cert;
    uint8_t bytes[BLOCK];
    bool is_released = false;
    if (size < 1u) {
        return 0;
    }
    block.unit = 1u << (data[0] & 7u) % 7u;
    memset(content, 0xFF, sizeof content);
    memcpy(content, data + 1, size - 1u < sizeof content ? size - 1u : sizeof content);
    if ((data[0] & 8u) != 0u) {
        repair(block.unit);
    }
    must(gw_queue_mount(&queue, &block, 1u + (data[0] >> 4) % GW_QUEUE_WINDOW_MAX) == GW_STORE_OK);
    uint32_t waiting = 0, handed = 0, limit = 0;
    cursor = gw_log_walk_start(&queue.log);
    while (gw_log_walk(&queue.log, &cursor, &record, bytes, sizeof bytes, &is_released) == GW_STORE_OK) {
        must(record.length >= 1u && record.length <= gw_log_largest(&queue.log) && ++limit < BLOCK * BLOCKS);
        waiting += !is_released;
    }
    must(queue.log.pending == waiting);
    (void)gw_cmd_unfinished(&queue.log, NULL, &command);
    (void)gw_cert_start(&cert, &queue.log);
    must(cert.active <= GW_CERT_SLOT_B);
    for (;;) {
        enum gw_store_result result = gw_queue_next(&queue, &record, bytes, sizeof bytes);
        if (result == GW_STORE_EMPTY && queue.slot_count == 0u) {
            break;
        }
        must(result == GW_STORE_OK && ++handed <= waiting);
        // Two records may carry one number here: one of them is released.
        must(gw_queue_release(&queue, record.sequence) == GW_STORE_OK);
    }
    must(handed == waiting && queue.log.pending == 0u);
    struct gw_record made = {.kind = 1, .stamp_at = GW_STAMP_NONE};
    if (gw_queue_append(&queue, &made, "appended", 8) == GW_STORE_OK) {
        uint32_t sequence = made.sequence;
        must(gw_queue_mount(&queue, &block, 1) == GW_STORE_OK);
        bool is_there = false;
        while (gw_queue_next(&queue, &record, bytes, sizeof bytes) == GW_STORE_OK) {
            is_there = is_there || (record.sequence == sequence && memcmp(bytes, "appended", 8) == 0);
            must(gw_queue_release(&queue, record.sequence) == GW_STORE_OK);
        }
        must(is_there);
    }
    return 0;
}
