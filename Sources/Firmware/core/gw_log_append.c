#include "gw_log_inner.h"

#include <string.h>

// How many blocks are tried before a flash counts as failed.
#define TRIES 3u

/// Programs bytes of any length; the last unit is filled up with ones.
static bool program(const struct gw_log *log, uint32_t address, const uint8_t *bytes, uint32_t length)
{
    const struct gw_block *flash = log->flash;
    uint8_t tail[GW_UNIT_MAX];
    const uint32_t whole = length & ~(flash->unit - 1u);
    if (whole > 0u && !flash->program(flash->context, address, bytes, whole)) {
        return false;
    }
    if (whole == length) {
        return true;
    }
    (void)memset(tail, 0xFF, sizeof tail);
    (void)memcpy(tail, bytes + whole, length - whole);
    return flash->program(flash->context, address + whole, tail, flash->unit);
}

/// Erases the block after the newest and makes it the newest. A block that refuses is passed over.
///
/// The header takes the dropped records with it: either it is whole, and they are counted and gone, or it is not, and
/// everything is as before. (Beyond a block that refuses, the oldest records are erased before that.)
static bool open_block(struct gw_log *log)
{
    const struct gw_block *flash = log->flash;
    uint8_t header[GW_LOG_HEADER];
    for (uint32_t block = log->newest + 1u; block <= log->newest + TRIES; block++) {
        const uint32_t oldest = gw_log_oldest_for(log, block);
        const uint32_t position = block % flash->block_count;
        const uint32_t address = position * flash->block_size;
        struct gw_survey gone;
        if (block - log->newest >= flash->block_count || !gw_log_survey(log, log->oldest, oldest, &gone)) {
            return false;
        }
        // A release whose mark could not be written counted already.
        const uint32_t count = gone.waiting < log->pending ? gone.waiting : log->pending;
        uint32_t words[8] = {GW_LOG_MAGIC, block, log->sequence, log->boot, log->dropped + count, flash->block_size,
                             flash->block_count};
        gw_log_encode(header, words, 0);
        if (flash->erase(flash->context, address) && program(log, address, header, GW_LOG_HEADER)
            && gw_log_block_header(log, position, words) == GW_FOUND_RECORD && words[1] == block
            && words[4] == log->dropped + count) {
            log->pending -= count;
            log->dropped += count;
            log->oldest = oldest > log->oldest ? oldest : log->oldest;
            log->newest = block;
            log->offset = gw_log_padded(log, GW_LOG_HEADER);
            return true;
        }
    }
    return false;
}

/// The header goes first: once it is whole, the length is known, and a cut in the bytes costs this record only.
static bool write_record(struct gw_log *log, const struct gw_record *record, const uint8_t *bytes)
{
    const struct gw_log_cursor at = {.block = log->newest, .offset = log->offset};
    const uint32_t crc = gw_crc32(0, bytes, record->length);
    const uint32_t address = gw_log_address(log, &at);
    const uint32_t words[7] = {GW_LOG_RECORD | (uint32_t)record->kind << 8 | (uint32_t)record->length << 16,
                               record->sequence,
                               record->boot,
                               record->wall_s,
                               (uint32_t)record->uptime_ms,
                               (uint32_t)(record->uptime_ms >> 32 & 0xFFFFu) | (uint32_t)record->stamp_at << 16,
                               crc};
    struct gw_header check;
    uint8_t header[GW_LOG_HEADER];
    gw_log_encode(header, words, log->newest);
    return program(log, address, header, GW_LOG_HEADER)
           && program(log, address + gw_log_bytes_offset(log), bytes, record->length)
           && gw_log_record_header(log, &at, &check) == GW_FOUND_RECORD && check.crc == crc
           && gw_log_judge(log, &at, &check) == GW_STATE_WAITING;
}

enum gw_store_result gw_log_append(struct gw_log *log, struct gw_record *record, const void *bytes, uint32_t length)
{
    if (length == 0u || length > gw_log_largest(log)) {
        return GW_STORE_SIZE;
    }
    for (unsigned tries = 0; tries < 2u; tries++) {
        if (log->offset + gw_log_record_size(log, length) > log->flash->block_size && !open_block(log)) {
            return GW_STORE_FLASH;
        }
        record->sequence = log->sequence;
        record->boot = log->boot;
        record->length = (uint16_t)length;
        log->sequence++; // Spent even if the flash refuses: half a record may carry it.
        if (write_record(log, record, bytes)) {
            log->offset += gw_log_record_size(log, length);
            log->pending++;
            if (record->wall_s > log->latest_s) {
                log->latest_s = record->wall_s;
            }
            return GW_STORE_OK;
        }
        log->offset = log->flash->block_size;
    }
    return GW_STORE_FLASH;
}

bool gw_log_mark(struct gw_log *log, const struct gw_log_cursor *at)
{
    const struct gw_block *flash = log->flash;
    const uint8_t mark[GW_UNIT_MAX] = {0};
    log->pending--;
    return flash->program(flash->context, gw_log_address(log, at) + gw_log_bytes_offset(log) - flash->unit, mark,
                          flash->unit);
}
