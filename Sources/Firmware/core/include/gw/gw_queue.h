/// The offline queue: what was read and is not yet at the broker, in flash.
///
/// A log on a ring of erase blocks. A record is opaque bytes with a small header. It is handed out oldest first, a few
/// at a time (the window), and it stays until the broker has confirmed it: gw_queue_release() is for the PUBACK and for
/// nothing else. When the ring is full, the oldest block goes, and what was waiting in it is counted as dropped.
///
/// What holds when the supply fails at any moment, also in the middle of a program or an erase:
///
/// - mounting works, and writes nothing;
/// - a record whose append returned GW_QUEUE_OK is there, unless it was released or is counted as dropped;
/// - at most the record that was being appended is missing;
/// - a record whose release returned GW_QUEUE_OK does not come back; the one being released may come back, once more
///   to be published (QoS 1: harmless);
/// - the order is kept.
///
/// No heap, no globals, no clock. The format on flash and the reasons are in docs/firmware-storage.md.
#ifndef GW_QUEUE_H
#define GW_QUEUE_H

#include "gw/gw_block.h"

/// The largest window. An MQTT client's own outbox is no place to wait in (esp-mqtt deletes what is older than 30 s),
/// so it is given few messages at a time.
#define GW_QUEUE_WINDOW_MAX 8u

/// `stamp_at` of a record whose bytes carry no timestamp to be filled in.
#define GW_STAMP_NONE 0xFFFFu

/// The bytes of a timestamp, as in 2026-02-18T14:30:00Z.
#define GW_STAMP_LENGTH 20u

enum gw_queue_result {
    GW_QUEUE_OK,       ///< Done.
    GW_QUEUE_EMPTY,    ///< Nothing is waiting that is not in flight already.
    GW_QUEUE_WINDOW,   ///< As many are in flight as the window allows.
    GW_QUEUE_SIZE,     ///< The record does not fit: into a block when appended, into the buffer when handed out.
    GW_QUEUE_UNKNOWN,  ///< No record of this sequence is in flight: a late or repeated PUBACK.
    GW_QUEUE_FLASH,    ///< The flash refused, more than once.
    GW_QUEUE_GEOMETRY, ///< The block interface has sizes that a queue cannot be built on.
};

/// What the queue knows of a record besides its bytes.
struct gw_record {
    uint32_t sequence;  ///< Counts the records of this flash, from 1; never used twice. Set by the queue.
    uint32_t boot;      ///< Counts the boots, so that `uptime_ms` has a meaning later. Set by the queue.
    uint32_t wall_s;    ///< The moment in seconds since 1970; 0 while the clock is not trusted. See gw_queue_next().
    uint64_t uptime_ms; ///< The same moment in milliseconds since this boot; 48 bits are kept.
    uint16_t length;    ///< Bytes of the record, at least 1. Set by the queue.
    uint16_t stamp_at;  ///< Where in the bytes a timestamp of GW_STAMP_LENGTH is to be filled in, or GW_STAMP_NONE.
    uint8_t kind;       ///< The caller's: which topic the bytes belong to.
};

/// A position in the log, from gw_queue_walk_start().
struct gw_queue_cursor {
    uint32_t block;  ///< The sequence of the block; it lies at this number modulo the number of blocks.
    uint32_t offset; ///< Bytes into the block.
};

/// A record that is in flight.
struct gw_queue_slot {
    struct gw_queue_cursor at; ///< Where it is.
    uint32_t sequence;         ///< Its number.
    bool is_offered;           ///< Whether the link has it; false once the link gave it back.
};

/// A mounted queue. The members are the queue's own, but for the counters.
struct gw_queue {
    const struct gw_block *flash;  ///< Where it lies.
    uint32_t newest;               ///< Sequence of the block that is written to; 0 before the first.
    uint32_t oldest;               ///< Sequence of the oldest block that counts; 1 before the first.
    uint32_t offset;               ///< Where the next record goes in the newest block.
    uint32_t sequence;             ///< The number of the next record.
    uint32_t boot;                 ///< The number of this boot: one more than the flash has seen.
    struct gw_queue_cursor cursor; ///< Where handing out goes on.
    struct gw_queue_slot slots[GW_QUEUE_WINDOW_MAX]; ///< In flight, oldest first.
    uint8_t slot_count;            ///< How many are in flight.
    uint8_t window;                ///< How many may be.
    uint64_t start_ms;             ///< When this boot started, in milliseconds since 1970; 0 while unknown.
    uint32_t past_boot;            ///< The earlier boot of which a record was dated last; 0 for none.
    uint64_t past_start_ms;        ///< When that one started; 0 if the log does not tell.

    uint32_t pending;   ///< Records that wait or are in flight.
    uint32_t dropped;   ///< Records that had to give way to newer ones, since the flash was first used.
    uint32_t discarded; ///< Records given up by gw_queue_discard(), since the mount.
    uint32_t damaged;   ///< Records found unreadable, since the mount: normally at most the one the last cut hit.
};

/// Mounts what the flash holds; a blank flash, or one with other content, is an empty queue. Only reads.
///
/// `flash` must outlive the queue. `window` is 1 to GW_QUEUE_WINDOW_MAX.
enum gw_queue_result gw_queue_mount(struct gw_queue *queue, const struct gw_block *flash, uint8_t window);

/// The largest record that fits.
uint32_t gw_queue_largest(const struct gw_queue *queue);

/// Appends a record: `wall_s`, `uptime_ms`, `stamp_at` and `kind` are the caller's, the other members are set here.
///
/// On GW_QUEUE_OK the record is on flash and was read back.
enum gw_queue_result gw_queue_append(struct gw_queue *queue, struct gw_record *record, const void *bytes,
                                     uint32_t length);

/// Hands out the next record: first what the link gave back, then what has not been offered yet, oldest first.
///
/// `wall_s` is filled in for a record that was made before the clock was trusted, if its boot can be dated: by
/// gw_queue_anchor() for this boot, by a later record of the same boot for an earlier one. Where it is still 0, nobody
/// can know any more: see gw_queue_discard().
enum gw_queue_result gw_queue_next(struct gw_queue *queue, struct gw_record *record, void *bytes, uint32_t size);

/// The broker has confirmed the record: its PUBACK is here.
enum gw_queue_result gw_queue_release(struct gw_queue *queue, uint32_t sequence);

/// Gives up a record in flight that must not be published, because its moment cannot be known; counted.
enum gw_queue_result gw_queue_discard(struct gw_queue *queue, uint32_t sequence);

/// The link gave a record up (esp-mqtt: MQTT_EVENT_DELETED): it will be handed out again.
enum gw_queue_result gw_queue_give_back(struct gw_queue *queue, uint32_t sequence);

/// The connection is gone: everything in flight will be handed out again, in order.
void gw_queue_give_back_all(struct gw_queue *queue);

/// Tells when this boot started, in milliseconds since 1970: wall time minus uptime, taken once, when the clock became
/// trusted. Taken once, because two cycles must never get the same timestamp.
void gw_queue_anchor(struct gw_queue *queue, uint64_t start_ms);

/// Starts a walk over everything that is still readable, released or not, oldest first.
struct gw_queue_cursor gw_queue_walk_start(const struct gw_queue *queue);

/// The next record of a walk; GW_QUEUE_EMPTY at the end. Bytes beyond `size`, which is at least 1, are left out.
enum gw_queue_result gw_queue_walk(const struct gw_queue *queue, struct gw_queue_cursor *cursor,
                                   struct gw_record *record, void *bytes, uint32_t size, bool *is_released);

/// Fills the timestamp into the bytes of a record that was handed out; false if the record has no place for it.
bool gw_record_stamp(const struct gw_record *record, void *bytes, const char stamp[GW_STAMP_LENGTH]);

#endif
