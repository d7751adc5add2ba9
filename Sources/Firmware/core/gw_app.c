#include "gw_app_inner.h"

#include <string.h>

#include "gw/gw_time.h"

void gw_app_log(const struct gw_app *app, enum gw_app_level level, const char *text, uint32_t number)
{
    if (app->config->log != NULL) {
        app->config->log(app->config->log_context, level, text, (int32_t)number);
    }
}

uint32_t gw_app_now_s(const struct gw_app *app)
{
    return app->is_trusted ? gw_time_seconds(app->start_ms + app->now) : 0u;
}

uint32_t gw_app_clock_floor(const struct gw_app *app)
{
    return app->last_stamp_s > app->config->build_s ? app->last_stamp_s : app->config->build_s;
}

void gw_app_wake(struct gw_app_action *action, uint64_t at)
{
    action->until = at < action->until ? at : action->until;
}

bool gw_app_awaits(const struct gw_app *app, struct gw_app_action *action, uint64_t at)
{
    if (app->now < at) {
        gw_app_wake(action, at);
        return true;
    }
    return false;
}

void gw_app_publish(const struct gw_app *app, struct gw_app_action *action, enum gw_app_topic topic, uint32_t sequence,
                    uint32_t length)
{
    action->kind = GW_APP_PUBLISH;
    action->topic = topic;
    action->sequence = sequence;
    action->connection = app->connection;
    action->bytes = app->config->buffer;
    action->length = length;
}

static enum gw_app_fault check(const struct gw_app_config *config, int *detail)
{
    size_t at = 0;
    if (!gw_mac_is_valid(config->mac)) {
        return GW_APP_BAD_MAC;
    }
    *detail = (int)gw_readings_check(config->readings, config->line->point_count, &at);
    if (*detail != (int)GW_READINGS_OK) {
        return GW_APP_BAD_READINGS;
    }
    if (config->interval_s < 1u || config->interval_s > 86400u || config->buffer_size < GW_APP_BUFFER_MIN
        || config->buffer_size > UINT16_MAX || config->window < 1u || config->window > GW_QUEUE_WINDOW_MAX) {
        return GW_APP_BAD_SETTING;
    }
    return GW_APP_GOOD;
}

enum gw_app_fault gw_app_init(struct gw_app *app, const struct gw_app_config *config, uint64_t now, int *detail)
{
    int ignored = 0;
    int *why = detail != NULL ? detail : &ignored;
    *why = 0;
    const enum gw_app_fault fault = check(config, why);
    if (fault != GW_APP_GOOD) {
        return fault;
    }
    (void)memset(app, 0, sizeof *app);
    app->config = config;
    app->now = now;
    app->random = config->seed != 0u ? config->seed : 1u;
    *why = (int)gw_poll_init(&app->poll, config->line, config->samples, config->blocks, config->line->point_count);
    if (*why != (int)GW_POLL_OK) {
        return GW_APP_BAD_LINE;
    }
    enum gw_store_result mounted = gw_queue_mount(&app->queue, config->queue, config->window);
    if (mounted == GW_STORE_OK) {
        mounted = gw_log_mount(&app->commands, config->commands);
    }
    if (mounted == GW_STORE_OK) {
        mounted = gw_log_mount(&app->state, config->state);
    }
    *why = (int)mounted;
    if (mounted != GW_STORE_OK) {
        return GW_APP_BAD_FLASH;
    }
    gw_cycle_start(app);
    gw_delivery_start(app);
    return gw_tasks_start(app) ? GW_APP_GOOD : GW_APP_BAD_FLASH;
}

void gw_app_take(struct gw_app *app, const struct gw_app_event *event, uint64_t now)
{
    app->now = now;
    switch (event->kind) {
    case GW_APP_NOTHING:
        break;
    case GW_APP_RECEIVED:
        gw_poll_feed(&app->poll, event->bytes, event->length, app->now);
        break;
    case GW_APP_CLOCK:
        gw_cycle_clock(app, event->wall_ms);
        break;
    case GW_APP_MEMORY:
        app->free_bytes = event->free_bytes;
        break;
    case GW_APP_COMMAND:
    case GW_APP_KEY_MADE:
    case GW_APP_CERTIFICATE_STORED:
    case GW_APP_UPDATE_ENDED:
        gw_tasks_take(app, event);
        break;
    default:
        gw_delivery_take(app, event);
        break;
    }
}

struct gw_app_action gw_app_step(struct gw_app *app, uint64_t now)
{
    // The longest wait: nothing depends on it, but a port may feed its watchdog in between.
    struct gw_app_action action = {.kind = GW_APP_WAIT, .until = now + 60000u};
    app->now = now;
    (void)(gw_tasks_step(app, &action) || gw_cycle_step(app, &action)
           || gw_delivery_step(app, &action));
    return action;
}
