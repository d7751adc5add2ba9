#include "configuration.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 24 };

/// A line of the file, taken apart into words.
struct line {
    const char *path;
    unsigned number;
    int count;
    char *words[WORDS_MAX];
};

static bool fail(const struct line *line, const char *expected, const char *got)
{
    fprintf(stderr, "%s:%u: %s%s%s%s\n", line->path, line->number, expected, got != NULL ? ", not \"" : "",
            got != NULL ? got : "", got != NULL ? "\"" : "");
    return false;
}

/// Takes a line apart: blanks between words, # for a comment, quotation marks round a word with blanks in it.
static bool split(struct line *line, char *text)
{
    line->count = 0;
    for (;;) {
        text += strspn(text, " \t\r\n");
        if (*text == '\0' || *text == '#') {
            return true;
        }
        if (line->count == WORDS_MAX) {
            return fail(line, "expected fewer words", NULL);
        }
        const bool is_quoted = *text == '"';
        text += is_quoted ? 1 : 0;
        char *end = text + strcspn(text, is_quoted ? "\"\n" : " \t\r\n");
        if (is_quoted && *end != '"') {
            return fail(line, "expected a closing quotation mark", NULL);
        }
        line->words[line->count++] = text;
        text = *end == '\0' ? end : end + 1;
        *end = '\0';
    }
}

static bool take_number(const struct line *line, int at, const char *what, long least, long most, long *number)
{
    char expected[160];
    char *end = NULL;
    snprintf(expected, sizeof expected, "expected %s: a whole number from %ld to %ld", what, least, most);
    if (at >= line->count) {
        return fail(line, expected, NULL);
    }
    errno = 0;
    *number = strtol(line->words[at], &end, 10);
    return (errno == 0 && end != line->words[at] && *end == '\0' && *number >= least && *number <= most)
           || fail(line, expected, line->words[at]);
}

static bool take_text(const struct line *line, int at, const char *what, char *text, size_t size)
{
    char expected[160];
    snprintf(expected, sizeof expected, "expected %s of at most %zu bytes", what, size - 1u);
    if (at >= line->count || strlen(line->words[at]) >= size) {
        return fail(line, expected, at < line->count ? line->words[at] : NULL);
    }
    strcpy(text, line->words[at]);
    return true;
}

static bool take_name(const struct line *line, int at, const char *what, const char *const names[], uint8_t *index)
{
    char expected[200];
    int length = snprintf(expected, sizeof expected, "expected %s:", what);
    for (uint8_t i = 0; names[i] != NULL; i++) {
        if (at < line->count && strcmp(line->words[at], names[i]) == 0) {
            *index = i;
            return true;
        }
        length += snprintf(expected + length, sizeof expected - (size_t)length, " %s", names[i]);
    }
    return fail(line, expected, at < line->count ? line->words[at] : NULL);
}

static bool take_decimal(const struct line *line, int at, const char *what, gw_decimal_t *number)
{
    return (at < line->count && gw_decimal_parse(line->words[at], strlen(line->words[at]), number))
           || fail(line, what, at < line->count ? line->words[at] : NULL);
}

// ---- Settings ------------------------------------------------------------------------------------------------------

/// line DEVICE BAUD FORMAT
static bool set_line(struct configuration *c, const struct line *line)
{
    static const char *const formats[] = {"8N1", "8E1", "8O1", "8N2", NULL};
    long baud = 0;
    uint8_t format = 0;
    if (!take_text(line, 1, "a device", c->port, sizeof c->port)
        || !take_number(line, 2, "a speed in bit/s", 300, 4000000, &baud)
        || !take_name(line, 3, "a format", formats, &format)) {
        return false;
    }
    c->line.baud = (uint32_t)baud;
    c->parity = formats[format][1];
    c->stop_bits = formats[format][2] - '0';
    return true;
}

/// broker HOST PORT
static bool set_broker(struct configuration *c, const struct line *line)
{
    long port = 0;
    if (!take_text(line, 1, "a host", c->host, sizeof c->host) || !take_number(line, 2, "a port", 1, 65535, &port)) {
        return false;
    }
    c->broker_port = (int)port;
    return true;
}

/// slave ADDRESS [TIMEOUT]
static bool add_slave(struct configuration *c, const struct line *line)
{
    long address = 0;
    long timeout = 1000;
    if (c->line.slave_count == GW_POLL_SLAVES) {
        return fail(line, "expected at most 8 slaves", NULL);
    }
    if (!take_number(line, 1, "an address", 1, 247, &address)
        || (line->count > 2 && !take_number(line, 2, "a timeout in ms", 1, 5000, &timeout))) {
        return false;
    }
    c->slaves[c->line.slave_count++] = (gw_poll_slave_t){
        .address = (uint8_t)address, .timeout_ms = (uint16_t)timeout, .first_point = c->line.point_count};
    return true;
}

/// The pairs of a name and a value behind the type of a point.
static bool set_options(struct configuration *c, const struct line *line, gw_point_t *point, uint32_t index)
{
    static const char *const orders[] = {"abcd", "cdab", "badc", "dcba", NULL};
    static const char *const names[] = {"order", "bits", "scale", "offset", "unit", NULL};
    for (int at = 5; at < line->count; at += 2) {
        uint8_t name = 0;
        long lowest = 0;
        long highest = 0;
        if (!take_name(line, at, "an option", names, &name)) {
            return false;
        }
        if (name == 1u) {
            if (!take_number(line, at + 1, "the lowest bit", 0, 63, &lowest)
                || !take_number(line, at + 2, "the highest bit", lowest, 63, &highest)) {
                return false;
            }
            point->lowest_bit = (uint8_t)lowest;
            point->bit_count = (uint8_t)(highest - lowest + 1);
            at++;
        } else if ((name == 0u && !take_name(line, at + 1, "an order", orders, &point->order))
                   || (name == 2u && !take_decimal(line, at + 1, "expected a scale such as 0.01", &point->scale))
                   || (name == 3u && !take_decimal(line, at + 1, "expected an offset such as -40", &point->offset))
                   || (name == 4u && !take_text(line, at + 1, "a unit", c->units[index], TEXT_LENGTH))) {
            return false;
        }
    }
    return true;
}

/// point CODE TABLE ADDRESS TYPE [order O] [bits L H] [scale S] [offset O] [unit U]
static bool add_point(struct configuration *c, const struct line *line)
{
    static const char *const tables[] = {"", "coil", "discrete", "holding", "input", NULL};
    static const char *const types[] = {"bool",  "uint16", "int16",   "uint32",  "int32",
                                        "uint64", "int64", "float32", "float64", NULL};
    static const char *const faults[] = {
        "",
        "",
        "a coil or a discrete input is a bool without bits",
        "a bool in a register is one bit, 0 to 15",
        "bits can be cut out of uint16, uint32 and uint64 only",
        "the bits lie beyond the type",
        "the value would end beyond address 65535",
        "a scale of 0 makes every reading the offset",
        "scale or offset: at most 18 digits, and powers of ten from -12 to 12",
    };
    const uint32_t index = c->line.point_count;
    long address = 0;
    if (c->line.slave_count == 0u) {
        return fail(line, "expected a slave before its points", NULL);
    }
    if (index == POINTS_MAX) {
        return fail(line, "expected at most 128 points", NULL);
    }
    gw_point_t *point = &c->points[index];
    *point = (gw_point_t){.scale = GW_DECIMAL_ONE, .offset = GW_DECIMAL_ZERO};
    if (!take_text(line, 1, "a code", c->codes[index], TEXT_LENGTH)
        || !take_name(line, 2, "a table", tables, &point->table)
        || !take_number(line, 3, "an address", 0, 65535, &address)
        || !take_name(line, 4, "a type", types, &point->type)) {
        return false;
    }
    point->address = (uint16_t)address;
    if (!set_options(c, line, point, index)) {
        return false;
    }
    const gw_point_fault_t fault = gw_point_check(point);
    if (fault != GW_POINT_OK) {
        return fail(line, faults[fault], NULL);
    }
    c->readings[index] = (gw_reading_t){.code = c->codes[index], .unit = c->units[index], .point = point};
    c->slaves[c->line.slave_count - 1u].point_count++;
    c->line.point_count++;
    return true;
}

static bool set(struct configuration *c, const struct line *line)
{
    static const char *const names[] = {"mac",      "line",    "broker", "ca",      "state", "clock", "slave", "point",
                                        "interval", "window", "queue",  "attempts", "backoff", "keepalive", NULL};
    // The last six take one number each, within these limits.
    static const struct {
        const char *what;
        long least;
        long most;
    } numbers[] = {
        {"seconds", 1, 86400},   {"messages in flight", 1, GW_QUEUE_WINDOW_MAX}, {"KiB", 12, 65536},
        {"attempts", 1, 100},    {"milliseconds", 1, 60000},                     {"seconds", 5, 65535},
    };
    uint8_t name = 0;
    long number = 0;
    if (!take_name(line, 0, "a setting", names, &name)) {
        return false;
    }
    if (name >= 8u
        && !take_number(line, 1, numbers[name - 8u].what, numbers[name - 8u].least, numbers[name - 8u].most, &number)) {
        return false;
    }
    switch (name) {
    case 0:
        return take_text(line, 1, "a MAC", c->mac, sizeof c->mac)
               && (gw_mac_is_valid(c->mac) || fail(line, "expected a MAC as aa:bb:cc:dd:ee:ff", c->mac));
    case 1: return set_line(c, line);
    case 2: return set_broker(c, line);
    case 3: return take_text(line, 1, "a path", c->ca, sizeof c->ca);
    case 4: return take_text(line, 1, "a path", c->state, sizeof c->state - 16u);
    case 5: return take_text(line, 1, "a path", c->clock, sizeof c->clock);
    case 6: return add_slave(c, line);
    case 7: return add_point(c, line);
    case 8: c->interval_s = (uint32_t)number; return true;
    case 9: c->window = (uint8_t)number; return true;
    case 10: c->queue_kib = (uint32_t)number; return true;
    case 11: c->line.attempts = (uint16_t)number; return true;
    case 12: c->line.backoff_ms = (uint32_t)number; return true;
    default: c->keep_alive_s = (int)number; return true;
    }
}

/// What must be there, and whether the whole fits together.
static bool check(const struct configuration *c, const char *path)
{
    const struct {
        const char *name;
        bool is_there;
    } needed[] = {
        {"mac", c->mac[0] != '\0'},   {"line", c->port[0] != '\0'},   {"broker", c->host[0] != '\0'},
        {"ca", c->ca[0] != '\0'},     {"state", c->state[0] != '\0'}, {"slave", c->line.slave_count > 0u},
    };
    static const char *const faults[] = {"", "a code is empty or not UTF-8", "a unit is not UTF-8",
                                         "a code stands twice", "a point is not one"};
    bool is_good = true;
    size_t at = 0;
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        if (!needed[i].is_there) {
            fprintf(stderr, "%s: the setting \"%s\" is missing\n", path, needed[i].name);
            is_good = false;
        }
    }
    const gw_readings_fault_t fault = gw_readings_check(c->readings, c->line.point_count, &at);
    if (fault != GW_READINGS_OK) {
        fprintf(stderr, "%s: %s: \"%s\"\n", path, faults[fault], c->codes[at]);
        is_good = false;
    }
    for (uint32_t i = 0; i < c->line.slave_count; i++) {
        if (c->slaves[i].point_count == 0u) {
            fprintf(stderr, "%s: slave %u has no point\n", path, c->slaves[i].address);
            is_good = false;
        }
    }
    return is_good;
}

bool configuration_read(struct configuration *configuration, const char *path)
{
    char text[1024];
    struct line line = {.path = path};
    bool is_good = true;
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return false;
    }
    memset(configuration, 0, sizeof *configuration);
    configuration->queue_kib = 1024;
    configuration->interval_s = 300;
    configuration->window = 4;
    configuration->keep_alive_s = 60;
    while (fgets(text, sizeof text, file) != NULL) {
        line.number++;
        is_good = split(&line, text) && (line.count == 0 || set(configuration, &line)) && is_good;
    }
    fclose(file);
    configuration->line.slaves = configuration->slaves;
    configuration->line.points = configuration->points;
    return check(configuration, path) && is_good;
}
