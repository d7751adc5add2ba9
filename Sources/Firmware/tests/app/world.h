/// A gateway's world in memory: meters, flash that loses its supply, a broker, a clock, and what must always hold.
///
/// Each meter is a counter that steps with each answer, so that no two cycles are alike: what the broker accepts tells
/// exactly which cycle it was, and the world knows when that was.
#ifndef WORLD_H
#define WORLD_H

#include "flash.h"
#include "gw/gw_app.h"

enum {
    METERS = 2,
    CYCLES_MAX = 4096,
    EVENTS_MAX = 32,
    IN_FLIGHT_MAX = 16,
    COMMANDS_MAX = 64,
    COMMAND_BYTES = 1024,
    STATUS_BYTES = 1600,
};

/// What became of a cycle: of the answer in which meter 0 showed its number.
struct cycle {
    uint64_t true_ms;   ///< When it was asked for.
    uint64_t told_ms;   ///< When an earlier boot learned the time; 0 if this one had.
    uint64_t stamp_s;   ///< With which timestamp it was published; 0 for never.
    bool is_accepted;   ///< Whether the broker took it.
    bool is_excused;    ///< The supply failed while it was read or stored.
};

/// A command that was sent, and what came back.
struct sent {
    char cmd_id[GW_CMD_ID_MAX + 1u];
    unsigned executed;            ///< Actions that only a command leads to.
    unsigned answers;             ///< Acks accepted.
    char code[40];                ///< Of the first.
};

struct pending {
    uint64_t at;
    struct gw_app_event event;
    uint8_t bytes[COMMAND_BYTES];
    char type[GW_CMD_TYPE_MAX + 1u];
};

struct world {
    struct flash queue, commands, state;
    bool is_off;                  ///< The supply of all three has failed.
    struct gw_app app;
    struct gw_app_config config;
    gw_poll_slave_t slaves[METERS];
    gw_poll_config_t line;
    gw_point_t points[METERS];
    gw_reading_t readings[METERS];
    gw_sample_t samples[METERS];
    gw_poll_block_t blocks[METERS];
    uint8_t buffer[GW_APP_BUFFER_MIN];
    uint64_t random;

    uint64_t boot_ms;             ///< True time at which this boot began.
    uint64_t now;                 ///< Milliseconds since then.
    bool knows_time;              ///< Whether the machine is told the time.
    bool was_told;                ///< Whether it was, in this boot.
    uint64_t told_ms;             ///< When it last was for the first time in a boot: true time.
    int64_t clock_error_ms;       ///< What its clock is ahead by.
    bool is_reachable;            ///< Whether connections to the broker succeed.
    bool is_connected;
    bool is_silent;               ///< The broker sends no PUBACK.
    uint8_t reason;               ///< With which PUBACKs are answered.
    char refused_part[24];        ///< Only messages that have this in them are refused; empty for all.
    bool is_dead[METERS];
    bool is_key_good, is_certificate_good, is_spare_accepted, is_update_good;
    uint32_t connection;
    enum gw_cert_slot slot;
    uint32_t counter;

    struct pending events[EVENTS_MAX];
    unsigned event_count;
    struct {
        uint32_t sequence;
        bool is_there;
    } in_flight[IN_FLIGHT_MAX];

    struct cycle cycles[CYCLES_MAX];
    uint32_t first_unaccepted;
    bool may_overtake;            ///< Something was refused or deleted: order is not asked for.
    struct sent sent[COMMANDS_MAX];
    unsigned sent_count;
    unsigned boots, cuts, connects, statuses, telemetries, line_resets, restarts, confirmations, keys_made, updates;
    uint64_t discarded;           ///< Over all boots.
    uint64_t last_status_ms;      ///< True time.
    char last_status[STATUS_BYTES];
    char last_ack[STATUS_BYTES];
    uint64_t floor_s;             ///< Of the last GW_APP_CONNECT.
    bool has_failed;              ///< A rule was broken; said once.
};

void world_make(struct world *world, uint32_t queue_blocks, uint64_t seed);
void world_free(struct world *world);

/// Starts the machine: after world_make(), and after every failure of the supply.
void world_boot(struct world *world);

/// Lets time go by. Returns early, with false, if the supply fails; then world_boot().
bool world_run(struct world *world, uint64_t milliseconds);

/// Whether the supply has failed.
bool world_is_off(const struct world *world);

/// The connection breaks.
void world_disconnect(struct world *world);

/// Something comes from the broker or the line, at once.
void world_event(struct world *world, struct gw_app_event event, const void *bytes, uint32_t length, const char *type);

/// Sends a command; true if it could be delivered.
bool world_command(struct world *world, const char *cmd_id, const char *type, const char *parameters);
struct sent *world_find(struct world *world, const char *cmd_id);

/// Everything is well from now on; runs until the queue is empty, and checks that nothing is missing that was not
/// counted.
void world_settle(struct world *world);

uint64_t world_true_ms(const struct world *world);

#endif
