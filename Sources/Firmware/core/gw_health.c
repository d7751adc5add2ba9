// What the gateway says of itself: the status message, and the answer to get_status.
#include <string.h>

#include "gw/gw_time.h"
#include "gw_app_inner.h"

/// Digits of a number, the most significant first; at least `digits` of them.
static void write_number(gw_json_t *json, uint32_t number, unsigned digits)
{
    char text[10];
    size_t at = sizeof text;
    do {
        at--;
        text[at] = (char)('0' + number % 10u);
        number /= 10u;
    } while (at > 0u && (number > 0u || sizeof text - at < digits));
    gw_json_raw(json, text + at, sizeof text - at);
}

static void write_member(gw_json_t *json, const char *name, uint32_t number)
{
    gw_json_text(json, name);
    write_number(json, number, 1);
}

/// The addresses of the slaves that do not answer, as 3,7.
static void write_offline(const struct gw_app *app, gw_json_t *json)
{
    bool is_first = true;
    gw_json_text(json, ",\"slaves_offline\":\"");
    for (uint16_t i = 0; i < app->config->line->slave_count; i++) {
        if (app->poll.slaves[i].state == GW_SLAVE_OFFLINE) {
            write_member(json, is_first ? "" : ",", app->config->line->slaves[i].address);
            is_first = false;
        }
    }
    gw_json_text(json, "\"");
}

/// Each slave: its address, its state, and how often it failed to answer or refused.
static void write_slaves(const struct gw_app *app, gw_json_t *json)
{
    static const char *const states[] = {"unknown", "online", "suspect", "offline"};
    for (uint16_t i = 0; i < app->config->line->slave_count; i++) {
        const gw_slave_t *slave = &app->poll.slaves[i];
        write_member(json, i == 0u ? ",\"slaves\":[{\"id\":" : ",{\"id\":", app->config->line->slaves[i].address);
        gw_json_text(json, ",\"state\":\"");
        gw_json_text(json, states[slave->state]);
        write_member(json, "\",\"errors\":", slave->timeouts + slave->broken);
        write_member(json, ",\"exceptions\":", slave->exceptions);
        gw_json_text(json, "}");
    }
    gw_json_text(json, "]");
}

void gw_health_write(const struct gw_app *app, gw_json_t *json)
{
    static const char *const resets[] = {"power", "brown_out", "watchdog", "panic", "requested", "unknown"};
    const struct gw_log *log = &app->queue.log;
    uint32_t days = 0;
    write_member(json, "\"uptime_seconds\":", gw_time_seconds(app->now));
    gw_json_text(json, ",\"reset\":\"");
    gw_json_text(json, resets[app->config->reset]);
    gw_json_text(json, app->is_trusted ? "\",\"clock\":\"synchronised\"" : "\",\"clock\":\"unknown\"");
    write_member(json, ",\"reconnects\":", app->connects > 0u ? app->connects - 1u : 0u);
    write_member(json, ",\"waiting\":", log->pending);
    write_member(json, ",\"evicted\":", log->dropped);
    write_member(json, ",\"discarded\":", app->queue.discarded);
    write_member(json, ",\"damaged\":", log->damaged);
    write_member(json, ",\"refused_since_start\":", app->refused);
    write_member(json, ",\"unstored\":", app->unstored);
    if (app->not_after_s != 0u
        && gw_cert_judge(app->not_after_s, gw_app_now_s(app), &days) > GW_CERT_EXPIRY_UNKNOWN) {
        write_member(json, ",\"certificate_days\":", days);
    }
    if (app->free_bytes != 0u) {
        write_member(json, ",\"memory_free_kib\":", app->free_bytes / 1024u);
    }
    write_offline(app, json);
    write_slaves(app, json);
}

uint32_t gw_health_status(struct gw_app *app)
{
    char at[GW_TIME_LENGTH];
    gw_json_t json;
    app->status_count++;
    (void)gw_time_write(gw_app_now_s(app), at);
    gw_json_begin(&json, (char *)app->config->buffer, app->config->buffer_size);
    gw_json_text(&json, "{\"gateway_mac\":");
    gw_json_string(&json, app->config->mac);
    gw_json_text(&json, ",\"state\":\"online\",\"at\":\"");
    gw_json_raw(&json, at, sizeof at);
    // The number of the boot, and six digits for that of the message in it: larger than any before.
    write_member(&json, "\",\"seq\":", app->queue.log.boot);
    write_number(&json, app->status_count, 6);
    gw_json_text(&json, ",\"agent\":");
    gw_json_string(&json, app->config->agent);
    gw_json_text(&json, ",");
    gw_health_write(app, &json);
    gw_json_text(&json, "}");
    return json.overflowed ? 0u : (uint32_t)json.length;
}

uint32_t gw_health_mask(const struct gw_app *app)
{
    uint32_t mask = (uint32_t)gw_cert_judge(app->not_after_s, gw_app_now_s(app), NULL);
    for (uint16_t i = 0; i < app->config->line->slave_count; i++) {
        // A slave in doubt is what it was: the next request shows.
        const gw_slave_state_t state = app->poll.slaves[i].state;
        mask = mask << 2 | (state == GW_SLAVE_SUSPECT ? (uint32_t)GW_SLAVE_ONLINE : (uint32_t)state);
    }
    return mask << 2 | (app->unstored > 0u ? 2u : 0u) | (app->refused > 0u ? 1u : 0u);
}
