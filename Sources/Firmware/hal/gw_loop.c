#include "gw_hal.h"

#include <stddef.h>

/// Hands in what has happened since the last turn.
static void take_events(const struct gw_hal *hal, struct gw_app *app)
{
    struct gw_app_event event = {.kind = GW_APP_NOTHING};
    uint8_t received[64];
    const uint64_t now = hal->clock.monotonic_ms(hal->clock.context);
    if (hal->clock.wall_ms(hal->clock.context, &event.wall_ms)) {
        event.kind = GW_APP_CLOCK;
        gw_app_take(app, &event, now);
    }
    if (hal->system.free_bytes != NULL) {
        event = (struct gw_app_event){.kind = GW_APP_MEMORY, .free_bytes = hal->system.free_bytes(hal->system.context)};
        gw_app_take(app, &event, now);
    }
    int32_t count = hal->line.receive(hal->line.context, received, sizeof received);
    while (count > 0) {
        event = (struct gw_app_event){.kind = GW_APP_RECEIVED, .bytes = received, .length = (uint32_t)count};
        gw_app_take(app, &event, now);
        count = hal->line.receive(hal->line.context, received, sizeof received);
    }
    if (count < 0) {
        (void)hal->line.reset(hal->line.context);
    }
    // One at a time: what a command points at must stay until it was executed.
    event = (struct gw_app_event){.kind = GW_APP_NOTHING};
    hal->link.next(hal->link.context, &event);
    if (event.kind == GW_APP_CONNECTED) {
        event.not_after_s = hal->keys.not_after(hal->keys.context, gw_cert_slot_in_use(&app->cert));
    }
    gw_app_take(app, &event, now);
    if (hal->update.next != NULL) {
        event = (struct gw_app_event){.kind = GW_APP_NOTHING};
        hal->update.next(hal->update.context, &event);
        gw_app_take(app, &event, now);
    }
}

/// Does what concerns the link; `answer` becomes the event that is known at once.
static void act_on_link(const struct gw_hal *hal, const struct gw_app_action *action, struct gw_app_event *answer)
{
    const struct gw_hal_link *link = &hal->link;
    if (action->kind == GW_APP_SUBSCRIBE) {
        link->subscribe(link->context);
    } else if (action->kind == GW_APP_CONNECT) {
        if (!link->connect(link->context, action->slot, action->connection, action->floor_s)) {
            answer->kind = GW_APP_DISCONNECTED;
            answer->connection = action->connection;
        }
    } else if (!link->publish(link->context, action->topic, action->sequence, action->bytes, action->length)) {
        answer->kind = GW_APP_DELETED;
        answer->connection = action->connection;
        answer->sequence = action->sequence;
    }
}

/// The same for keys and certificates.
static void act_on_keys(const struct gw_hal *hal, const struct gw_app *app, const struct gw_app_action *action,
                        char *request, uint32_t request_size, struct gw_app_event *answer)
{
    const struct gw_hal_keys *keys = &hal->keys;
    if (action->kind == GW_APP_MAKE_KEY) {
        const int32_t length = keys->make_key(keys->context, action->slot, app->config->mac, request, request_size);
        answer->kind = GW_APP_KEY_MADE;
        answer->is_good = length > 0;
        answer->bytes = (uint8_t *)request;
        answer->length = length > 0 ? (uint32_t)length : 0u;
    } else {
        answer->kind = GW_APP_CERTIFICATE_STORED;
        answer->is_good = keys->store(keys->context, action->slot, app->config->mac, (const char *)action->bytes,
                                      action->seconds);
    }
}

/// Does one action and hands in what is known at once. False after a restart.
static bool act(const struct gw_hal *hal, struct gw_app *app, const struct gw_app_action *action, char *request,
                uint32_t request_size)
{
    struct gw_app_event answer = {.kind = GW_APP_NOTHING};
    switch (action->kind) {
    case GW_APP_SEND:
        if (!hal->line.send(hal->line.context, action->bytes, action->length)) {
            (void)hal->line.reset(hal->line.context);
        }
        break;
    case GW_APP_RESET_LINE:
        (void)hal->line.reset(hal->line.context);
        break;
    case GW_APP_CONNECT:
    case GW_APP_SUBSCRIBE:
    case GW_APP_PUBLISH:
        act_on_link(hal, action, &answer);
        break;
    case GW_APP_MAKE_KEY:
    case GW_APP_STORE_CERTIFICATE:
        act_on_keys(hal, app, action, request, request_size, &answer);
        break;
    case GW_APP_UPDATE:
        if (hal->update.begin == NULL || !hal->update.begin(hal->update.context, action->command)) {
            answer.kind = GW_APP_UPDATE_ENDED;
            answer.code = hal->update.begin == NULL ? "unsupported" : "busy";
        }
        break;
    case GW_APP_CONFIRM_UPDATE:
        (void)(hal->update.confirm != NULL && hal->update.confirm(hal->update.context));
        break;
    case GW_APP_RESTART:
        hal->link.close(hal->link.context);
        hal->system.restart(hal->system.context);
        return false;
    default:
        break;
    }
    gw_app_take(app, &answer, hal->clock.monotonic_ms(hal->clock.context));
    return true;
}

bool gw_loop(const struct gw_hal *hal, struct gw_app *app, char *request, uint32_t request_size)
{
    take_events(hal, app);
    struct gw_app_action action = gw_app_step(app, hal->clock.monotonic_ms(hal->clock.context));
    while (action.kind != GW_APP_WAIT) {
        if (!act(hal, app, &action, request, request_size)) {
            return false;
        }
        action = gw_app_step(app, hal->clock.monotonic_ms(hal->clock.context));
    }
    hal->system.wait(hal->system.context, action.until);
    return true;
}
