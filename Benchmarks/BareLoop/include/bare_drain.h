// What emptying a spool costs at the least.
#pragma once

struct bare_drain {
    // Made anew and filled before the connection is made; must not exist.
    const char *spool;
    int count;
    // The size of each message.
    int bytes;
    // How many may be in flight.
    int window;
    const char *mac;
    int broker_port;
    const char *ca;
    const char *certificate;
    const char *key;
};

// Delivers all, and returns 0; or says on stderr what failed, and returns something else.
int bare_drain_run(const struct bare_drain *job);
