// The machine and its broker: what is refused, given up, lost, or never answered.
#include <stdio.h>
#include <stdlib.h>

#include "stage.h"
#include "test.h"

void test_link(void)
{
    // What is refused is kept, and nothing else is tried while nothing is accepted.
    begin();
    world.reason = 135;
    CHECK(world_run(&world, 300000));
    const unsigned tried = world.telemetries;
    CHECK(world.app.refused > 0u && tried <= 25u && !world.cycles[0].is_accepted);
    world.reason = 0;
    CHECK(world_run(&world, 900000) && world.cycles[0].is_accepted && world.cycles[29].is_accepted);
    end();

    // So is it with an ACL that is wrong for half an hour: one connection, and few messages on it.
    begin();
    world.reason = 135;
    CHECK(world_run(&world, 1800000) && world.connects == 1u && world.telemetries <= 30u && world.statuses <= 4u);
    world.reason = 0;
    CHECK(world_run(&world, GW_APP_REFUSED_LONGEST_MS) && world.cycles[0].is_accepted);
    end();

    // One message that is always refused holds up no other.
    begin();
    CHECK(world_run(&world, 1000));
    world.reason = 149;
    snprintf(world.refused_part, sizeof world.refused_part, "\"N\",\"valor\":3,");
    CHECK(world_run(&world, 900000));
    CHECK(!world.cycles[3].is_accepted && world.cycles[4].is_accepted && world.cycles[60].is_accepted);
    CHECK(world.app.queue.log.pending <= 30u);
    end();

    // What the link gives up comes again after a pause, and not only with the next connection. Without the pause a
    // client that takes nothing would be asked for ever in one turn.
    begin();
    world.is_silent = true;
    CHECK(world_run(&world, 1000) && world.telemetries == 1u);
    world.is_silent = false;
    world_event(&world, (struct gw_app_event){.kind = GW_APP_DELETED, .sequence = world.app.queue.slots[0].sequence},
                NULL, 0, NULL);
    CHECK(world_run(&world, GW_APP_DELETED_MS - 100u) && world.telemetries == 1u);
    CHECK(world_run(&world, 200) && world.telemetries == 2u && world.cycles[0].is_accepted && world.connects == 1u);
    end();

    // So does one whose PUBACK was lost, although those of the messages behind it come: on a new connection.
    begin();
    CHECK(world_run(&world, 5000));
    world.is_silent = true;
    CHECK(world_run(&world, 6000) && world.telemetries == 2u && !world.cycles[1].is_accepted);
    world.is_silent = false;
    CHECK(world_run(&world, GW_APP_PUBACK_MS - 10000u) && world.connects == 1u && world.cycles[6].is_accepted);
    CHECK(world_run(&world, 15000) && world.connects == 2u && world.cycles[1].is_accepted);
    end();

    // A broker that confirms nothing is left and found again.
    begin();
    CHECK(world_run(&world, 5000));
    world.is_silent = true;
    CHECK(world_run(&world, 200000) && world.connects >= 3u && world.connects <= 5u);
    end();

    // One that cannot be reached is tried again for ever, with waits up to 30 s that differ between boards.
    begin();
    world.is_reachable = false;
    CHECK(world_run(&world, 600000) && world.connects >= 22u && world.connects <= 45u);
    const uint64_t mine = world.app.connect_at;
    world_free(&world);
    world_make(&world, 64, 8);
    world_boot(&world);
    world.is_reachable = false;
    CHECK(world_run(&world, 600000) && world.app.connect_at != mine);
    // A link that never says how it ended.
    world.is_reachable = true;
    world.event_count = 0;
    end();

    // Events of a connection that was closed are nobody's.
    begin();
    CHECK(world_run(&world, 1000));
    world_event(&world, (struct gw_app_event){.kind = GW_APP_DISCONNECTED}, NULL, 0, NULL);
    world.events[world.event_count - 1u].event.connection--;
    CHECK(world_run(&world, 1000) && world.app.is_connected && world.connects == 1u);
    // The status that the link gave up, or the broker refused, comes again.
    unsigned statuses = world.statuses;
    world_event(&world, (struct gw_app_event){.kind = GW_APP_DELETED}, NULL, 0, NULL);
    CHECK(world_run(&world, 61000) && world.statuses == statuses + 1u);
    world.reason = 135;
    world_event(&world, (struct gw_app_event){.kind = GW_APP_DELETED}, NULL, 0, NULL);
    CHECK(world_run(&world, 61000) && world.statuses <= statuses + 4u);
    // One that was refused waits as long as a message at the most.
    statuses = world.statuses;
    CHECK(world_run(&world, GW_APP_REFUSED_LONGEST_MS - 70000u) && world.statuses == statuses);
    world.reason = 0;
    CHECK(world_run(&world, 80000) && world.statuses == statuses + 1u);
    end();

    // A record of a firmware with a larger buffer: it is passed over, and the others come.
    begin();
    uint8_t *bytes = calloc(1, 400);
    struct gw_record record = {.kind = GW_APP_TOPIC_TELEMETRY, .stamp_at = GW_STAMP_NONE, .wall_s = 1};
    CHECK(bytes != NULL && gw_queue_append(&world.app.queue, &record, bytes, 400) == GW_STORE_OK);
    world.config.buffer_size = 300;
    CHECK(world_run(&world, 15000) && world.telemetries == 2u && world.app.queue.log.pending == 1u);
    free(bytes);
    world_free(&world);
}
