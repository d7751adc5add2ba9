#include "gw_log_inner.h"

#include <string.h>

static uint32_t get32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static void put32(uint8_t *bytes, uint32_t value)
{
    for (unsigned i = 0; i < 4u; i++) {
        bytes[i] = (uint8_t)(value >> 8u * i);
    }
}

/// The checksum of a header. A block's number goes into that of its records: bytes left from an earlier turn of the
/// ring are none.
static uint32_t checksum(const uint8_t header[GW_LOG_HEADER], uint32_t block)
{
    uint8_t number[4];
    put32(number, block);
    return gw_crc32(block > 0u ? gw_crc32(0, number, 4) : 0u, header, GW_LOG_HEADER - 4u);
}

void gw_log_encode(uint8_t header[GW_LOG_HEADER], const uint32_t *words, uint32_t block)
{
    for (unsigned i = 0; i < 7u; i++) {
        put32(header + 4u * i, words[i]);
    }
    put32(header + (GW_LOG_HEADER - 4u), checksum(header, block));
}

/// False if the checksum is not right.
static bool decode(const uint8_t header[GW_LOG_HEADER], uint32_t words[8], uint32_t block)
{
    for (unsigned i = 0; i < 8u; i++) {
        words[i] = get32(header + 4u * i);
    }
    return words[7] == checksum(header, block);
}

// ---- Places --------------------------------------------------------------------------------------------------------

uint32_t gw_log_padded(const struct gw_log *log, uint32_t length)
{
    return (length + log->flash->unit - 1u) & ~(log->flash->unit - 1u);
}

uint32_t gw_log_bytes_offset(const struct gw_log *log)
{
    return gw_log_padded(log, GW_LOG_HEADER) + log->flash->unit;
}

uint32_t gw_log_record_size(const struct gw_log *log, uint32_t length)
{
    return gw_log_bytes_offset(log) + gw_log_padded(log, length);
}

uint32_t gw_log_address(const struct gw_log *log, const struct gw_log_cursor *at)
{
    return at->block % log->flash->block_count * log->flash->block_size + at->offset;
}

uint32_t gw_log_largest(const struct gw_log *log)
{
    const uint32_t room = log->flash->block_size - gw_log_padded(log, GW_LOG_HEADER) - gw_log_bytes_offset(log);
    return room > UINT16_MAX ? UINT16_MAX : room;
}

// ---- Reading -------------------------------------------------------------------------------------------------------

bool gw_log_read(const struct gw_log *log, uint32_t address, void *bytes, uint32_t length)
{
    return log->flash->read(log->flash->context, address, bytes, length);
}

enum gw_found gw_log_block_header(const struct gw_log *log, uint32_t position, uint32_t words[8])
{
    const struct gw_block *flash = log->flash;
    uint8_t header[GW_LOG_HEADER];
    if (!gw_log_read(log, position * flash->block_size, header, GW_LOG_HEADER)) {
        return GW_FOUND_NO_READ;
    }
    const bool is_whole = decode(header, words, 0) && words[0] == GW_LOG_MAGIC;
    const bool is_ours = words[5] == flash->block_size && words[6] == flash->block_count;
    const bool is_counted = words[1] > 0u && words[1] < GW_LOG_SEQUENCE_MAX && words[2] < GW_LOG_SEQUENCE_MAX;
    return is_whole && is_ours && is_counted && words[1] % flash->block_count == position ? GW_FOUND_RECORD
                                                                                          : GW_FOUND_BROKEN;
}

static bool is_erased(const uint8_t *bytes, uint32_t count)
{
    while (count > 0u && bytes[count - 1u] == 0xFFu) {
        count--;
    }
    return count == 0u;
}

enum gw_found gw_log_record_header(const struct gw_log *log, const struct gw_log_cursor *at, struct gw_header *header)
{
    struct gw_record *record = &header->record;
    uint8_t bytes[GW_LOG_HEADER];
    uint32_t words[8];
    if (at->offset + gw_log_record_size(log, 1) > log->flash->block_size) {
        return GW_FOUND_END;
    }
    if (!gw_log_read(log, gw_log_address(log, at), bytes, GW_LOG_HEADER)) {
        return GW_FOUND_NO_READ;
    }
    if (is_erased(bytes, GW_LOG_HEADER)) {
        return GW_FOUND_END;
    }
    const bool is_good = decode(bytes, words, at->block);
    record->length = (uint16_t)(words[0] >> 16);
    if (!is_good || (words[0] & 0xFFu) != GW_LOG_RECORD || record->length == 0u
        || at->offset + gw_log_record_size(log, record->length) > log->flash->block_size
        || words[1] >= GW_LOG_SEQUENCE_MAX) {
        return GW_FOUND_BROKEN;
    }
    record->kind = (uint8_t)(words[0] >> 8);
    record->sequence = words[1];
    record->boot = words[2];
    record->wall_s = words[3];
    record->uptime_ms = words[4] | (uint64_t)(words[5] & 0xFFFFu) << 32;
    record->stamp_at = (uint16_t)(words[5] >> 16);
    header->crc = words[6];
    return GW_FOUND_RECORD;
}

/// Any cleared bit of the mark counts: a mark is only ever begun after the PUBACK.
enum gw_state gw_log_judge(const struct gw_log *log, const struct gw_log_cursor *at, const struct gw_header *header)
{
    uint8_t chunk[GW_UNIT_MAX];
    const uint32_t unit = log->flash->unit;
    uint32_t address = gw_log_address(log, at) + gw_log_bytes_offset(log);
    uint32_t left = header->record.length;
    uint32_t crc = 0;
    if (!gw_log_read(log, address - unit, chunk, unit)) {
        return GW_STATE_NO_READ;
    }
    const bool is_marked = !is_erased(chunk, unit);
    while (left > 0u) {
        const uint32_t count = left < GW_UNIT_MAX ? left : GW_UNIT_MAX;
        if (!gw_log_read(log, address, chunk, count)) {
            return GW_STATE_NO_READ;
        }
        crc = gw_crc32(crc, chunk, count);
        address += count;
        left -= count;
    }
    return crc != header->crc ? GW_STATE_DAMAGED : is_marked ? GW_STATE_RELEASED : GW_STATE_WAITING;
}
