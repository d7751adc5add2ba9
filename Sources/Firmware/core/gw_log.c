#include "gw_log_inner.h"

#include <string.h>

// ---- Walking -------------------------------------------------------------------------------------------------------

enum gw_found gw_log_seek(const struct gw_log *log, struct gw_log_cursor *at, struct gw_header *header)
{
    uint32_t words[8];
    if (at->block < log->oldest) {
        at->block = log->oldest;
        at->offset = 0;
    }
    while (at->block <= log->newest) {
        enum gw_found found = GW_FOUND_END;
        const uint32_t limit = at->block == log->newest ? log->offset : log->flash->block_size;
        if (at->offset == 0u) {
            const enum gw_found block = gw_log_block_header(log, at->block % log->flash->block_count, words);
            if (block == GW_FOUND_NO_READ) {
                return GW_FOUND_NO_READ;
            }
            if (block == GW_FOUND_RECORD && words[1] == at->block) {
                at->offset = gw_log_padded(log, GW_LOG_HEADER);
            }
        }
        if (at->offset != 0u && at->offset < limit) {
            found = gw_log_record_header(log, at, header);
        }
        if (found == GW_FOUND_RECORD || found == GW_FOUND_NO_READ) {
            return found;
        }
        if (at->block == log->newest) {
            break;
        }
        at->block++;
        at->offset = 0;
    }
    return GW_FOUND_END;
}

void gw_log_skip(const struct gw_log *log, struct gw_log_cursor *at, const struct gw_header *header)
{
    at->offset += gw_log_record_size(log, header->record.length);
}

struct gw_log_cursor gw_log_walk_start(const struct gw_log *log)
{
    return (struct gw_log_cursor){.block = log->oldest, .offset = 0};
}

enum gw_store_result gw_log_walk(const struct gw_log *log, struct gw_log_cursor *cursor, struct gw_record *record,
                                 void *bytes, uint32_t size, bool *is_released)
{
    struct gw_header header;
    enum gw_found found = gw_log_seek(log, cursor, &header);
    while (found == GW_FOUND_RECORD) {
        const uint32_t address = gw_log_address(log, cursor) + gw_log_bytes_offset(log);
        const uint32_t count = header.record.length < size ? header.record.length : size;
        const enum gw_state state = gw_log_judge(log, cursor, &header);
        if (state == GW_STATE_NO_READ || !gw_log_read(log, address, bytes, count)) {
            return GW_STORE_FLASH;
        }
        gw_log_skip(log, cursor, &header);
        if (state != GW_STATE_DAMAGED) {
            *record = header.record;
            *is_released = state == GW_STATE_RELEASED;
            return GW_STORE_OK;
        }
        found = gw_log_seek(log, cursor, &header);
    }
    return found == GW_FOUND_END ? GW_STORE_EMPTY : GW_STORE_FLASH;
}

bool gw_log_survey(const struct gw_log *log, uint32_t first, uint32_t end, struct gw_survey *survey)
{
    struct gw_log_cursor at = {.block = first, .offset = 0};
    struct gw_header header;
    (void)memset(survey, 0, sizeof *survey);
    while (at.block < end) {
        const enum gw_found found = gw_log_seek(log, &at, &header);
        if (found != GW_FOUND_RECORD || at.block >= end) {
            return found != GW_FOUND_NO_READ;
        }
        const enum gw_state state = gw_log_judge(log, &at, &header);
        if (state == GW_STATE_NO_READ) {
            return false;
        }
        survey->waiting += state == GW_STATE_WAITING ? 1u : 0u;
        survey->damaged += state == GW_STATE_DAMAGED ? 1u : 0u;
        if (state != GW_STATE_DAMAGED && header.record.wall_s > survey->latest_s) {
            survey->latest_s = header.record.wall_s;
        }
        gw_log_skip(log, &at, &header);
    }
    return true;
}

// ---- Mounting ------------------------------------------------------------------------------------------------------

uint32_t gw_log_oldest_for(const struct gw_log *log, uint32_t newest)
{
    const uint32_t kept = log->flash->block_count - 2u;
    return newest > kept ? newest - kept : 1u;
}

/// Finds where the next record goes and which numbers have been used. False if the flash cannot be read: a number would
/// be used twice.
static bool scan_newest(struct gw_log *log)
{
    struct gw_log_cursor at = {.block = log->newest, .offset = gw_log_padded(log, GW_LOG_HEADER)};
    struct gw_header header;
    enum gw_found found = gw_log_record_header(log, &at, &header);
    while (found == GW_FOUND_RECORD) {
        if (header.record.sequence >= log->sequence) {
            log->sequence = header.record.sequence + 1u;
        }
        if (header.record.boot >= log->boot) {
            log->boot = header.record.boot + 1u;
        }
        gw_log_skip(log, &at, &header);
        found = gw_log_record_header(log, &at, &header);
    }
    // After a torn header the rest of the block is left alone: its length is unknown.
    log->offset = found == GW_FOUND_END ? at.offset : log->flash->block_size;
    if (found == GW_FOUND_BROKEN) {
        log->damaged++;
    }
    return found != GW_FOUND_NO_READ;
}

static bool is_usable(const struct gw_block *flash)
{
    return flash->unit > 0u && flash->unit <= GW_UNIT_MAX && (flash->unit & (flash->unit - 1u)) == 0u
           && flash->block_size % flash->unit == 0u && flash->block_size >= 256u && flash->block_count >= 3u
           && flash->block_count <= UINT32_MAX / flash->block_size;
}

enum gw_store_result gw_log_mount(struct gw_log *log, const struct gw_block *flash)
{
    struct gw_survey survey;
    uint32_t words[8];
    (void)memset(log, 0, sizeof *log);
    log->flash = flash;
    log->oldest = 1;
    log->sequence = 1;
    log->boot = 1;
    if (!is_usable(flash)) {
        return GW_STORE_GEOMETRY;
    }
    for (uint32_t position = 0; position < flash->block_count; position++) {
        const enum gw_found found = gw_log_block_header(log, position, words);
        if (found == GW_FOUND_NO_READ) {
            return GW_STORE_FLASH;
        }
        if (found == GW_FOUND_RECORD && words[1] > log->newest) {
            log->newest = words[1];
            log->sequence = words[2];
            log->boot = words[3] + 1u;
            log->dropped = words[4];
        }
    }
    log->offset = flash->block_size;
    if (log->newest == 0u) {
        return GW_STORE_OK;
    }
    log->oldest = gw_log_oldest_for(log, log->newest);
    if (!scan_newest(log) || !gw_log_survey(log, log->oldest, log->newest + 1u, &survey)) {
        return GW_STORE_FLASH;
    }
    log->pending = survey.waiting;
    log->damaged += survey.damaged;
    log->latest_s = survey.latest_s;
    return GW_STORE_OK;
}
