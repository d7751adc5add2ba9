#include "gw/gw_queue.h"

#include <string.h>

#include "gw/gw_time.h"
#include "gw_log_inner.h"

enum gw_store_result gw_queue_mount(struct gw_queue *queue, const struct gw_block *flash, uint8_t window)
{
    (void)memset(queue, 0, sizeof *queue);
    queue->window = window;
    const enum gw_store_result mounted = gw_log_mount(&queue->log, flash);
    return window == 0u || window > GW_QUEUE_WINDOW_MAX ? GW_STORE_GEOMETRY : mounted;
}

// ---- The window ----------------------------------------------------------------------------------------------------

/// The slot of a record in flight, or `slot_count`.
static uint8_t find_slot(const struct gw_queue *queue, uint32_t sequence)
{
    uint8_t index = 0;
    while (index < queue->slot_count && queue->slots[index].sequence != sequence) {
        index++;
    }
    return index;
}

static void remove_slot(struct gw_queue *queue, uint8_t index)
{
    queue->slot_count--;
    (void)memmove(&queue->slots[index], &queue->slots[index + 1u],
                  (size_t)(queue->slot_count - index) * sizeof queue->slots[0]);
}

enum gw_store_result gw_queue_append(struct gw_queue *queue, struct gw_record *record, const void *bytes,
                                     uint32_t length)
{
    const enum gw_store_result result = gw_log_append(&queue->log, record, bytes, length);
    for (uint8_t i = queue->slot_count; i > 0u; i--) {
        if (queue->slots[i - 1u].at.block < queue->log.oldest) {
            remove_slot(queue, (uint8_t)(i - 1u));
        }
    }
    return result;
}

// ---- Handing out ---------------------------------------------------------------------------------------------------

/// When an earlier boot began, as any later record of the same boot that has a moment tells; 0 if none does.
///
/// Records come boot by boot, so the log is searched once for each.
static uint64_t past_start(struct gw_queue *queue, const struct gw_log_cursor *from, uint32_t boot)
{
    struct gw_log_cursor at = *from;
    struct gw_header later;
    if (boot == queue->past_boot) {
        return queue->past_start_ms;
    }
    queue->past_boot = boot;
    queue->past_start_ms = 0;
    while (queue->past_start_ms == 0u && gw_log_seek(&queue->log, &at, &later) == GW_FOUND_RECORD
           && later.record.boot <= boot) {
        const uint64_t wall_ms = (uint64_t)later.record.wall_s * 1000u;
        if (wall_ms > later.record.uptime_ms) {
            queue->past_start_ms = wall_ms - later.record.uptime_ms;
        }
        gw_log_skip(&queue->log, &at, &later);
    }
    return queue->past_start_ms;
}

/// Fills in the moment of a record made before the clock was trusted, if anything tells it.
static void date(struct gw_queue *queue, const struct gw_log_cursor *at, struct gw_record *record)
{
    if (record->wall_s == 0u) {
        const uint64_t start =
            record->boot == queue->log.boot ? queue->start_ms : past_start(queue, at, record->boot);
        record->wall_s = start == 0u ? 0u : gw_time_seconds(start + record->uptime_ms);
    }
}

/// Takes the next record that is neither released nor in flight into the window.
static enum gw_store_result take(struct gw_queue *queue)
{
    struct gw_header header;
    if (queue->slot_count == queue->window) {
        return GW_STORE_WINDOW;
    }
    enum gw_found found = gw_log_seek(&queue->log, &queue->cursor, &header);
    while (found == GW_FOUND_RECORD) {
        const struct gw_queue_slot slot = {.at = queue->cursor, .sequence = header.record.sequence};
        const enum gw_state state = gw_log_judge(&queue->log, &slot.at, &header);
        if (state == GW_STATE_NO_READ) {
            return GW_STORE_FLASH;
        }
        gw_log_skip(&queue->log, &queue->cursor, &header);
        if (state != GW_STATE_RELEASED && find_slot(queue, slot.sequence) == queue->slot_count) {
            queue->slots[queue->slot_count] = slot;
            queue->slot_count++;
            return GW_STORE_OK;
        }
        found = gw_log_seek(&queue->log, &queue->cursor, &header);
    }
    return found == GW_FOUND_END ? GW_STORE_EMPTY : GW_STORE_FLASH;
}

/// Passes over a record that cannot be handed out. Whether the mount knew of it already, only counting again can tell.
static void pass_over(struct gw_queue *queue, uint8_t index)
{
    struct gw_log *log = &queue->log;
    struct gw_survey survey;
    remove_slot(queue, index);
    if (gw_log_survey(log, log->oldest, log->newest + 1u, &survey) && survey.waiting < log->pending) {
        log->damaged += log->pending - survey.waiting;
        log->pending = survey.waiting;
    }
}

/// Reads the record of a slot into the caller's buffer; GW_STORE_EMPTY if it is not what it was.
static enum gw_store_result fetch(const struct gw_queue *queue, const struct gw_queue_slot *slot,
                                  struct gw_record *record, void *bytes, uint32_t size)
{
    const struct gw_log *log = &queue->log;
    struct gw_header header;
    const enum gw_found found = gw_log_record_header(log, &slot->at, &header);
    if (found != GW_FOUND_RECORD) {
        return found == GW_FOUND_NO_READ ? GW_STORE_FLASH : GW_STORE_EMPTY;
    }
    *record = header.record;
    if (record->length > size) {
        return GW_STORE_SIZE;
    }
    if (!gw_log_read(log, gw_log_address(log, &slot->at) + gw_log_bytes_offset(log), bytes, record->length)) {
        return GW_STORE_FLASH;
    }
    return gw_crc32(0, bytes, record->length) == header.crc ? GW_STORE_OK : GW_STORE_EMPTY;
}

enum gw_store_result gw_queue_next(struct gw_queue *queue, struct gw_record *record, void *bytes, uint32_t size)
{
    for (;;) { // Each turn but the last passes over a damaged record.
        uint8_t index = 0;
        enum gw_store_result result = GW_STORE_OK;
        while (index < queue->slot_count && queue->slots[index].is_offered) {
            index++;
        }
        if (index == queue->slot_count) {
            result = take(queue);
            if (result != GW_STORE_OK) {
                return result;
            }
        }
        result = fetch(queue, &queue->slots[index], record, bytes, size);
        if (result == GW_STORE_OK) {
            date(queue, &queue->slots[index].at, record);
            queue->slots[index].is_offered = true;
        }
        if (result != GW_STORE_EMPTY) {
            return result;
        }
        pass_over(queue, index);
    }
}

// ---- What became of it ---------------------------------------------------------------------------------------------

enum gw_store_result gw_queue_release(struct gw_queue *queue, uint32_t sequence)
{
    const uint8_t index = find_slot(queue, sequence);
    if (index == queue->slot_count) {
        return GW_STORE_UNKNOWN;
    }
    const struct gw_log_cursor at = queue->slots[index].at;
    remove_slot(queue, index);
    return gw_log_mark(&queue->log, &at) ? GW_STORE_OK : GW_STORE_FLASH;
}

enum gw_store_result gw_queue_discard(struct gw_queue *queue, uint32_t sequence)
{
    const enum gw_store_result result = gw_queue_release(queue, sequence);
    queue->discarded += result != GW_STORE_UNKNOWN ? 1u : 0u;
    return result;
}

enum gw_store_result gw_queue_give_back(struct gw_queue *queue, uint32_t sequence)
{
    const uint8_t index = find_slot(queue, sequence);
    if (index == queue->slot_count) {
        return GW_STORE_UNKNOWN;
    }
    queue->slots[index].is_offered = false;
    return GW_STORE_OK;
}

enum gw_store_result gw_queue_defer(struct gw_queue *queue, uint32_t sequence)
{
    const enum gw_store_result result = gw_queue_give_back(queue, sequence);
    if (result == GW_STORE_OK) {
        remove_slot(queue, find_slot(queue, sequence));
        queue->has_deferred = true;
    }
    return result;
}

void gw_queue_give_back_all(struct gw_queue *queue)
{
    for (uint8_t i = 0; i < queue->slot_count; i++) {
        queue->slots[i].is_offered = false;
    }
}

void gw_queue_rewind(struct gw_queue *queue)
{
    queue->has_deferred = false;
    queue->cursor = gw_log_walk_start(&queue->log);
}

void gw_queue_anchor(struct gw_queue *queue, uint64_t start_ms)
{
    queue->start_ms = start_ms;
}

bool gw_record_stamp(const struct gw_record *record, void *bytes, const char stamp[GW_STAMP_LENGTH])
{
    if ((uint32_t)record->stamp_at + GW_STAMP_LENGTH > record->length) {
        return false;
    }
    (void)memcpy((uint8_t *)bytes + record->stamp_at, stamp, GW_STAMP_LENGTH);
    return true;
}
