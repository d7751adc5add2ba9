#include "gw/gw_queue.h"

#include <string.h>

// On flash, all numbers little-endian; both headers are padded to whole units with 0xFF.
//
//   block   0 "GWQ1"   4 sequence   8 next record's sequence   12 boot   16 dropped   20 size   24 count   28 CRC
//   record  0 0xA5   1 kind   2 length   4 sequence   8 boot   12 wall_s   16 uptime_ms (6)   22 stamp_at
//           24 CRC of the bytes   28 CRC of this header, going on from the sequence of the block
//           then one unit, the mark: erased, or with any bit cleared once the record is released
//           then the bytes, padded to whole units
#define HEADER 32u
#define MAGIC 0x31515747u
#define RECORD 0xA5u
#define CHUNK GW_UNIT_MAX

// Far beyond what a flash lives to see; larger ones are not ours.
#define SEQUENCE_MAX 0xFFFFFF00u

// How many blocks are tried before a flash counts as failed.
#define TRIES 3u

enum found {
    FOUND_RECORD,  // A good header.
    FOUND_END,     // Nothing has been written here.
    FOUND_BROKEN,  // Something else: nothing behind it can be trusted, because its length cannot.
    FOUND_NO_READ, // The flash did not let itself be read.
};

enum state {
    STATE_WAITING,  // Intact and not released.
    STATE_RELEASED, // Intact and released.
    STATE_DAMAGED,  // Its bytes are not those that were appended.
    STATE_NO_READ,  // The flash did not let itself be read.
};

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

/// A header is eight words; the last one is the checksum of the others, going on from `seed`.
static void encode(uint8_t header[HEADER], uint32_t words[8], uint32_t seed)
{
    for (unsigned i = 0; i < 8u; i++) {
        if (i == 7u) {
            words[7] = gw_crc32(seed, header, 28);
        }
        put32(header + 4u * i, words[i]);
    }
}

/// False if the checksum is not right.
static bool decode(const uint8_t header[HEADER], uint32_t words[8], uint32_t seed)
{
    for (unsigned i = 0; i < 8u; i++) {
        words[i] = get32(header + 4u * i);
    }
    return words[7] == gw_crc32(seed, header, 28);
}

/// The block's number goes into the checksum of its records: bytes left from an earlier turn of the ring are none.
static uint32_t seed_of(uint32_t block)
{
    uint8_t bytes[4];
    put32(bytes, block);
    return gw_crc32(0, bytes, 4);
}

static uint32_t padded(const struct gw_queue *queue, uint32_t length)
{
    return (length + queue->flash->unit - 1u) & ~(queue->flash->unit - 1u);
}

static uint32_t mark_offset(const struct gw_queue *queue)
{
    return padded(queue, HEADER);
}

static uint32_t bytes_offset(const struct gw_queue *queue)
{
    return padded(queue, HEADER) + queue->flash->unit;
}

static uint32_t record_size(const struct gw_queue *queue, uint32_t length)
{
    return bytes_offset(queue) + padded(queue, length);
}

static uint32_t address_of(const struct gw_queue *queue, const struct gw_queue_cursor *at)
{
    return at->block % queue->flash->block_count * queue->flash->block_size + at->offset;
}

uint32_t gw_queue_largest(const struct gw_queue *queue)
{
    uint32_t room = queue->flash->block_size - padded(queue, HEADER) - bytes_offset(queue);
    return room > UINT16_MAX ? UINT16_MAX : room;
}

// ---- Flash ---------------------------------------------------------------------------------------------------------

static bool read_flash(const struct gw_queue *queue, uint32_t address, void *bytes, uint32_t length)
{
    return queue->flash->read(queue->flash->context, address, bytes, length);
}

/// Programs bytes of any length; the last unit is filled up with ones.
static bool program_flash(const struct gw_queue *queue, uint32_t address, const uint8_t *bytes, uint32_t length)
{
    const struct gw_block *flash = queue->flash;
    uint8_t tail[GW_UNIT_MAX];
    uint32_t whole = length & ~(flash->unit - 1u);
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

/// What a record with a good header is worth.
///
/// Any cleared bit of the mark counts: a mark is only ever begun after the PUBACK.
static enum state judge(const struct gw_queue *queue, uint32_t address, uint32_t length, uint32_t expected)
{
    uint8_t chunk[CHUNK];
    uint32_t crc = 0;
    bool is_marked = false;
    if (!read_flash(queue, address + mark_offset(queue), chunk, queue->flash->unit)) {
        return STATE_NO_READ;
    }
    for (uint32_t i = 0; i < queue->flash->unit; i++) {
        is_marked = is_marked || chunk[i] != 0xFFu;
    }
    for (uint32_t done = 0; done < length; done += CHUNK) {
        uint32_t count = length - done < CHUNK ? length - done : CHUNK;
        if (!read_flash(queue, address + bytes_offset(queue) + done, chunk, count)) {
            return STATE_NO_READ;
        }
        crc = gw_crc32(crc, chunk, count);
    }
    return crc != expected ? STATE_DAMAGED : is_marked ? STATE_RELEASED : STATE_WAITING;
}

/// Reads the header of the block at a position: FOUND_RECORD if it is one.
static enum found read_block_header(const struct gw_queue *queue, uint32_t position, uint32_t words[8])
{
    const struct gw_block *flash = queue->flash;
    uint8_t header[HEADER];
    if (!read_flash(queue, position * flash->block_size, header, HEADER)) {
        return FOUND_NO_READ;
    }
    bool is_whole = decode(header, words, 0) && words[0] == MAGIC;
    bool is_ours = words[5] == flash->block_size && words[6] == flash->block_count;
    bool is_counted = words[1] > 0u && words[1] < SEQUENCE_MAX && words[2] < SEQUENCE_MAX;
    return is_whole && is_ours && is_counted && words[1] % flash->block_count == position ? FOUND_RECORD : FOUND_BROKEN;
}

static enum found read_record_header(const struct gw_queue *queue, const struct gw_queue_cursor *at,
                                     struct gw_record *record, uint32_t *crc)
{
    uint8_t header[HEADER];
    uint32_t words[8];
    if (at->offset + record_size(queue, 1) > queue->flash->block_size) {
        return FOUND_END;
    }
    if (!read_flash(queue, address_of(queue, at), header, HEADER)) {
        return FOUND_NO_READ;
    }
    bool is_good = decode(header, words, seed_of(at->block));
    bool is_erased = true;
    for (uint32_t i = 0; i < 8u; i++) {
        is_erased = is_erased && words[i] == 0xFFFFFFFFu;
    }
    if (is_erased) {
        return FOUND_END;
    }
    record->length = (uint16_t)(words[0] >> 16);
    if (!is_good || (words[0] & 0xFFu) != RECORD || record->length == 0u
        || at->offset + record_size(queue, record->length) > queue->flash->block_size || words[1] >= SEQUENCE_MAX) {
        return FOUND_BROKEN;
    }
    record->kind = (uint8_t)(words[0] >> 8);
    record->sequence = words[1];
    record->boot = words[2];
    record->wall_s = words[3];
    record->uptime_ms = words[4] | (uint64_t)(words[5] & 0xFFFFu) << 32;
    record->stamp_at = (uint16_t)(words[5] >> 16);
    *crc = words[6];
    return FOUND_RECORD;
}

// ---- Walking -------------------------------------------------------------------------------------------------------

/// Finds the record at the cursor or the first one after it; the cursor is left on it. Where the log ends or the flash
/// cannot be read the cursor stays: the next append comes here or into a later block, the next read may succeed.
static enum found seek(const struct gw_queue *queue, struct gw_queue_cursor *at, struct gw_record *record,
                       uint32_t *crc)
{
    uint32_t words[8];
    if (at->block < queue->oldest) {
        at->block = queue->oldest;
        at->offset = 0;
    }
    while (at->block <= queue->newest) {
        enum found found = FOUND_END;
        uint32_t limit = at->block == queue->newest ? queue->offset : queue->flash->block_size;
        if (at->offset == 0u) {
            enum found block = read_block_header(queue, at->block % queue->flash->block_count, words);
            if (block == FOUND_NO_READ) {
                return FOUND_NO_READ;
            }
            if (block == FOUND_RECORD && words[1] == at->block) {
                at->offset = padded(queue, HEADER);
            }
        }
        if (at->offset != 0u && at->offset < limit) {
            found = read_record_header(queue, at, record, crc);
        }
        if (found == FOUND_RECORD || found == FOUND_NO_READ) {
            return found;
        }
        if (at->block == queue->newest) {
            break;
        }
        at->block++;
        at->offset = 0;
    }
    return FOUND_END;
}

static void skip(const struct gw_queue *queue, struct gw_queue_cursor *at, const struct gw_record *record)
{
    at->offset += record_size(queue, record->length);
}

struct gw_queue_cursor gw_queue_walk_start(const struct gw_queue *queue)
{
    return (struct gw_queue_cursor){.block = queue->oldest, .offset = 0};
}

enum gw_queue_result gw_queue_walk(const struct gw_queue *queue, struct gw_queue_cursor *cursor,
                                   struct gw_record *record, void *bytes, uint32_t size, bool *is_released)
{
    uint32_t crc = 0;
    enum found found = seek(queue, cursor, record, &crc);
    while (found == FOUND_RECORD) {
        uint32_t address = address_of(queue, cursor);
        uint32_t count = record->length < size ? record->length : size;
        enum state state = judge(queue, address, record->length, crc);
        if (state == STATE_NO_READ || !read_flash(queue, address + bytes_offset(queue), bytes, count)) {
            return GW_QUEUE_FLASH;
        }
        skip(queue, cursor, record);
        if (state != STATE_DAMAGED) {
            *is_released = state == STATE_RELEASED;
            return GW_QUEUE_OK;
        }
        found = seek(queue, cursor, record, &crc);
    }
    return found == FOUND_END ? GW_QUEUE_EMPTY : GW_QUEUE_FLASH;
}

/// Counts what waits in the blocks from `first` up to before `end`, and what is damaged there. False if the flash
/// cannot be read.
static bool count_pending(const struct gw_queue *queue, uint32_t first, uint32_t end, uint32_t *count,
                          uint32_t *damaged)
{
    struct gw_queue_cursor at = {.block = first, .offset = 0};
    struct gw_record record;
    uint32_t crc = 0;
    *count = 0;
    *damaged = 0;
    while (at.block < end) {
        enum found found = seek(queue, &at, &record, &crc);
        if (found != FOUND_RECORD || at.block >= end) {
            return found != FOUND_NO_READ;
        }
        enum state state = judge(queue, address_of(queue, &at), record.length, crc);
        if (state == STATE_NO_READ) {
            return false;
        }
        *count += state == STATE_WAITING ? 1u : 0u;
        *damaged += state == STATE_DAMAGED ? 1u : 0u;
        skip(queue, &at, &record);
    }
    return true;
}

// ---- Mounting ------------------------------------------------------------------------------------------------------

/// The oldest block that counts while `newest` is written to. The one after the newest never counts: it is the next to
/// be erased, and an erase that was cut short leaves anything behind.
static uint32_t oldest_for(const struct gw_queue *queue, uint32_t newest)
{
    uint32_t kept = queue->flash->block_count - 2u;
    return newest > kept ? newest - kept : 1u;
}

/// Finds where the next record goes and which numbers have been used. False if the flash cannot be read: a number would
/// be used twice.
static bool scan_newest(struct gw_queue *queue)
{
    struct gw_queue_cursor at = {.block = queue->newest, .offset = padded(queue, HEADER)};
    struct gw_record record;
    uint32_t crc = 0;
    enum found found = read_record_header(queue, &at, &record, &crc);
    while (found == FOUND_RECORD) {
        if (record.sequence >= queue->sequence) {
            queue->sequence = record.sequence + 1u;
        }
        if (record.boot >= queue->boot) {
            queue->boot = record.boot + 1u;
        }
        skip(queue, &at, &record);
        found = read_record_header(queue, &at, &record, &crc);
    }
    // After a torn header the rest of the block is left alone: its length is unknown.
    queue->offset = found == FOUND_END ? at.offset : queue->flash->block_size;
    if (found == FOUND_BROKEN) {
        queue->damaged++;
    }
    return found != FOUND_NO_READ;
}

enum gw_queue_result gw_queue_mount(struct gw_queue *queue, const struct gw_block *flash, uint8_t window)
{
    uint32_t words[8];
    (void)memset(queue, 0, sizeof *queue);
    queue->flash = flash;
    queue->window = window;
    queue->oldest = 1;
    queue->sequence = 1;
    queue->boot = 1;
    if (flash->unit == 0u || flash->unit > GW_UNIT_MAX || (flash->unit & (flash->unit - 1u)) != 0u
        || flash->block_size % flash->unit != 0u || flash->block_size < 256u || flash->block_count < 3u
        || flash->block_count > UINT32_MAX / flash->block_size || window == 0u || window > GW_QUEUE_WINDOW_MAX) {
        return GW_QUEUE_GEOMETRY;
    }
    for (uint32_t position = 0; position < flash->block_count; position++) {
        enum found found = read_block_header(queue, position, words);
        if (found == FOUND_NO_READ) {
            return GW_QUEUE_FLASH;
        }
        if (found == FOUND_RECORD && words[1] > queue->newest) {
            queue->newest = words[1];
            queue->sequence = words[2];
            queue->boot = words[3] + 1u;
            queue->dropped = words[4];
        }
    }
    queue->offset = flash->block_size;
    if (queue->newest > 0u) {
        queue->oldest = oldest_for(queue, queue->newest);
        if (!scan_newest(queue)) {
            return GW_QUEUE_FLASH;
        }
        uint32_t damaged = 0;
        if (!count_pending(queue, queue->oldest, queue->newest + 1u, &queue->pending, &damaged)) {
            return GW_QUEUE_FLASH;
        }
        queue->damaged += damaged;
    }
    return GW_QUEUE_OK;
}

// ---- Appending -----------------------------------------------------------------------------------------------------

/// Lets go of the blocks before `oldest`, in which `count` records waited.
static void drop_before(struct gw_queue *queue, uint32_t oldest, uint32_t count)
{
    uint8_t kept = 0;
    queue->pending -= count;
    queue->dropped += count;
    queue->oldest = oldest;
    for (uint8_t i = 0; i < queue->slot_count; i++) {
        if (queue->slots[i].at.block >= oldest) {
            queue->slots[kept] = queue->slots[i];
            kept++;
        }
    }
    queue->slot_count = kept;
}

/// Erases the block after the newest and makes it the newest. A block that refuses is passed over.
///
/// The header takes the dropped records with it: either it is whole, and they are counted and gone, or it is not, and
/// everything is as before. (Beyond a block that refuses, the oldest records are erased before that.)
static bool open_block(struct gw_queue *queue)
{
    const struct gw_block *flash = queue->flash;
    uint8_t header[HEADER];
    for (uint32_t block = queue->newest + 1u; block <= queue->newest + TRIES; block++) {
        uint32_t oldest = oldest_for(queue, block);
        uint32_t address = block % flash->block_count * flash->block_size;
        uint32_t count = 0;
        uint32_t ignored = 0;
        if (block - queue->newest >= flash->block_count
            || !count_pending(queue, queue->oldest, oldest, &count, &ignored)) {
            return false;
        }
        // A release whose mark could not be written counted already.
        count = count < queue->pending ? count : queue->pending;
        uint32_t words[8] = {MAGIC,
                             block,
                             queue->sequence,
                             queue->boot,
                             queue->dropped + count,
                             flash->block_size,
                             flash->block_count};
        encode(header, words, 0);
        if (flash->erase(flash->context, address) && program_flash(queue, address, header, HEADER)
            && read_block_header(queue, block % flash->block_count, words) == FOUND_RECORD && words[1] == block
            && words[4] == queue->dropped + count) {
            drop_before(queue, oldest > queue->oldest ? oldest : queue->oldest, count);
            queue->newest = block;
            queue->offset = padded(queue, HEADER);
            return true;
        }
    }
    return false;
}

/// The header goes first: once it is whole, the length is known, and a cut in the bytes costs this record only.
static bool write_record(struct gw_queue *queue, const struct gw_record *record, const uint8_t *bytes)
{
    struct gw_queue_cursor at = {.block = queue->newest, .offset = queue->offset};
    struct gw_record check;
    uint8_t header[HEADER];
    uint32_t crc = gw_crc32(0, bytes, record->length);
    uint32_t address = address_of(queue, &at);
    uint32_t found = 0;
    uint32_t words[8] = {RECORD | (uint32_t)record->kind << 8 | (uint32_t)record->length << 16,
                         record->sequence,
                         record->boot,
                         record->wall_s,
                         (uint32_t)record->uptime_ms,
                         (uint32_t)(record->uptime_ms >> 32 & 0xFFFFu) | (uint32_t)record->stamp_at << 16,
                         crc};
    encode(header, words, seed_of(queue->newest));
    return program_flash(queue, address, header, HEADER)
        && program_flash(queue, address + bytes_offset(queue), bytes, record->length)
        && read_record_header(queue, &at, &check, &found) == FOUND_RECORD && found == crc
        && judge(queue, address, record->length, crc) == STATE_WAITING;
}

enum gw_queue_result gw_queue_append(struct gw_queue *queue, struct gw_record *record, const void *bytes,
                                     uint32_t length)
{
    if (length == 0u || length > gw_queue_largest(queue)) {
        return GW_QUEUE_SIZE;
    }
    for (unsigned tries = 0; tries < 2u; tries++) {
        if (queue->offset + record_size(queue, length) > queue->flash->block_size && !open_block(queue)) {
            return GW_QUEUE_FLASH;
        }
        record->sequence = queue->sequence;
        record->boot = queue->boot;
        record->length = (uint16_t)length;
        queue->sequence++; // Spent even if the flash refuses: half a record may carry it.
        if (write_record(queue, record, bytes)) {
            queue->offset += record_size(queue, length);
            queue->pending++;
            return GW_QUEUE_OK;
        }
        queue->offset = queue->flash->block_size;
    }
    return GW_QUEUE_FLASH;
}

// ---- Handing out ---------------------------------------------------------------------------------------------------

/// Fills in the moment of a record made before the clock was trusted, if anything tells it.
///
/// For an earlier boot that is any later record of the same boot that has a moment. The log is searched once for each
/// boot: records come boot by boot.
static void date(struct gw_queue *queue, const struct gw_queue_cursor *from, struct gw_record *record)
{
    struct gw_queue_cursor at = *from;
    struct gw_record later;
    uint32_t crc = 0;
    uint64_t start = queue->start_ms;
    if (record->wall_s != 0u) {
        return;
    }
    if (record->boot != queue->boot) {
        if (record->boot != queue->past_boot) {
            queue->past_boot = record->boot;
            queue->past_start_ms = 0;
            while (queue->past_start_ms == 0u && seek(queue, &at, &later, &crc) == FOUND_RECORD
                   && later.boot <= record->boot) {
                if (later.wall_s != 0u && (uint64_t)later.wall_s * 1000u > later.uptime_ms) {
                    queue->past_start_ms = (uint64_t)later.wall_s * 1000u - later.uptime_ms;
                }
                skip(queue, &at, &later);
            }
        }
        start = queue->past_start_ms;
    }
    if (start != 0u) {
        record->wall_s = (uint32_t)((start + record->uptime_ms) / 1000u);
    }
}

static void remove_slot(struct gw_queue *queue, uint8_t index)
{
    queue->slot_count--;
    for (uint8_t i = index; i < queue->slot_count; i++) {
        queue->slots[i] = queue->slots[i + 1u];
    }
}

/// Takes the next record that is not released into the window.
static enum gw_queue_result take(struct gw_queue *queue)
{
    struct gw_record record;
    uint32_t crc = 0;
    if (queue->slot_count == queue->window) {
        return GW_QUEUE_WINDOW;
    }
    enum found found = seek(queue, &queue->cursor, &record, &crc);
    while (found == FOUND_RECORD) {
        struct gw_queue_slot slot = {.at = queue->cursor, .sequence = record.sequence, .is_offered = false};
        enum state state = judge(queue, address_of(queue, &slot.at), record.length, crc);
        if (state == STATE_NO_READ) {
            return GW_QUEUE_FLASH;
        }
        skip(queue, &queue->cursor, &record);
        if (state != STATE_RELEASED) {
            queue->slots[queue->slot_count] = slot;
            queue->slot_count++;
            return GW_QUEUE_OK;
        }
        found = seek(queue, &queue->cursor, &record, &crc);
    }
    return found == FOUND_END ? GW_QUEUE_EMPTY : GW_QUEUE_FLASH;
}

/// Passes over a record that cannot be handed out. Whether the mount knew of it already, only counting again can tell.
static void pass_over(struct gw_queue *queue, uint8_t index)
{
    uint32_t count = 0;
    uint32_t ignored = 0;
    remove_slot(queue, index);
    if (count_pending(queue, queue->oldest, queue->newest + 1u, &count, &ignored) && count < queue->pending) {
        queue->damaged += queue->pending - count;
        queue->pending = count;
    }
}

/// Reads the record of a slot into the caller's buffer.
static enum gw_queue_result fetch(const struct gw_queue *queue, const struct gw_queue_slot *slot,
                                  struct gw_record *record, void *bytes, uint32_t size)
{
    uint32_t crc = 0;
    enum found found = read_record_header(queue, &slot->at, record, &crc);
    if (found != FOUND_RECORD) {
        return found == FOUND_NO_READ ? GW_QUEUE_FLASH : GW_QUEUE_EMPTY;
    }
    if (record->length > size) {
        return GW_QUEUE_SIZE;
    }
    if (!read_flash(queue, address_of(queue, &slot->at) + bytes_offset(queue), bytes, record->length)) {
        return GW_QUEUE_FLASH;
    }
    return gw_crc32(0, bytes, record->length) == crc ? GW_QUEUE_OK : GW_QUEUE_EMPTY;
}

enum gw_queue_result gw_queue_next(struct gw_queue *queue, struct gw_record *record, void *bytes, uint32_t size)
{
    for (;;) { // Each turn but the last passes over a damaged record.
        uint8_t index = 0;
        enum gw_queue_result result = GW_QUEUE_OK;
        while (index < queue->slot_count && queue->slots[index].is_offered) {
            index++;
        }
        if (index == queue->slot_count) {
            result = take(queue);
            if (result != GW_QUEUE_OK) {
                return result;
            }
        }
        result = fetch(queue, &queue->slots[index], record, bytes, size);
        if (result == GW_QUEUE_OK) {
            date(queue, &queue->slots[index].at, record);
            queue->slots[index].is_offered = true;
        }
        if (result != GW_QUEUE_EMPTY) {
            return result;
        }
        pass_over(queue, index);
    }
}

static uint8_t find_slot(const struct gw_queue *queue, uint32_t sequence)
{
    uint8_t index = 0;
    while (index < queue->slot_count && queue->slots[index].sequence != sequence) {
        index++;
    }
    return index;
}

enum gw_queue_result gw_queue_release(struct gw_queue *queue, uint32_t sequence)
{
    const struct gw_block *flash = queue->flash;
    uint8_t mark[GW_UNIT_MAX] = {0};
    uint8_t index = find_slot(queue, sequence);
    if (index == queue->slot_count) {
        return GW_QUEUE_UNKNOWN;
    }
    uint32_t address = address_of(queue, &queue->slots[index].at) + mark_offset(queue);
    remove_slot(queue, index);
    queue->pending--;
    // If the mark fails, the record comes once more after the next boot; in this one it is done.
    return flash->program(flash->context, address, mark, flash->unit) ? GW_QUEUE_OK : GW_QUEUE_FLASH;
}

enum gw_queue_result gw_queue_discard(struct gw_queue *queue, uint32_t sequence)
{
    enum gw_queue_result result = gw_queue_release(queue, sequence);
    if (result != GW_QUEUE_UNKNOWN) {
        queue->discarded++;
    }
    return result;
}

enum gw_queue_result gw_queue_give_back(struct gw_queue *queue, uint32_t sequence)
{
    uint8_t index = find_slot(queue, sequence);
    if (index == queue->slot_count) {
        return GW_QUEUE_UNKNOWN;
    }
    queue->slots[index].is_offered = false;
    return GW_QUEUE_OK;
}

void gw_queue_give_back_all(struct gw_queue *queue)
{
    for (uint8_t i = 0; i < queue->slot_count; i++) {
        queue->slots[i].is_offered = false;
    }
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
