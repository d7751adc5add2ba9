// What the files of the world share. No one else looks in here.
#ifndef WORLD_INNER_H
#define WORLD_INNER_H

#include "world.h"

/// When the firmware of the world was built, in seconds since 1970.
#define BUILD_S UINT64_C(1760000000)

/// A rule that must always hold.
void world_must(struct world *world, bool holds, const char *rule, uint64_t number);

/// Something happens at a moment.
void world_post(struct world *world, uint64_t at, struct gw_app_event event, const void *bytes, uint32_t length,
                const char *type);

// ---- The broker: world_broker.c ------------------------------------------------------------------------------------

void world_on_connect(struct world *world, const struct gw_app_action *action);
void world_on_publish(struct world *world, const struct gw_app_action *action);

#endif
