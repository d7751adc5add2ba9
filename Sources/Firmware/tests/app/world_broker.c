// The broker of the world: what it takes, and what must be true of all that it is given.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/gw_time.h"
#include "world_inner.h"

void world_on_connect(struct world *world, const struct gw_app_action *action)
{
    memset(world->in_flight, 0, sizeof world->in_flight);
    world->connects++;
    world->connection = action->connection;
    world->slot = action->slot;
    world->floor_s = action->floor_s;
    const bool is_refused = action->slot != world->app.cert.active && !world->is_spare_accepted;
    world->is_connected = world->is_reachable && !is_refused;
    world_must(world, action->floor_s >= BUILD_S, "the clock's floor is at least the build", action->floor_s);
    world_must(world, action->floor_s * UINT64_C(1000) <= world_true_ms(world) + 1000u || world->clock_error_ms != 0,
         "the clock's floor is not in the future", action->floor_s);
    world_post(world, world->now + 20u,
         (struct gw_app_event){.kind = world->is_connected ? GW_APP_CONNECTED
                                       : is_refused        ? GW_APP_REJECTED
                                                           : GW_APP_DISCONNECTED,
                               .connection = action->connection,
                               .not_after_s = world_true_ms(world) / 1000u + 100u * 86400u},
         NULL, 0, NULL);
}

/// What is true of a telemetry message that is published.
static void check_telemetry(struct world *world, const char *text)
{
    const char *value = strstr(text, "\"N\",\"valor\":");
    uint64_t stamp = 0;
    world_must(world, gw_time_read(text + GW_MESSAGE_STAMP_AT, GW_TIME_LENGTH, &stamp), "a timestamp", 0);
    if (value == NULL) {
        return; // of meter 1 alone
    }
    const uint32_t number = (uint32_t)strtoul(value + 12, NULL, 10);
    struct cycle *cycle = &world->cycles[number % CYCLES_MAX];
    world_must(world, number < world->counter, "a cycle that was read", number);
    world_must(world, cycle->stamp_s == 0u || cycle->stamp_s == stamp, "a cycle keeps its timestamp", number);
    world_must(world, number == 0u || world->cycles[number - 1u].stamp_s < stamp, "a timestamp of its own, oldest first", number);
    if (world->clock_error_ms == 0) {
        const uint64_t began_s = cycle->true_ms / 1000u;
        // What marks the moment at which a boot learned the time says the second after it, and no cycle has that one: a
        // boot that begins in it moves its first cycle on by one.
        const bool is_moved = cycle->true_ms - cycle->told_ms < 2000u && stamp == began_s + 1u;
        world_must(world, stamp == began_s || is_moved, "the second in which the cycle began", number);
    }
    if (!world->may_overtake && cycle->stamp_s == 0u) {
        for (uint32_t later = number + 1u; later < world->counter; later++) {
            world_must(world, world->cycles[later].stamp_s == 0u, "oldest first", number);
        }
    }
    cycle->stamp_s = stamp;
}

/// What an answer says, held against the command.
static void check_ack(struct world *world, const char *text)
{
    char cmd_id[GW_CMD_ID_MAX + 1u] = "";
    const char *id = text + 45;
    const char *code = strstr(text, "\"code\":\"");
    snprintf(cmd_id, sizeof cmd_id, "%.*s", (int)strcspn(id, "\""), id);
    struct sent *sent = world_find(world, cmd_id);
    world_must(world, sent != NULL && code != NULL, "an answer to a command that was sent", 0);
    if (sent == NULL || code == NULL) {
        return;
    }
    char found[40];
    snprintf(found, sizeof found, "%.*s", (int)strcspn(code + 8, "\""), code + 8);
    world_must(world, sent->answers == 0u || strcmp(found, sent->code) == 0, "a repeat gets the first answer", sent->answers);
    snprintf(sent->code, sizeof sent->code, "%s", found);
    sent->answers++;
    snprintf(world->last_ack, sizeof world->last_ack, "%s", text);
}

void world_on_publish(struct world *world, const struct gw_app_action *action)
{
    static char text[GW_APP_BUFFER_MIN + 1u];
    const bool is_taken = world->is_connected && action->connection == world->connection;
    struct gw_app_event event = {.kind = GW_APP_DELETED, .connection = action->connection, .sequence = action->sequence};
    memcpy(text, action->bytes, action->length);
    text[action->length] = '\0';
    world_must(world, world->was_told, "nothing is published before the clock is trusted", action->sequence);
    world_must(world, action->length > 0u && action->length <= sizeof world->buffer, "a message of some length", action->length);
    world_must(world, strstr(text, "1970-") == NULL, "no placeholder is published", action->sequence);
    if (!is_taken) {
        world_post(world, world->now, event, NULL, 0, NULL);
        return;
    }
    unsigned in_flight = 0;
    for (unsigned i = 0; i < IN_FLIGHT_MAX; i++) {
        in_flight += world->in_flight[i].is_there ? 1u : 0u;
        world_must(world, !world->in_flight[i].is_there || world->in_flight[i].sequence != action->sequence,
             "no message twice in flight", action->sequence);
    }
    // What had to give way on a full flash while it was in flight is the client's still, and nobody else's.
    world_must(world, in_flight <= world->config.window + 1u || world->app.queue.log.dropped > 0u,
         "no more in flight than the window", in_flight);
    event.kind = GW_APP_PUBACKED;
    event.reason = world->refused_part[0] == '\0' || strstr(text, world->refused_part) != NULL ? world->reason : 0u;
    const bool is_accepted = event.reason < 128u && !world->is_silent;
    // So does what a flash that refused never held.
    world->may_overtake = world->may_overtake || event.reason >= 128u || action->sequence == UINT32_MAX;
    if (action->topic == GW_APP_TOPIC_STATUS) {
        world->statuses++;
        world->last_status_ms = world_true_ms(world);
        snprintf(world->last_status, sizeof world->last_status, "%s", text);
    } else if (action->topic == GW_APP_TOPIC_ACKS) {
        if (is_accepted) {
            check_ack(world, text);
        }
    } else {
        world_must(world, action->topic == GW_APP_TOPIC_TELEMETRY, "a topic that is published on", action->topic);
        world->telemetries++;
        check_telemetry(world, text);
        const char *value = strstr(text, "\"N\",\"valor\":");
        if (is_accepted && value != NULL) {
            world->cycles[strtoul(value + 12, NULL, 10) % CYCLES_MAX].is_accepted = true;
        }
    }
    for (unsigned i = 0; i < IN_FLIGHT_MAX; i++) {
        if (!world->in_flight[i].is_there) {
            world->in_flight[i].is_there = true;
            world->in_flight[i].sequence = action->sequence;
            break;
        }
    }
    if (!world->is_silent) {
        // The broker has it now; the PUBACK takes its time, and may be lost with the connection.
        world_post(world, world->now + 30u, event, NULL, 0, NULL);
    }
}
