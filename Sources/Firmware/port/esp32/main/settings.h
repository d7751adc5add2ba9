/// What an installer tells the gateway: network, broker, line, slaves, points. All but certificates and the password.
///
/// It is a text of lines, the same ones that are typed on the console, and is kept as that text: `show` prints it, a
/// pasted one sets up the next gateway, and a later firmware reads an older one line by line.
///
///     wifi "Usina 3"
///     broker mqtt.example.com 8883
///     time pool.ntp.org
///     interval 300
///     line 9600 8N1
///     slave 1 1000
///     point D01 kWh 1 40001 uint32 scale=0.01
///     point D02 "°C" 1 input:12 float32 order=CDAB
#ifndef SETTINGS_H
#define SETTINGS_H

#include <stdint.h>

#include "gw/gw_json.h"
#include "gw/gw_poll.h"

#include "line.h"

#define SETTINGS_POINTS 64u        ///< The most points of a gateway.
#define SETTINGS_CODE_MAX 32u      ///< Bytes of a point's code.
#define SETTINGS_UNIT_MAX 16u      ///< Bytes of a unit.
#define SETTINGS_NAME_MAX 128u     ///< Bytes of a host's name.
#define SETTINGS_TEXT_MAX 16384u   ///< A buffer of this size holds every text.
#define SETTINGS_REASON_MAX 160u   ///< A buffer of this size holds every reason.

struct settings_slave {
    uint8_t address;     ///< 1 to 247.
    uint16_t timeout_ms; ///< 20 to 5000.
};

struct settings_point {
    char code[SETTINGS_CODE_MAX + 1u];
    char unit[SETTINGS_UNIT_MAX + 1u];
    uint8_t slave; ///< The address of its slave.
    gw_point_t point;
};

struct settings {
    char wifi[33];                           ///< The network's name; empty for none.
    char broker[SETTINGS_NAME_MAX + 1u];     ///< The broker's name as in its certificate; empty for none.
    char time_server[SETTINGS_NAME_MAX + 1u];
    uint16_t port;                           ///< Of the broker.
    uint32_t interval_s;                     ///< From the begin of a poll cycle to that of the next.
    uint32_t baud;
    enum line_format format;
    uint16_t slave_count;
    struct settings_slave slaves[GW_POLL_SLAVES];
    uint16_t point_count;
    struct settings_point points[SETTINGS_POINTS];
};

/// Settings with nothing in them but what has a default.
void settings_clear(struct settings *settings);

/// Takes one line. False, with nothing changed, if it is not good; `reason` says why and what to do.
///
/// A slave or a point that is there already is replaced; `slave 3 none` and `point D01 none` take one away. An empty
/// line, or one that begins with #, is good and does nothing.
bool settings_take(struct settings *settings, const char *line, char reason[SETTINGS_REASON_MAX]);

/// Takes a text of lines. False at the first bad one; `reason` begins with its number.
bool settings_read(struct settings *settings, const char *text, char reason[SETTINGS_REASON_MAX]);

/// Writes them as text, ended by a 0. False if it does not fit.
bool settings_write(const struct settings *settings, char *text, size_t size);

/// Whether a gateway can run with them; if not, `reason` says what is missing.
bool settings_are_complete(const struct settings *settings, bool needs_wifi, char reason[SETTINGS_REASON_MAX]);

/// The tables that the core works with, made of settings; the settings must live as long.
struct settings_tables {
    gw_poll_slave_t slaves[GW_POLL_SLAVES];
    gw_point_t points[SETTINGS_POINTS];
    gw_reading_t readings[SETTINGS_POINTS];
    gw_poll_config_t line;
};

/// Fills in the tables: the points of a slave together, slaves and points in the order in which they were given.
void settings_tabulate(const struct settings *settings, struct settings_tables *tables);

#endif
