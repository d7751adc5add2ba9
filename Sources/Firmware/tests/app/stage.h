// The world of one test of the machine, and what all of them begin and end with.
#ifndef STAGE_H
#define STAGE_H

#include "world.h"

extern struct world world;

/// A world with a flash that no test fills, and a machine in it.
void begin(void);

/// Everything is well from now on: nothing is missing that was not counted.
void end(void);

/// Starts again, as after a failure of the supply between two steps.
void restart(void);

/// Whether a command has been answered, with this code.
bool is_answered(const char *cmd_id, const char *code);

#endif
