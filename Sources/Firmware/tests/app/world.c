#include "world_inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/gw_crc.h"
#include "test.h"

#define MAC "aa:bb:cc:dd:ee:ff"

/// 2026-02-18T14:30:00.250Z: not a whole second, so that rounding shows.
#define BEGINNING UINT64_C(1771425000250)
#define REQUEST "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n"

void world_must(struct world *world, bool holds, const char *rule, uint64_t number)
{
    if (holds) {
        passed++;
    } else if (!world->has_failed) {
        world->has_failed = true;
        failed++;
        printf("FAILED: boot %u, %llu ms: %s: %llu\n", world->boots, (unsigned long long)world->now, rule,
               (unsigned long long)number);
    }
}

uint64_t world_true_ms(const struct world *world)
{
    return world->boot_ms + world->now;
}

void world_make(struct world *world, uint32_t queue_blocks, uint64_t seed)
{
    static const char *const codes[METERS] = {"N", "M"};
    memset(world, 0, sizeof *world);
    flash_make(&world->queue, 1024, queue_blocks, 4, true);
    flash_make(&world->commands, 1024, 64, 4, true);
    flash_make(&world->state, 256, 3, 4, true);
    world->queue.has_failed = world->commands.has_failed = world->state.has_failed = &world->is_off;
    world->random = seed;
    world->queue.random ^= seed;
    world->boot_ms = BEGINNING;
    world->knows_time = world->is_reachable = true;
    world->is_key_good = world->is_certificate_good = world->is_spare_accepted = world->is_update_good = true;
    for (uint16_t i = 0; i < METERS; i++) {
        world->slaves[i] = (gw_poll_slave_t){.address = (uint8_t)(i + 1u), .timeout_ms = 100, .first_point = i,
                                             .point_count = 1};
        world->points[i] = (gw_point_t){.table = GW_TABLE_HOLDING, .type = GW_TYPE_UINT32, .scale = GW_DECIMAL_ONE};
        world->readings[i] = (gw_reading_t){.code = codes[i], .unit = "", .point = &world->points[i]};
    }
    world->line = (gw_poll_config_t){.slaves = world->slaves, .slave_count = METERS, .points = world->points,
                                     .point_count = METERS, .baud = 115200, .backoff_ms = 200};
    world->config = (struct gw_app_config){
        .mac = MAC, .agent = "edge-firmware test", .line = &world->line, .readings = world->readings,
        .samples = world->samples, .blocks = world->blocks, .buffer = world->buffer,
        .buffer_size = sizeof world->buffer, .queue = &world->queue.block, .commands = &world->commands.block,
        .state = &world->state.block, .interval_s = 10, .window = 3, .build_s = BUILD_S, .seed = (uint32_t)seed};
}

void world_free(struct world *world)
{
    flash_free(&world->queue);
    flash_free(&world->commands);
    flash_free(&world->state);
}

bool world_is_off(const struct world *world)
{
    return world->is_off;
}

void world_boot(struct world *world)
{
    int detail = 0;
    world->cuts += world_is_off(world) ? 1u : 0u;
    if (world->counter > 0u && (world_is_off(world) || world->app.poll.is_in_cycle)) {
        world->cycles[world->counter - 1u].is_excused = true;
    }
    world->is_off = false;
    flash_power_on(&world->queue);
    flash_power_on(&world->commands);
    flash_power_on(&world->state);
    if (world->boots > 0u) {
        world->discarded += world->app.queue.discarded;
        world->boot_ms += world->now + 1500u + next_random(&world->random) % 3000u;
    }
    world->boots++;
    world->now = 0;
    world->was_told = false;
    world->is_connected = false;
    world->event_count = 0;
    memset(world->in_flight, 0, sizeof world->in_flight);
    const enum gw_app_fault fault = gw_app_init(&world->app, &world->config, 0, &detail);
    world_must(world, fault == GW_APP_GOOD || world_is_off(world), "the machine starts", (uint64_t)fault);
}

// ---- Events --------------------------------------------------------------------------------------------------------

void world_post(struct world *world, uint64_t at, struct gw_app_event event, const void *bytes, uint32_t length,
                const char *type)
{
    if (world->event_count == EVENTS_MAX || length >= COMMAND_BYTES) {
        return; // the rare loss of an event is one that a port may have, too
    }
    struct pending *pending = &world->events[world->event_count++];
    pending->at = at;
    pending->event = event;
    pending->event.length = length;
    if (length > 0u) {
        memcpy(pending->bytes, bytes, length);
    }
    pending->bytes[length] = 0;
    snprintf(pending->type, sizeof pending->type, "%s", type != NULL ? type : "");
}

void world_event(struct world *world, struct gw_app_event event, const void *bytes, uint32_t length, const char *type)
{
    event.connection = world->connection;
    world_post(world, world->now, event, bytes, length, type);
}

void world_disconnect(struct world *world)
{
    if (world->is_connected) {
        world->is_connected = false;
        memset(world->in_flight, 0, sizeof world->in_flight);
        world_event(world, (struct gw_app_event){.kind = GW_APP_DISCONNECTED}, NULL, 0, NULL);
    }
}

/// The earliest event that is due, if there is one.
static bool take_event(struct world *world)
{
    unsigned first = world->event_count;
    for (unsigned i = 0; i < world->event_count; i++) {
        if (world->events[i].at <= world->now && (first == world->event_count || world->events[i].at < world->events[first].at)) {
            first = i;
        }
    }
    if (first == world->event_count) {
        return false;
    }
    static struct pending current;
    current = world->events[first];
    world->event_count--;
    memmove(&world->events[first], &world->events[first + 1u],
            (world->event_count - first) * sizeof world->events[0]);
    current.event.bytes = current.bytes;
    current.event.topic_type = current.type[0] != '\0' ? current.type : NULL;
    gw_app_take(&world->app, &current.event, world->now);
    return true;
}

// ---- The meters ----------------------------------------------------------------------------------------------------

static void on_send(struct world *world, const uint8_t *bytes)
{
    const unsigned meter = bytes[0] - 1u;
    if (meter >= METERS || world->is_dead[meter]) {
        return;
    }
    uint8_t answer[9] = {bytes[0], bytes[1], (uint8_t)(bytes[5] * 2u), 0, 0, 0, 0};
    uint32_t value = 1000000u;
    if (meter == 0u && bytes[5] == 2u) {
        value = world->counter;
        if (world->counter < CYCLES_MAX - 1u) {
            // The cycle may have begun before: a meter in doubt is asked again in it.
            world_must(world, world->now - world->app.begun_ms <= 11000u, "a cycle ends in its time", world->counter);
            world->cycles[world->counter].true_ms = world->boot_ms + world->app.begun_ms;
            world->cycles[world->counter].told_ms = world->was_told ? 0u : world->told_ms;
            world->counter++;
        }
    }
    for (unsigned i = 0; i < 4u; i++) {
        answer[3u + i] = (uint8_t)(value >> (24u - 8u * i));
    }
    const size_t length = 3u + bytes[5] * 2u;
    const uint16_t crc = gw_crc(answer, length);
    answer[length] = (uint8_t)crc;
    answer[length + 1u] = (uint8_t)(crc >> 8);
    world_post(world, world->now + 5u, (struct gw_app_event){.kind = GW_APP_RECEIVED}, answer, (uint32_t)length + 2u, NULL);
}

// ---- The loop ------------------------------------------------------------------------------------------------------

static void note_execution(struct world *world, const char *cmd_id)
{
    struct sent *sent = world_find(world, cmd_id);
    world_must(world, sent != NULL && sent->executed == 0u, "a command is executed once", 0);
    if (sent != NULL) {
        sent->executed++;
    }
}

static void act(struct world *world, const struct gw_app_action *action)
{
    struct gw_app_event event = {.kind = GW_APP_NOTHING};
    static char request[] = REQUEST;
    switch (action->kind) {
    case GW_APP_SEND:
        on_send(world, action->bytes);
        break;
    case GW_APP_RESET_LINE:
        world->line_resets++;
        break;
    case GW_APP_CONNECT:
        world_on_connect(world, action);
        break;
    case GW_APP_PUBLISH:
        world_on_publish(world, action);
        break;
    case GW_APP_MAKE_KEY:
        world->keys_made++;
        note_execution(world, world->app.renewal);
        world_must(world, action->slot != world->app.cert.active, "the active slot is never touched", action->slot);
        event = (struct gw_app_event){.kind = GW_APP_KEY_MADE, .is_good = world->is_key_good,
                                      .bytes = (uint8_t *)request, .length = sizeof request - 1u};
        break;
    case GW_APP_STORE_CERTIFICATE:
        world_must(world, action->slot != world->app.cert.active, "the active slot is never touched", action->slot);
        world_must(world, strncmp((const char *)action->bytes, "-----BEGIN", 10) == 0, "a certificate", action->length);
        event = (struct gw_app_event){.kind = GW_APP_CERTIFICATE_STORED, .is_good = world->is_certificate_good};
        break;
    case GW_APP_UPDATE:
        world->updates++;
        note_execution(world, action->command->cmd_id);
        world_post(world, world->now + 100u,
             (struct gw_app_event){.kind = GW_APP_UPDATE_ENDED, .is_good = world->is_update_good, .code = "signature"},
             NULL, 0, NULL);
        break;
    case GW_APP_CONFIRM_UPDATE:
        world->confirmations++;
        break;
    case GW_APP_RESTART:
        world->restarts++;
        break;
    default:
        break;
    }
    gw_app_take(&world->app, &event, world->now);
}

/// Whether a PUBACK or its like ends a message in flight.
static void end_in_flight(struct world *world)
{
    for (unsigned i = 0; i < world->event_count; i++) {
        const struct pending *pending = &world->events[i];
        if (pending->at > world->now
            || (pending->event.kind != GW_APP_PUBACKED && pending->event.kind != GW_APP_DELETED)) {
            continue;
        }
        for (unsigned j = 0; j < IN_FLIGHT_MAX; j++) {
            if (world->in_flight[j].sequence == pending->event.sequence) {
                world->in_flight[j].is_there = false;
            }
        }
    }
}

bool world_run(struct world *world, uint64_t milliseconds)
{
    const uint64_t end = world->now + milliseconds;
    const unsigned restarts = world->restarts;
    while (!world_is_off(world) && world->restarts == restarts && !world->has_failed) {
        if (world->knows_time) {
            const struct gw_app_event clock = {
                .kind = GW_APP_CLOCK, .wall_ms = (uint64_t)((int64_t)world_true_ms(world) + world->clock_error_ms)};
            world->told_ms = world->was_told ? world->told_ms : world_true_ms(world);
            world->was_told = true;
            gw_app_take(&world->app, &clock, world->now);
        }
        end_in_flight(world);
        struct gw_app_action action = {.kind = GW_APP_WAIT};
        unsigned actions = 0;
        do {
            action = gw_app_step(&world->app, world->now);
            if (world_is_off(world)) {
                break; // what a board without supply would do, it does not
            }
            act(world, &action);
            world_must(world, ++actions < 1000u, "the machine waits at last", (uint64_t)action.kind);
        } while (action.kind != GW_APP_WAIT && !world_is_off(world) && !world->has_failed);
        if (take_event(world)) {
            continue;
        }
        uint64_t next = action.until > world->now ? action.until : world->now + 1u;
        for (unsigned i = 0; i < world->event_count; i++) {
            next = world->events[i].at < next ? world->events[i].at : next;
        }
        if (next >= end) {
            world->now = end;
            break;
        }
        world->now = next;
    }
    return !world_is_off(world) && world->restarts == restarts;
}

// ---- Commands ------------------------------------------------------------------------------------------------------

struct sent *world_find(struct world *world, const char *cmd_id)
{
    for (unsigned i = 0; i < world->sent_count; i++) {
        if (strcmp(world->sent[i].cmd_id, cmd_id) == 0) {
            return &world->sent[i];
        }
    }
    return NULL;
}

bool world_command(struct world *world, const char *cmd_id, const char *type, const char *parameters)
{
    char text[COMMAND_BYTES];
    if (world_find(world, cmd_id) == NULL && world->sent_count < COMMANDS_MAX) {
        snprintf(world->sent[world->sent_count++].cmd_id, GW_CMD_ID_MAX + 1u, "%s", cmd_id);
    }
    const int length = snprintf(text, sizeof text,
                                "{\"cmd_id\":\"%s\",\"issued_at\":\"2026-01-01T00:00:00Z\","
                                "\"expires_at\":\"2099-01-01T00:00:00Z\",\"type\":\"%s\",\"params\":%s}",
                                cmd_id, type, parameters);
    if (!world->is_connected) {
        return false;
    }
    world_event(world, (struct gw_app_event){.kind = GW_APP_COMMAND}, text, (uint32_t)length, type);
    return true;
}

void world_settle(struct world *world)
{
    world->knows_time = world->is_reachable = world->is_spare_accepted = true;
    world->is_silent = false;
    world->reason = 0;
    for (unsigned i = 0; i < METERS; i++) {
        world->is_dead[i] = false;
    }
    world->queue.cut_at = world->commands.cut_at = world->state.cut_at = 0;
    if (world_is_off(world)) {
        world_boot(world);
    }
    const uint32_t read = world->counter;
    uint32_t dropped = 0;
    bool was_held = false;
    for (unsigned i = 0; i < 400u && !world->has_failed; i++) {
        if (!world_run(world, 10000)) {
            world_boot(world);
        }
        uint32_t open = 0;
        for (uint32_t number = 0; number < read; number++) {
            open += world->cycles[number].is_accepted || world->cycles[number].is_excused ? 0u : 1u;
        }
        // What is left has been counted: dropped from a full flash, or given up without a moment. A small flash may
        // drop some more at any time; another one while refused messages wait for theirs, and not once it is connected
        // and its backlog is gone.
        dropped = i < 6u || was_held ? world->app.queue.log.dropped : dropped;
        was_held = world->app.queue.has_deferred;
        const bool is_small = world->queue.block.block_count < 50u;
        const uint32_t gone = is_small ? world->app.queue.log.dropped : dropped;
        if (i > 30u && open <= gone + world->discarded + world->app.queue.discarded) {
            return;
        }
    }
    for (uint32_t number = 0; number < read; number++) {
        const struct cycle *cycle = &world->cycles[number];
        world_must(world, cycle->is_accepted || cycle->is_excused, "nothing is lost that is not counted", number);
    }
}
