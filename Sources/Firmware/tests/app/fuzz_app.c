// libFuzzer: bytes as what happens to a gateway: events, failures of the supply, time. The world's rules must hold, and
// in the end nothing is missing that was not counted.
#include <stdio.h>
#include <stdlib.h>

#include "test.h"
#include "world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

unsigned long passed, failed;

static struct world world;

/// One step: what happens by one byte, how by the other.
static void step(uint8_t what, uint8_t how)
{
    static const char *const types[] = {"ping", "poll_now", "get_status", "renew_certificate", "renew_certificate"};
    static const char *const parameters[] = {
        "{}", "{}", "{}", "{\"step\":\"csr\"}",
        "{\"step\":\"install\",\"certificate\":\"-----BEGIN CERTIFICATE-----\\nMIIB\\n\",\"trial_seconds\":30}"};
    struct flash *const flashes[] = {&world.queue, &world.commands, &world.state, &world.queue};
    char id[2] = {(char)('a' + how % 16u), '\0'};
    switch (what % 12u) {
    case 0: world_disconnect(&world); break;
    case 1: world.is_reachable = how % 2u == 0u; break;
    case 2: world.is_silent = how % 2u == 0u; break;
    case 3: world.reason = how; break;
    case 4: world.is_dead[how % METERS] = how % 4u >= 2u; break;
    case 5: world.knows_time = true; break;
    case 6: (void)world_command(&world, id, types[how % 16u % 5u], parameters[how % 16u % 5u]); break;
    case 7: world.is_key_good = (how & 1u) != 0u; world.is_certificate_good = (how & 2u) != 0u; break;
    case 8: world.is_spare_accepted = how % 2u == 0u; break;
    case 9: world_event(&world, (struct gw_app_event){.kind = GW_APP_RECEIVED}, &how, 1, NULL); break;
    case 10:
        flashes[how % 4u]->cut_at = flashes[how % 4u]->operations + 1u + how / 16u;
        flashes[how % 4u]->tear = (enum tear)(how / 4u % TEAR_COUNT);
        break;
    default: break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4u) {
        return 0;
    }
    world_make(&world, 6u + data[0] % 64u, data[1] + 1u);
    world.knows_time = data[2] % 2u == 0u;
    world_boot(&world);
    for (size_t i = 3; i + 2u < size && i < 400u; i += 3u) {
        step(data[i], data[i + 1u]);
        if (!world_run(&world, (uint64_t)data[i + 2u] * data[i + 2u])) {
            world.knows_time = world.knows_time && data[i + 2u] % 2u == 0u;
            world_boot(&world);
        }
    }
    world_settle(&world);
    world_free(&world);
    if (failed > 0u) {
        (void)fflush(stdout); // which rule it was
        abort();
    }
    return 0;
}
