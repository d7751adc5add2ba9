/// What the program is told: a file with one setting a line. README.md, beside this file, lists them.
#ifndef CONFIGURATION_H
#define CONFIGURATION_H

#include "gw/gw_app.h"

enum { POINTS_MAX = 128, TEXT_LENGTH = 128, PATH_LENGTH = 512 };

struct configuration {
    char mac[GW_MAC_LENGTH + 1u];
    char port[PATH_LENGTH];   ///< The device of the line.
    char parity;              ///< N, E or O.
    int stop_bits;
    char host[TEXT_LENGTH];
    int broker_port;
    int keep_alive_s;
    char ca[PATH_LENGTH];
    char state[PATH_LENGTH];  ///< A folder: the flash and the certificate slots.
    char clock[PATH_LENGTH];  ///< A file: the clock is trusted once it is there; empty if it always is.
    uint32_t queue_kib;
    uint32_t interval_s;
    uint8_t window;
    gw_poll_config_t line;
    gw_poll_slave_t slaves[GW_POLL_SLAVES];
    gw_point_t points[POINTS_MAX];
    gw_reading_t readings[POINTS_MAX];
    char codes[POINTS_MAX][TEXT_LENGTH];
    char units[POINTS_MAX][TEXT_LENGTH];
};

/// Reads a file. False, with all that is wrong on standard error, each with its line.
bool configuration_read(struct configuration *configuration, const char *path);

#endif
