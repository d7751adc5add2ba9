// What a gateway costs at the least: the agent's work as one plain loop over the C libraries.
#pragma once
#include <stdint.h>

struct bare_block {
    int first;
    int count;
};

struct bare_loop {
    const char *port;
    int baud;
    // The silence before each request, in microseconds.
    unsigned silence;
    // From the beginning of one cycle to the beginning of the next, in microseconds.
    int64_t interval;
    // The slaves 1 to `slaves` are all asked for the same blocks and have their points at the same addresses.
    int slaves;
    const struct bare_block *blocks;
    int block_count;
    const int *points;
    int point_count;
    // NULL: the loop only polls. Else it stores each message here, publishes it and removes it when it was taken.
    const char *spool;
    const char *mac;
    int broker_port;
    const char *ca;
    const char *certificate;
    const char *key;
};

// Polls until the process is killed. Returns only when something fails, and says on stderr what did.
int bare_loop_run(const struct bare_loop *loop);

// The versions that the process runs with.
const char *bare_loop_modbus_version(void);
const char *bare_loop_mosquitto_version(void);
const char *bare_loop_sqlite_version(void);
