/// The parts of the gateway as a program on Linux. Each file fills in its part of struct gw_hal.
#ifndef POSIX_H
#define POSIX_H

#include "configuration.h"
#include "gw_hal.h"

/// The flash: three pieces in one file, which keep the rules of NOR flash and are on disk when a call returns.
struct flash_file {
    int descriptor;
    struct flash_piece {
        int descriptor;
        uint32_t start;
        struct gw_block block;
    } queue, commands, state;
};

/// Opens the flash, or makes a blank one. False, with a word on standard error, if that cannot be done.
bool flash_file_open(struct flash_file *flash, const char *path, uint32_t queue_kib);

/// The line: a serial port, or a pseudo-terminal.
struct serial_line {
    const struct configuration *configuration;
    int descriptor; ///< -1 while it is not open.
};

struct gw_hal_line serial_line_make(struct serial_line *line, const struct configuration *configuration);

/// The link: one thread that owns the MQTT client of one connection after the other.
struct mqtt_link;

/// `wake` is an eventfd that is written to when something has happened.
struct mqtt_link *mqtt_link_make(const struct configuration *configuration, int wake);
struct gw_hal_link mqtt_link_hal(struct mqtt_link *link);

/// Keys and certificates: slot-a.key, slot-a.crt, slot-b.key, slot-b.crt in the folder of the state.
struct gw_hal_keys key_slots_make(const struct configuration *configuration);

/// The path of a file in the folder of the state.
void state_path(const struct configuration *configuration, const char *name, char path[PATH_LENGTH]);

/// The path of a slot's file: its `kind` is key or crt.
void slot_path(const struct configuration *configuration, enum gw_cert_slot slot, const char *kind,
               char path[PATH_LENGTH]);

#endif
