#include "stage.h"

#include <string.h>

#include "test.h"

struct world world;

void begin(void)
{
    world_make(&world, 64, 7);
    world_boot(&world);
}

void end(void)
{
    world_settle(&world);
    CHECK(!world.has_failed);
    world_free(&world);
}

void restart(void)
{
    world_boot(&world);
}

bool is_answered(const char *cmd_id, const char *code)
{
    const struct sent *sent = world_find(&world, cmd_id);
    return sent != NULL && sent->answers > 0u && strcmp(sent->code, code) == 0;
}
