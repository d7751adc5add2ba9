/// The offline queue: what was read and is not yet at the broker, in flash.
///
/// A log (gw/gw_log.h) whose records are opaque bytes. They are handed out oldest first, a few at a time (the window),
/// and each stays until the broker has confirmed it: gw_queue_release() is for the PUBACK and for nothing else.
#ifndef GW_QUEUE_H
#define GW_QUEUE_H

#include "gw/gw_log.h"

/// The largest window. An MQTT client's own outbox is no place to wait in (esp-mqtt deletes what is older than 30 s),
/// so it is given few messages at a time.
#define GW_QUEUE_WINDOW_MAX 8u

/// A record that is in flight.
struct gw_queue_slot {
    struct gw_log_cursor at; ///< Where it is.
    uint32_t sequence;       ///< Its number.
    bool is_offered;         ///< Whether the link has it; false once the link gave it back.
};

/// A mounted queue. The members are the queue's own, but for the counters.
struct gw_queue {
    struct gw_log log;             ///< Where the records are.
    struct gw_log_cursor cursor;   ///< Where handing out goes on.
    struct gw_queue_slot slots[GW_QUEUE_WINDOW_MAX]; ///< In flight.
    uint8_t slot_count;            ///< How many are in flight.
    uint8_t window;                ///< How many may be.
    bool has_deferred;             ///< Whether something waits behind the cursor: see gw_queue_rewind().
    uint64_t start_ms;             ///< When this boot started, in milliseconds since 1970; 0 while unknown.
    uint32_t past_boot;            ///< The earlier boot of which a record was dated last; 0 for none.
    uint64_t past_start_ms;        ///< When that one started; 0 if the log does not tell.
    uint32_t discarded;            ///< Records given up by gw_queue_discard(), since the mount.
};

/// Mounts what the flash holds; only reads. `window` is 1 to GW_QUEUE_WINDOW_MAX.
enum gw_store_result gw_queue_mount(struct gw_queue *queue, const struct gw_block *flash, uint8_t window);

/// Appends a record, as gw_log_append(). What had to give way to it is in flight no more.
enum gw_store_result gw_queue_append(struct gw_queue *queue, struct gw_record *record, const void *bytes,
                                     uint32_t length);

/// Hands out the next record: first what the link gave back, then what has not been offered yet, oldest first.
///
/// `wall_s` is filled in for a record that was made before the clock was trusted, if its boot can be dated: by
/// gw_queue_anchor() for this boot, by a later record of the same boot for an earlier one. Where it is still 0, nobody
/// can know any more: see gw_queue_discard().
enum gw_store_result gw_queue_next(struct gw_queue *queue, struct gw_record *record, void *bytes, uint32_t size);

/// The broker has confirmed the record: its PUBACK is here.
enum gw_store_result gw_queue_release(struct gw_queue *queue, uint32_t sequence);

/// Gives up a record in flight that must not be published, because its moment cannot be known; counted.
enum gw_store_result gw_queue_discard(struct gw_queue *queue, uint32_t sequence);

/// The link gave a record up (esp-mqtt: MQTT_EVENT_DELETED): it will be handed out again.
enum gw_store_result gw_queue_give_back(struct gw_queue *queue, uint32_t sequence);

/// The broker refused the record: it makes room in the window for others, and is kept for gw_queue_rewind().
enum gw_store_result gw_queue_defer(struct gw_queue *queue, uint32_t sequence);

/// The connection is gone: everything in flight will be handed out again, in order.
void gw_queue_give_back_all(struct gw_queue *queue);

/// Goes back to the oldest record: what was deferred is handed out once more.
void gw_queue_rewind(struct gw_queue *queue);

/// Tells when this boot started, in milliseconds since 1970: wall time minus uptime, taken once, when the clock became
/// trusted. Taken once, because two cycles must never get the same timestamp.
void gw_queue_anchor(struct gw_queue *queue, uint64_t start_ms);

/// Fills the timestamp into the bytes of a record that was handed out; false if the record has no place for it.
bool gw_record_stamp(const struct gw_record *record, void *bytes, const char stamp[GW_STAMP_LENGTH]);

#endif
