// The clock, the poll cycle, and the messages that are made of it.
#include "gw/gw_time.h"
#include "gw_app_inner.h"

/// No two cycles begin within this time: then no two of them are of one second, whatever the clock says later.
#define SECOND_MS 1000u

/// A clock that was set back by less than this is waited for, in seconds; beyond it, polling must go on.
#define PATIENCE_S 60u

void gw_cycle_start(struct gw_app *app)
{
    app->due_ms = app->now;
    app->first_ms = UINT64_MAX;
    app->last_stamp_s = app->queue.log.latest_s;
}

// ---- The clock -----------------------------------------------------------------------------------------------------

/// The clock is trusted for the first time: from now on every cycle of this boot has a moment.
///
/// The record makes it hold across a restart: a cycle that was published once keeps its timestamp.
static void anchor(struct gw_app *app)
{
    uint64_t start = app->start_ms;
    if (app->first_ms != UINT64_MAX) {
        // A clock that was ahead in an earlier boot: these cycles are younger than those all the same.
        const uint64_t least_ms = ((uint64_t)app->last_stamp_s + 1u) * 1000u;
        if (start + app->first_ms < least_ms) {
            start = least_ms - app->first_ms;
        }
        app->last_stamp_s = gw_time_seconds(start + app->begun_ms);
    }
    gw_queue_anchor(&app->queue, start);
    // The whole second after now, and the uptime that it will have: their difference is the start, to the millisecond.
    struct gw_record record = {.kind = GW_APP_KIND_ANCHOR, .stamp_at = GW_STAMP_NONE};
    record.wall_s = gw_time_seconds(start + app->now) + 1u;
    record.uptime_ms = (uint64_t)record.wall_s * 1000u - start;
    if (gw_queue_append(&app->queue, &record, "", 1) != GW_STORE_OK) {
        gw_app_log(app, GW_APP_LOG_ERROR, "the flash refuses to be written", 0);
    }
}

void gw_cycle_clock(struct gw_app *app, uint64_t wall_ms)
{
    if (wall_ms > (uint64_t)GW_TIME_HELD_LAST * 1000u || wall_ms < app->now
        || gw_time_seconds(wall_ms) < app->config->build_s) {
        return; // no time that it can be
    }
    app->start_ms = wall_ms - app->now;
    if (!app->is_trusted) {
        app->is_trusted = true;
        anchor(app);
        gw_app_log(app, GW_APP_LOG_INFO, "the clock is trusted; uptime in seconds",
                   gw_time_seconds(app->now));
    }
}

// ---- The cycle -----------------------------------------------------------------------------------------------------

/// Begins a cycle, unless its second is another one's still; then `due_ms` becomes the next second.
static void begin(struct gw_app *app)
{
    const uint32_t now_s = gw_app_now_s(app);
    if (app->first_ms != UINT64_MAX && app->now < app->begun_ms + SECOND_MS) {
        app->due_ms = app->begun_ms + SECOND_MS;
        return;
    }
    app->cycle_s = now_s;
    if (app->is_trusted && now_s <= app->last_stamp_s) {
        if (app->last_stamp_s - now_s < PATIENCE_S) {
            app->due_ms = ((uint64_t)app->last_stamp_s + 1u) * 1000u - app->start_ms;
            return;
        }
        app->cycle_s = app->last_stamp_s + 1u;
    }
    const uint64_t interval = (uint64_t)app->config->interval_s * 1000u;
    app->begun_ms = app->now;
    app->first_ms = app->first_ms == UINT64_MAX ? app->now : app->first_ms;
    // What was missed is not made up for, and the rhythm is kept.
    while (app->due_ms <= app->now) {
        app->due_ms += interval;
    }
    if (app->is_trusted) {
        app->last_stamp_s = app->cycle_s;
    }
    (void)gw_poll_begin(&app->poll, app->now, app->due_ms);
}

/// Takes over what was read. A line on which nothing at all was heard is set up anew.
static void end(struct gw_app *app)
{
    bool has_heard = false;
    for (uint32_t i = 0; i < app->config->line->point_count; i++) {
        const gw_sample_t *sample = &app->config->samples[i];
        const bool is_read = sample->outcome == GW_SAMPLE_READ;
        app->config->readings[i].words = is_read ? sample->words : NULL;
        app->has_polled = app->has_polled || is_read;
        has_heard = has_heard || is_read || sample->outcome == GW_SAMPLE_EXCEPTION;
    }
    app->wanted |= has_heard ? 0u : (unsigned)GW_WANT_LINE;
    app->is_making = true;
    app->next_reading = 0;
}

// ---- Messages ------------------------------------------------------------------------------------------------------

/// Stores a message. One that the flash refuses is published at once, if it can be: then the action is set.
static bool store(struct gw_app *app, uint32_t length, struct gw_app_action *action)
{
    struct gw_record record = {
        .kind = GW_APP_TOPIC_TELEMETRY,
        .wall_s = app->cycle_s,
        .uptime_ms = app->begun_ms,
        .stamp_at = app->cycle_s != 0u ? GW_STAMP_NONE : GW_MESSAGE_STAMP_AT,
    };
    if (gw_queue_append(&app->queue, &record, app->config->buffer, length) == GW_STORE_OK) {
        return false;
    }
    app->unstored++;
    gw_app_log(app, GW_APP_LOG_ERROR, "a message could not be stored; so far", app->unstored);
    if (!app->is_connected || gw_app_now_s(app) == 0u || app->cycle_s == 0u) {
        return false;
    }
    gw_app_publish(app, action, GW_APP_TOPIC_TELEMETRY, GW_APP_SEQUENCE_UNSTORED, length);
    return true;
}

/// Makes the next message of the cycle that has ended.
static bool make(struct gw_app *app, struct gw_app_action *action)
{
    const struct gw_app_config *config = app->config;
    const uint32_t largest = gw_log_largest(&app->queue.log);
    size_t length = 0;
    const gw_message_result_t result = gw_message_write(
        config->mac, app->cycle_s, config->readings, config->line->point_count, &app->next_reading,
        (char *)config->buffer, config->buffer_size < largest ? config->buffer_size : largest, &length);
    if (result == GW_MESSAGE_TOO_LONG) {
        gw_app_log(app, GW_APP_LOG_ERROR, "a reading does not fit into a message: point", (uint32_t)app->next_reading);
        app->next_reading++;
    }
    app->is_making = result == GW_MESSAGE_TOO_LONG || result == GW_MESSAGE_MORE;
    return length > 0u && store(app, (uint32_t)length, action);
}

bool gw_cycle_step(struct gw_app *app, struct gw_app_action *action)
{
    if (!app->poll.is_in_cycle && !app->is_making && app->now >= app->due_ms) {
        begin(app);
    }
    if (app->poll.is_in_cycle) {
        const gw_poll_action_t poll = gw_poll_step(&app->poll, app->now);
        if (poll.kind == GW_POLL_SEND) {
            action->kind = GW_APP_SEND;
            action->bytes = poll.bytes;
            action->length = (uint32_t)poll.length;
            return true;
        }
        if (poll.kind == GW_POLL_WAIT) {
            gw_app_wake(action, poll.until);
            return false;
        }
        end(app);
    }
    while (app->is_making) {
        if (make(app, action)) {
            return true;
        }
    }
    gw_app_wake(action, app->due_ms);
    return false;
}
