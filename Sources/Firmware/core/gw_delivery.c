// The link: connecting, and publishing what the queue holds.
#include "gw/gw_time.h"
#include "gw_app_inner.h"

void gw_delivery_start(struct gw_app *app)
{
    app->connect_wait_ms = GW_APP_RECONNECT_FIRST_MS;
    app->refused_wait_ms = GW_APP_REFUSED_FIRST_MS;
    app->connect_at = app->now;
    app->puback_by = UINT64_MAX;
}

// ---- What happens on the link --------------------------------------------------------------------------------------

/// Between a half and the whole of a wait.
static uint32_t jittered(struct gw_app *app, uint32_t wait)
{
    // Xorshift (Marsaglia, 2003): 32 bits of state, a full period.
    app->random ^= app->random << 13;
    app->random ^= app->random >> 17;
    app->random ^= app->random << 5;
    return wait / 2u + app->random % (wait / 2u + 1u);
}

/// The wait after a wait.
static uint32_t doubled(uint32_t wait, uint32_t longest)
{
    return wait < longest / 2u ? wait * 2u : longest;
}

static void forget_connection(struct gw_app *app)
{
    app->is_connected = false;
    app->wants_subscription = false;
    app->is_status_out = false;
    app->puback_by = UINT64_MAX;
    gw_queue_give_back_all(&app->queue);
}

static void on_connected(struct gw_app *app, const struct gw_app_event *event)
{
    app->is_connected = true;
    app->connects++;
    app->connect_wait_ms = GW_APP_RECONNECT_FIRST_MS;
    app->refused_wait_ms = GW_APP_REFUSED_FIRST_MS;
    app->refused_until = app->now;
    // A certificate without an end says 9999.
    app->not_after_s = event->not_after_s < GW_TIME_HELD_LAST ? (uint32_t)event->not_after_s : GW_TIME_HELD_LAST;
    app->wants_subscription = true;
    app->wants_status = true;
    app->status_at = app->now;
    gw_tasks_link(app, GW_CERT_CONNECTED);
}

static void on_gone(struct gw_app *app, enum gw_cert_event_kind kind)
{
    gw_app_log(app, GW_APP_LOG_WARNING, kind == GW_CERT_REJECTED ? "the broker refused the certificate; connections so far"
                                                                  : "not connected, messages are kept; connections so far",
               app->connects);
    forget_connection(app);
    app->connection++; // it has ended: what still comes of it is not looked at
    app->connect_at = app->now + jittered(app, app->connect_wait_ms);
    app->connect_wait_ms = doubled(app->connect_wait_ms, GW_APP_RECONNECT_LONGEST_MS);
    gw_tasks_link(app, kind);
}

/// The message in flight whose PUBACK is awaited, the oldest; false if there is none. Brokers answer in order (MQTT 5
/// §4.6), so the PUBACK of a later one does not say that this one's is still to come.
static bool is_in_flight(const struct gw_app *app, uint32_t *sequence)
{
    const struct gw_queue *queue = &app->queue;
    for (uint8_t i = 0; i < queue->slot_count; i++) {
        if (queue->slots[i].is_offered) {
            *sequence = queue->slots[i].sequence;
            return true;
        }
    }
    *sequence = GW_APP_SEQUENCE_STATUS;
    return app->is_status_out;
}

/// A message was accepted: it has left the flash for good.
static void on_accepted(struct gw_app *app, uint32_t sequence)
{
    app->has_accepted = true;
    app->has_published = true;
    if (gw_queue_release(&app->queue, sequence) == GW_STORE_FLASH) {
        gw_app_log(app, GW_APP_LOG_ERROR, "a release could not be noted, the message comes twice: number", sequence);
    }
    gw_tasks_link(app, GW_CERT_PUBACKED);
}

/// A message was refused: it is kept, and the others go on.
static void on_refused(struct gw_app *app, const struct gw_app_event *event)
{
    app->refused++;
    gw_app_log(app, GW_APP_LOG_ERROR, "the broker refused a message, which is kept; reason", event->reason);
    if (event->sequence == GW_APP_SEQUENCE_STATUS) {
        app->wants_status = true;
        app->status_at = app->now + GW_APP_REFUSED_LONGEST_MS;
    } else if (gw_queue_defer(&app->queue, event->sequence) == GW_STORE_OK) {
        app->refused_until = app->now + app->refused_wait_ms;
    }
}

/// The client gave a message up, or did not take it.
static void on_deleted(struct gw_app *app, uint32_t sequence)
{
    app->wants_status = app->wants_status || sequence == GW_APP_SEQUENCE_STATUS;
    (void)gw_queue_give_back(&app->queue, sequence);
    app->publish_at = app->now + GW_APP_DELETED_MS;
}

/// A message in flight has ended, in one way or the other.
static void on_answered(struct gw_app *app, const struct gw_app_event *event)
{
    uint32_t awaited = 0;
    uint32_t next = 0;
    (void)is_in_flight(app, &awaited);
    app->is_status_out = app->is_status_out && event->sequence != GW_APP_SEQUENCE_STATUS;
    if (event->kind == GW_APP_DELETED) {
        on_deleted(app, event->sequence);
    } else if (event->reason < 128u) {
        on_accepted(app, event->sequence);
    } else {
        on_refused(app, event);
    }
    if (!is_in_flight(app, &next)) {
        app->puback_by = UINT64_MAX;
    } else if (event->sequence == awaited) {
        app->puback_by = app->now + GW_APP_PUBACK_MS;
    }
}

void gw_delivery_take(struct gw_app *app, const struct gw_app_event *event)
{
    if (event->connection != app->connection) {
        return; // of a connection that was closed
    }
    switch (event->kind) {
    case GW_APP_CONNECTED:
        on_connected(app, event);
        break;
    case GW_APP_REJECTED:
        on_gone(app, GW_CERT_REJECTED);
        break;
    case GW_APP_DISCONNECTED:
        on_gone(app, GW_CERT_DISCONNECTED);
        break;
    default: // GW_APP_PUBACKED, GW_APP_DELETED
        on_answered(app, event);
        break;
    }
}

// ---- Publishing ----------------------------------------------------------------------------------------------------

static bool publish(struct gw_app *app, enum gw_app_topic topic, uint32_t sequence, uint32_t length,
                    struct gw_app_action *action)
{
    gw_app_publish(app, action, topic, sequence, length);
    app->puback_by = app->puback_by == UINT64_MAX ? app->now + GW_APP_PUBACK_MS : app->puback_by;
    return true;
}

/// Fills in the moment of a record that was made before it was known; false for what cannot be published.
static bool is_publishable(struct gw_app *app, const struct gw_record *record)
{
    char stamp[GW_TIME_LENGTH];
    if (record->kind == GW_APP_KIND_ANCHOR) {
        (void)gw_queue_release(&app->queue, record->sequence);
        return false;
    }
    if (record->stamp_at == GW_STAMP_NONE) {
        return true;
    }
    if (record->wall_s == 0u || !gw_time_write(record->wall_s, stamp)
        || !gw_record_stamp(record, app->config->buffer, stamp)) {
        // A boot that ended before it knew the time: nobody can say when that was, and a guess would be billed.
        (void)gw_queue_discard(&app->queue, record->sequence);
        gw_app_log(app, GW_APP_LOG_ERROR, "a message without a moment is given up: number", record->sequence);
        return false;
    }
    return true;
}

/// Whether refused messages hold everything up; where their time has come they are offered again.
static bool is_held(struct gw_app *app, struct gw_app_action *action)
{
    if (!app->queue.has_deferred) {
        return false;
    }
    if (gw_app_awaits(app, action, app->refused_until)) {
        return !app->has_accepted;
    }
    gw_queue_rewind(&app->queue);
    app->has_accepted = false;
    app->refused_wait_ms = doubled(app->refused_wait_ms, GW_APP_REFUSED_LONGEST_MS);
    return false;
}

/// Takes the next message out of the queue.
static bool publish_next(struct gw_app *app, struct gw_app_action *action)
{
    struct gw_record record;
    enum gw_store_result result = GW_STORE_OK;
    while (!is_held(app, action)) {
        result = gw_queue_next(&app->queue, &record, app->config->buffer, app->config->buffer_size);
        if (result == GW_STORE_SIZE) {
            // Of a firmware with a larger buffer, which may come back: passed over until the next start.
            const bool has_deferred = app->queue.has_deferred;
            (void)gw_queue_defer(&app->queue, record.sequence);
            app->queue.has_deferred = has_deferred;
        } else if (result != GW_STORE_OK) {
            break;
        } else if (is_publishable(app, &record)) {
            return publish(app, (enum gw_app_topic)record.kind, record.sequence, record.length, action);
        }
    }
    if (!app->queue.has_deferred && result == GW_STORE_EMPTY && app->queue.slot_count == 0u) {
        app->refused_wait_ms = GW_APP_REFUSED_FIRST_MS;
    }
    return false;
}

/// Publishes the status where it is due.
static bool publish_status(struct gw_app *app, struct gw_app_action *action)
{
    const uint32_t mask = gw_health_mask(app);
    if (app->is_status_out || (!app->wants_status && mask == app->status_mask)) {
        return false;
    }
    if (gw_app_awaits(app, action, app->status_at)) {
        return false;
    }
    app->wants_status = false;
    app->status_mask = mask;
    app->status_at = app->now + GW_APP_STATUS_MS;
    const uint32_t length = gw_health_status(app);
    app->is_status_out = length > 0u;
    return length > 0u && publish(app, GW_APP_TOPIC_STATUS, GW_APP_SEQUENCE_STATUS, length, action);
}

bool gw_delivery_step(struct gw_app *app, struct gw_app_action *action)
{
    const bool is_awaited = gw_app_awaits(app, action, app->is_connected ? app->puback_by : app->connect_at);
    if (!is_awaited || (app->wanted & GW_CERT_DO_CONNECT) != 0u) {
        forget_connection(app);
        app->wanted &= ~(unsigned)GW_CERT_DO_CONNECT;
        app->connection++;
        // A port that never says how it ended is asked again.
        app->connect_at = app->now + 2u * GW_APP_PUBACK_MS;
        action->kind = GW_APP_CONNECT;
        action->connection = app->connection;
        action->slot = gw_cert_slot_in_use(&app->cert);
        action->floor_s = gw_app_clock_floor(app);
        return true;
    }
    if (app->is_connected && app->wants_subscription) {
        app->wants_subscription = false;
        action->kind = GW_APP_SUBSCRIBE;
        return true;
    }
    return app->is_connected && app->is_trusted && !gw_app_awaits(app, action, app->publish_at)
        && (publish_status(app, action) || publish_next(app, action));
}
