// What the files of the log share, and the queue with them. No one else looks in here.
//
// On flash, all numbers little-endian; both headers are padded to whole units with 0xFF.
//
//   block   0 "GWQ1"   4 sequence   8 next record's sequence   12 boot   16 dropped   20 size   24 count   28 CRC
//   record  0 0xA5   1 kind   2 length   4 sequence   8 boot   12 wall_s   16 uptime_ms (6)   22 stamp_at
//           24 CRC of the bytes   28 CRC of this header, going on from the sequence of the block
//           then one unit, the mark: erased, or with any bit cleared once the record is released
//           then the bytes, padded to whole units
#ifndef GW_LOG_INNER_H
#define GW_LOG_INNER_H

#include "gw/gw_log.h"

#define GW_LOG_HEADER 32u
#define GW_LOG_MAGIC 0x31515747u
#define GW_LOG_RECORD 0xA5u

// Far beyond what a flash lives to see; larger ones are not ours.
#define GW_LOG_SEQUENCE_MAX 0xFFFFFF00u

enum gw_found {
    GW_FOUND_RECORD,  // A good header.
    GW_FOUND_END,     // Nothing has been written here.
    GW_FOUND_BROKEN,  // Something else: nothing behind it can be trusted, because its length cannot.
    GW_FOUND_NO_READ, // The flash did not let itself be read.
};

enum gw_state {
    GW_STATE_WAITING,  // Intact and not released.
    GW_STATE_RELEASED, // Intact and released.
    GW_STATE_DAMAGED,  // Its bytes are not those that were appended.
    GW_STATE_NO_READ,  // The flash did not let itself be read.
};

/// A record's header as it was found: the record, and the checksum of its bytes.
struct gw_header {
    struct gw_record record;
    uint32_t crc;
};

/// What the records of some blocks are, together.
struct gw_survey {
    uint32_t waiting;  ///< Intact and not released.
    uint32_t damaged;  ///< Not intact.
    uint32_t latest_s; ///< The latest moment that one of them has.
};

// ---- The format: gw_log_format.c -----------------------------------------------------------------------------------

/// Bytes of this many, padded to whole units.
uint32_t gw_log_padded(const struct gw_log *log, uint32_t length);

/// What a record of this many bytes takes up.
uint32_t gw_log_record_size(const struct gw_log *log, uint32_t length);

/// From a record's start to its bytes.
uint32_t gw_log_bytes_offset(const struct gw_log *log);

uint32_t gw_log_address(const struct gw_log *log, const struct gw_log_cursor *at);
bool gw_log_read(const struct gw_log *log, uint32_t address, void *bytes, uint32_t length);

/// Writes words as a header; the eighth is the checksum of the others, going on from that of `block` where it is not 0.
void gw_log_encode(uint8_t header[GW_LOG_HEADER], const uint32_t *words, uint32_t block);

/// Reads the header of the block at a position: GW_FOUND_RECORD if it is one.
enum gw_found gw_log_block_header(const struct gw_log *log, uint32_t position, uint32_t words[8]);

enum gw_found gw_log_record_header(const struct gw_log *log, const struct gw_log_cursor *at, struct gw_header *header);

/// What a record with a good header is worth.
enum gw_state gw_log_judge(const struct gw_log *log, const struct gw_log_cursor *at, const struct gw_header *header);

// ---- Walking: gw_log.c ---------------------------------------------------------------------------------------------

/// Finds the record at the cursor or the first one after it; the cursor is left on it. Where the log ends or the flash
/// cannot be read the cursor stays: the next append comes here or into a later block, the next read may succeed.
enum gw_found gw_log_seek(const struct gw_log *log, struct gw_log_cursor *at, struct gw_header *header);

void gw_log_skip(const struct gw_log *log, struct gw_log_cursor *at, const struct gw_header *header);

/// Looks at the blocks from `first` up to before `end`. False if the flash cannot be read.
bool gw_log_survey(const struct gw_log *log, uint32_t first, uint32_t end, struct gw_survey *survey);

/// The oldest block that counts while `newest` is written to. The one after the newest never counts: it is the next to
/// be erased, and an erase that was cut short leaves anything behind.
uint32_t gw_log_oldest_for(const struct gw_log *log, uint32_t newest);

// ---- Writing: gw_log_append.c --------------------------------------------------------------------------------------

/// Marks the record at a place as released. If that fails, it comes once more after the next boot.
bool gw_log_mark(struct gw_log *log, const struct gw_log_cursor *at);

#endif
