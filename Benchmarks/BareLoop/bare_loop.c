// One read per block, one insert and one publish per cycle, one delete per acknowledgement, all on one thread. No
// retries, no reconnects, no look at what came: whatever fails ends it.
#define _GNU_SOURCE
#include "bare_loop.h"

#include <errno.h>
#include <modbus.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MOST_REGISTERS = 65536, MOST_BYTES = 65536 };

struct store {
    sqlite3 *database;
    sqlite3_stmt *insert;
    sqlite3_stmt *delete;
    struct mosquitto *client;
    char topic[128];
    bool is_connected;
    bool is_delivered;
};

static int64_t microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int failed(const char *what, const char *why) {
    fprintf(stderr, "bare loop: %s: %s\n", what, why);
    return 1;
}

static void on_connect(struct mosquitto *client, void *store, int reason) {
    (void)client;
    ((struct store *)store)->is_connected = reason == 0;
}

static void on_publish(struct mosquitto *client, void *store, int message) {
    (void)client;
    (void)message;
    ((struct store *)store)->is_delivered = true;
}

static int open_store(const struct bare_loop *loop, struct store *store) {
    if (sqlite3_open(loop->spool, &store->database) != SQLITE_OK ||
        sqlite3_exec(store->database,
                     "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                     "CREATE TABLE IF NOT EXISTS message(sequence INTEGER PRIMARY KEY, payload BLOB)",
                     NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(store->database, "INSERT INTO message(payload) VALUES (?)", -1, &store->insert, NULL) ||
        sqlite3_prepare_v2(store->database, "DELETE FROM message WHERE sequence = ?", -1, &store->delete, NULL))
        return failed("spool", sqlite3_errmsg(store->database));

    mosquitto_lib_init();
    snprintf(store->topic, sizeof store->topic, "tds_new/devices/%s/telemetry", loop->mac);
    store->client = mosquitto_new(loop->mac, true, store);
    mosquitto_int_option(store->client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    mosquitto_int_option(store->client, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_connect_callback_set(store->client, on_connect);
    mosquitto_publish_callback_set(store->client, on_publish);
    int code = mosquitto_tls_set(store->client, loop->ca, NULL, loop->certificate, loop->key, NULL);
    if (code == MOSQ_ERR_SUCCESS) code = mosquitto_connect(store->client, "localhost", loop->broker_port, 60);
    while (code == MOSQ_ERR_SUCCESS && !store->is_connected) code = mosquitto_loop(store->client, 1000, 1);
    return code == MOSQ_ERR_SUCCESS ? 0 : failed("broker", mosquitto_strerror(code));
}

// The message of a cycle: every register times 0.1, in the form of the agent's messages.
static int message(const struct bare_loop *loop, const uint16_t *values, char *text, size_t size) {
    time_t now = time(NULL);
    struct tm utc;
    char stamp[32];
    strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    int length = snprintf(text, size, "{\"gateway_mac\":\"%s\",\"timestamp\":\"%s\",\"leituras\":[", loop->mac, stamp);
    for (int slave = 1; slave <= loop->slaves; slave++)
        for (int point = 0; point < loop->point_count; point++) {
            unsigned value = *values++;
            char tenth[3] = {'.', (char)('0' + value % 10), 0};
            length += snprintf(text + length, size - length,
                               "%s{\"dispositivo_codigo\":\"S%d-%d\",\"valor\":%u%s,\"unidade\":\"kWh\"}",
                               slave == 1 && point == 0 ? "" : ",", slave, loop->points[point], value / 10,
                               value % 10 ? tenth : "");
        }
    return length + snprintf(text + length, size - length, "]}");
}

static int deliver(struct store *store, const char *text, int length) {
    sqlite3_bind_blob(store->insert, 1, text, length, SQLITE_STATIC);
    int stored = sqlite3_step(store->insert);
    sqlite3_reset(store->insert);
    if (stored != SQLITE_DONE) return failed("insert", sqlite3_errmsg(store->database));

    store->is_delivered = false;
    int code = mosquitto_publish_v5(store->client, NULL, store->topic, length, text, 1, false, NULL);
    while (code == MOSQ_ERR_SUCCESS && !store->is_delivered) code = mosquitto_loop(store->client, 1000, 1);
    if (code != MOSQ_ERR_SUCCESS) return failed("publish", mosquitto_strerror(code));

    sqlite3_bind_int64(store->delete, 1, sqlite3_last_insert_rowid(store->database));
    int removed = sqlite3_step(store->delete);
    sqlite3_reset(store->delete);
    return removed == SQLITE_DONE ? 0 : failed("delete", sqlite3_errmsg(store->database));
}

static int poll_once(const struct bare_loop *loop, modbus_t *line, uint16_t *values) {
    static uint16_t registers[MOST_REGISTERS];
    for (int slave = 1; slave <= loop->slaves; slave++) {
        modbus_set_slave(line, slave);
        for (int block = 0; block < loop->block_count; block++) {
            int first = loop->blocks[block].first, count = loop->blocks[block].count;
            usleep(loop->silence);
            if (modbus_read_registers(line, first, count, registers + first) != count)
                return failed("read", modbus_strerror(errno));
        }
        for (int point = 0; point < loop->point_count; point++) *values++ = registers[loop->points[point]];
    }
    return 0;
}

int bare_loop_run(const struct bare_loop *loop) {
    static uint16_t values[MOST_REGISTERS];
    static char text[MOST_BYTES];
    struct store store = {0};
    modbus_t *line = modbus_new_rtu(loop->port, loop->baud, 'N', 8, 1);
    if (!line || modbus_connect(line) != 0) return failed(loop->port, modbus_strerror(errno));
    if (loop->spool && open_store(loop, &store) != 0) return 1;
    for (int64_t due = microseconds();;) {
        if (poll_once(loop, line, values) != 0) return 1;
        if (loop->spool && deliver(&store, text, message(loop, values, text, sizeof text)) != 0) return 1;
        due += loop->interval;
        int64_t rest = due - microseconds();
        if (rest > 0) usleep((useconds_t)rest);
    }
}

const char *bare_loop_modbus_version(void) {
    static char text[32];
    snprintf(text, sizeof text, "%u.%u.%u", libmodbus_version_major, libmodbus_version_minor, libmodbus_version_micro);
    return text;
}

const char *bare_loop_mosquitto_version(void) {
    static char text[32];
    int major, minor, revision;
    mosquitto_lib_version(&major, &minor, &revision);
    snprintf(text, sizeof text, "%d.%d.%d", major, minor, revision);
    return text;
}

const char *bare_loop_sqlite_version(void) {
    return sqlite3_libversion();
}
