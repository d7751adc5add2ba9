// What the files of the machine share. No one else looks in here.
#ifndef GW_APP_INNER_H
#define GW_APP_INNER_H

#include "gw/gw_app.h"

/// `kind` of a record that is not published: it only tells, exactly, when its boot began.
#define GW_APP_KIND_ANCHOR 3u

/// The `sequence` of messages that are not in the queue: status messages, and what the flash refused. Records begin
/// at 1 and end long before the second.
#define GW_APP_SEQUENCE_STATUS 0u
#define GW_APP_SEQUENCE_UNSTORED UINT32_MAX

/// What gw_tasks.c has to hand out, beside the actions of the certificate slots with the same names.
enum gw_app_wanted {
    GW_WANT_UPDATE = 1u << 8,
    GW_WANT_CONFIRM = 1u << 9,
    GW_WANT_RESTART = 1u << 10,
    GW_WANT_LINE = 1u << 11,
    GW_WANT_ANSWER = 1u << 12, // of the update
};

void gw_app_log(const struct gw_app *app, enum gw_app_level level, const char *text, uint32_t number);

/// The time of the call under way in seconds since 1970; 0 while it is not trusted.
uint32_t gw_app_now_s(const struct gw_app *app);

/// Notes that there is something to do at a moment.
void gw_app_wake(struct gw_app_action *action, uint64_t at);

/// Whether a moment is still to come; then there is something to do at it.
bool gw_app_awaits(const struct gw_app *app, struct gw_app_action *action, uint64_t at);

/// Publishes what stands in the buffer.
void gw_app_publish(const struct gw_app *app, struct gw_app_action *action, enum gw_app_topic topic, uint32_t sequence,
                    uint32_t length);

// ---- gw_cycle.c ----------------------------------------------------------------------------------------------------

void gw_cycle_start(struct gw_app *app);
void gw_cycle_clock(struct gw_app *app, uint64_t wall_ms);

/// Polls, and makes messages of what was read. True with an action, else the action's `until` is made sooner.
bool gw_cycle_step(struct gw_app *app, struct gw_app_action *action);

// ---- gw_delivery.c -------------------------------------------------------------------------------------------------

void gw_delivery_start(struct gw_app *app);
void gw_delivery_take(struct gw_app *app, const struct gw_app_event *event);

/// Connects and publishes; returns as gw_cycle_step().
bool gw_delivery_step(struct gw_app *app, struct gw_app_action *action);

// ---- gw_health.c ---------------------------------------------------------------------------------------------------

/// Writes the health members, without braces.
void gw_health_write(const struct gw_app *app, gw_json_t *json);

/// Writes a status message into the buffer; its length.
uint32_t gw_health_status(struct gw_app *app);

/// What of it an operator would act on: a change of it is worth a status message.
uint32_t gw_health_mask(const struct gw_app *app);

// ---- gw_tasks.c ----------------------------------------------------------------------------------------------------

/// Reads the journals, and answers what a restart cut short. False if the flash cannot be read.
bool gw_tasks_start(struct gw_app *app);
void gw_tasks_take(struct gw_app *app, const struct gw_app_event *event);

/// Tells the certificate slots what happened on the link, or that time goes by.
void gw_tasks_link(struct gw_app *app, enum gw_cert_event_kind kind);

/// Hands out what commands, slots and the update want; returns as gw_cycle_step().
bool gw_tasks_step(struct gw_app *app, struct gw_app_action *action);

#endif
