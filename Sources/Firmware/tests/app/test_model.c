// Random months in a gateway's life: everything that can happen, in any order, with the supply failing in between.
#include <stdio.h>

#include "test.h"
#include "world.h"

static struct world world;

static void shake(uint64_t *random)
{
    char id[16];
    static const char *const types[] = {"ping", "poll_now", "get_status", "renew_certificate", "renew_certificate"};
    static const char *const parameters[] = {
        "{}", "{}", "{}", "{\"step\":\"csr\"}",
        "{\"step\":\"install\",\"certificate\":\"-----BEGIN CERTIFICATE-----\\nMIIB\\n\",\"trial_seconds\":30}"};
    const uint32_t dice = next_random(random) % 100u;
    const uint32_t value = next_random(random);
    if (dice < 10u) {
        world_disconnect(&world);
    } else if (dice < 20u) {
        world.is_reachable = value % 3u != 0u;
    } else if (dice < 25u) {
        world.is_silent = value % 4u == 0u;
    } else if (dice < 32u) {
        world.reason = value % 3u == 0u ? 135u : 0u;
    } else if (dice < 40u) {
        world.is_dead[value % METERS] = value % 8u < 3u;
    } else if (dice < 48u) {
        world.knows_time = world.was_told || value % 2u == 0u;
    } else if (dice < 60u) {
        const uint32_t which = value / 8u % 5u;
        snprintf(id, sizeof id, "%u-%u", which, value % 8u);
        (void)world_command(&world, id, types[which], parameters[which]);
    } else if (dice < 66u) {
        world.is_key_good = value % 2u == 0u;
        world.is_certificate_good = value % 4u != 0u;
        world.is_spare_accepted = value % 8u < 5u;
    } else if (dice < 72u) {
        // The link gives up something that it has, and something that it has not.
        world.may_overtake = true;
        world_event(&world, (struct gw_app_event){.kind = GW_APP_DELETED, .sequence = world.app.queue.slots[0].sequence},
                    NULL, 0, NULL);
        world_event(&world, (struct gw_app_event){.kind = GW_APP_PUBACKED, .sequence = 4000000u}, NULL, 0, NULL);
        for (unsigned i = 0; i < IN_FLIGHT_MAX; i++) {
            world.in_flight[i].is_there &= world.in_flight[i].sequence != world.app.queue.slots[0].sequence;
        }
    } else if (dice < 78u) {
        uint8_t noise[40];
        for (size_t i = 0; i < sizeof noise; i++) {
            noise[i] = (uint8_t)next_random(random);
        }
        world_event(&world, (struct gw_app_event){.kind = GW_APP_RECEIVED}, noise, value % sizeof noise, NULL);
    } else if (dice < 92u) {
        struct flash *const flashes[] = {&world.queue, &world.queue, &world.queue, &world.commands, &world.state};
        struct flash *flash = flashes[value % 5u];
        flash->cut_at = flash->operations + 1u + next_random(random) % 12u;
        flash->tear = (enum tear)(next_random(random) % TEAR_COUNT);
    }
}

void test_model(unsigned lives)
{
    unsigned long cycles = 0, cuts = 0, messages = 0, dropped = 0, discarded = 0;
    for (unsigned life = 0; life < lives; life++) {
        uint64_t random = 977u * life + 1u;
        // Every third flash is small: there the oldest go.
        world_make(&world, life % 3u == 2u ? 6u : 200u, random);
        world.knows_time = life % 2u == 0u;
        world_boot(&world);
        for (unsigned step = 0; step < 150u && !world.has_failed; step++) {
            if (!world_run(&world, next_random(&random) % 20000u)) {
                if (world_is_off(&world) && next_random(&random) % 4u != 0u) {
                    world.knows_time = false;
                }
                world_boot(&world);
            }
            shake(&random);
        }
        world_settle(&world);
        if (world.has_failed) {
            printf("        life %u\n", life);
        }
        cycles += world.counter;
        cuts += world.cuts;
        messages += world.telemetries;
        dropped += world.app.queue.log.dropped;
        discarded += world.discarded;
        world_free(&world);
    }
    printf("model: %u lives, %lu cycles, %lu messages, %lu cuts; %lu dropped and %lu given up, all counted\n", lives,
           cycles, messages, cuts, dropped, discarded);
}
