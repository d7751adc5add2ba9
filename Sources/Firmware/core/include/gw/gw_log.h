/// A log on a ring of erase blocks: records are appended, may be marked as released, and are walked oldest first. When
/// the ring is full, the oldest block goes, and what was waiting in it is counted as dropped.
///
/// The offline queue (gw/gw_queue.h), the journal of the commands and that of the certificate slots are such logs.
///
/// What holds when the supply fails at any moment, also in the middle of a program or an erase:
///
/// - mounting works, and writes nothing;
/// - a record whose append returned GW_STORE_OK is there, unless it was released or is counted as dropped;
/// - at most the record that was being appended is missing;
/// - a record whose release returned GW_STORE_OK does not come back; the one being released may;
/// - the order is kept.
///
/// No heap, no globals, no clock. The format on flash and the reasons are in docs/firmware-storage.md.
#ifndef GW_LOG_H
#define GW_LOG_H

#include "gw/gw_block.h"

/// `stamp_at` of a record whose bytes carry no timestamp to be filled in.
#define GW_STAMP_NONE 0xFFFFu

/// The bytes of a timestamp, as in 2026-02-18T14:30:00Z.
#define GW_STAMP_LENGTH 20u

/// What became of a call.
enum gw_store_result {
    GW_STORE_OK,       ///< Done.
    GW_STORE_EMPTY,    ///< Nothing more is there; of a queue: nothing that is not in flight already.
    GW_STORE_WINDOW,   ///< Queue: as many are in flight as the window allows.
    GW_STORE_SIZE,     ///< The record does not fit: into a block when appended, into the buffer when handed out.
    GW_STORE_UNKNOWN,  ///< Queue: no record of this sequence is in flight: a late or repeated PUBACK.
    GW_STORE_FLASH,    ///< The flash refused, more than once.
    GW_STORE_GEOMETRY, ///< The block interface has sizes that a log cannot be built on.
};

/// What the log knows of a record besides its bytes.
struct gw_record {
    uint32_t sequence;  ///< Counts the records of this flash, from 1; never used twice. Set by the log.
    uint32_t boot;      ///< Counts the boots, so that `uptime_ms` has a meaning later. Set by the log.
    uint32_t wall_s;    ///< The moment in seconds since 1970; 0 while the clock is not trusted. See gw_queue_next().
    uint64_t uptime_ms; ///< The same moment in milliseconds since this boot; 48 bits are kept.
    uint16_t length;    ///< Bytes of the record, at least 1. Set by the log.
    uint16_t stamp_at;  ///< Where in the bytes a timestamp of GW_STAMP_LENGTH is to be filled in, or GW_STAMP_NONE.
    uint8_t kind;       ///< The caller's: what the bytes are.
};

/// A position in the log, from gw_log_walk_start().
struct gw_log_cursor {
    uint32_t block;  ///< The sequence of the block; it lies at this number modulo the number of blocks.
    uint32_t offset; ///< Bytes into the block.
};

/// A mounted log. The members are the log's own, but for the counters.
struct gw_log {
    const struct gw_block *flash; ///< Where it lies.
    uint32_t newest;              ///< Sequence of the block that is written to; 0 before the first.
    uint32_t oldest;              ///< Sequence of the oldest block that counts; 1 before the first.
    uint32_t offset;              ///< Where the next record goes in the newest block.
    uint32_t sequence;            ///< The number of the next record.
    uint32_t boot;                ///< The number of this boot: one more than the flash has seen.
    uint32_t latest_s;            ///< The latest moment that any record has, in seconds since 1970; 0 for none.

    uint32_t pending; ///< Records that were not released.
    uint32_t dropped; ///< Records that had to give way to newer ones, since the flash was first used.
    uint32_t damaged; ///< Records found unreadable, since the mount: normally at most the one the last cut hit.
};

/// Mounts what the flash holds; a blank flash, or one with other content, is an empty log. Only reads.
///
/// `flash` must outlive the log.
enum gw_store_result gw_log_mount(struct gw_log *log, const struct gw_block *flash);

/// The largest record that fits.
uint32_t gw_log_largest(const struct gw_log *log);

/// Appends a record: `wall_s`, `uptime_ms`, `stamp_at` and `kind` are the caller's, the other members are set here.
///
/// On GW_STORE_OK the record is on flash and was read back.
enum gw_store_result gw_log_append(struct gw_log *log, struct gw_record *record, const void *bytes, uint32_t length);

/// Starts a walk over everything that is still readable, released or not, oldest first.
struct gw_log_cursor gw_log_walk_start(const struct gw_log *log);

/// The next record of a walk; GW_STORE_EMPTY at the end. Bytes beyond `size`, which is at least 1, are left out.
enum gw_store_result gw_log_walk(const struct gw_log *log, struct gw_log_cursor *cursor, struct gw_record *record,
                                 void *bytes, uint32_t size, bool *is_released);

#endif
