// What emptying a spool costs at the least: read the oldest rows, keep a window of publishes full, delete what was
// acknowledged, all on one thread. No reconnects, no look at reasons: whatever fails ends it.
#include "bare_drain.h"

#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MESSAGE_IDS = 65536 };

struct drain {
    sqlite3 *database;
    sqlite3_stmt *begin, *commit, *select, *delete;
    struct mosquitto *client;
    char topic[128];
    bool is_connected;
    int window, in_flight, acknowledged_count;
    int64_t offered;
    int64_t sequence_of[MESSAGE_IDS];
    int64_t acknowledged[MESSAGE_IDS];
};

static int failed(const char *what, const char *why) {
    fprintf(stderr, "bare drain: %s: %s\n", what, why);
    return 1;
}

static void on_connect(struct mosquitto *client, void *object, int reason) {
    (void)client;
    ((struct drain *)object)->is_connected = reason == 0;
}

static void on_publish(struct mosquitto *client, void *object, int message) {
    struct drain *drain = object;
    (void)client;
    drain->acknowledged[drain->acknowledged_count++] = drain->sequence_of[message];
    drain->in_flight--;
}

static bool run(sqlite3_stmt *statement) {
    bool is_done = sqlite3_step(statement) == SQLITE_DONE;
    sqlite3_reset(statement);
    return is_done;
}

static bool prepare(struct drain *drain, const char *sql, sqlite3_stmt **statement) {
    return sqlite3_prepare_v2(drain->database, sql, -1, statement, NULL) == SQLITE_OK;
}

// A spool with messages of one size, each with its number in its first bytes.
static bool fill(struct drain *drain, const struct bare_drain *job) {
    sqlite3_stmt *insert;
    char *payload = malloc((size_t)job->bytes + 1);
    if (!payload || !prepare(drain, "INSERT INTO message(payload) VALUES (?)", &insert)) return false;
    bool is_filled = run(drain->begin);
    for (int number = 0; is_filled && number < job->count; number++) {
        int head = snprintf(payload, (size_t)job->bytes, "{\"n\":%d,\"x\":\"", number);
        memset(payload + head, 'x', (size_t)(job->bytes - head - 2));
        memcpy(payload + job->bytes - 2, "\"}", 2);
        sqlite3_bind_blob(insert, 1, payload, job->bytes, SQLITE_STATIC);
        is_filled = run(insert);
    }
    sqlite3_finalize(insert);
    free(payload);
    return is_filled && run(drain->commit);
}

static int open_spool(struct drain *drain, const struct bare_drain *job) {
    if (sqlite3_open(job->spool, &drain->database) != SQLITE_OK ||
        sqlite3_exec(drain->database,
                     "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                     "CREATE TABLE message(sequence INTEGER PRIMARY KEY, payload BLOB)",
                     NULL, NULL, NULL) != SQLITE_OK ||
        !prepare(drain, "BEGIN IMMEDIATE", &drain->begin) || !prepare(drain, "COMMIT", &drain->commit) ||
        !prepare(drain, "SELECT sequence, payload FROM message WHERE sequence > ? ORDER BY sequence LIMIT ?",
                 &drain->select) ||
        !prepare(drain, "DELETE FROM message WHERE sequence = ?", &drain->delete) || !fill(drain, job) ||
        sqlite3_exec(drain->database, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL) != SQLITE_OK)
        return failed("spool", sqlite3_errmsg(drain->database));
    return 0;
}

static int connect_broker(struct drain *drain, const struct bare_drain *job) {
    mosquitto_lib_init();
    snprintf(drain->topic, sizeof drain->topic, "tds_new/devices/%s/telemetry", job->mac);
    drain->client = mosquitto_new(job->mac, true, drain);
    mosquitto_int_option(drain->client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    mosquitto_int_option(drain->client, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_int_option(drain->client, MOSQ_OPT_SEND_MAXIMUM, job->window);
    mosquitto_connect_callback_set(drain->client, on_connect);
    mosquitto_publish_callback_set(drain->client, on_publish);
    int code = mosquitto_tls_set(drain->client, job->ca, NULL, job->certificate, job->key, NULL);
    if (code == MOSQ_ERR_SUCCESS) code = mosquitto_connect(drain->client, "localhost", job->broker_port, 60);
    while (code == MOSQ_ERR_SUCCESS && !drain->is_connected) code = mosquitto_loop(drain->client, 1000, 1);
    return code == MOSQ_ERR_SUCCESS ? 0 : failed("broker", mosquitto_strerror(code));
}

static int fill_window(struct drain *drain) {
    sqlite3_bind_int64(drain->select, 1, drain->offered);
    sqlite3_bind_int(drain->select, 2, drain->window - drain->in_flight);
    int code = MOSQ_ERR_SUCCESS, row;
    while (code == MOSQ_ERR_SUCCESS && (row = sqlite3_step(drain->select)) == SQLITE_ROW) {
        int message;
        code = mosquitto_publish_v5(drain->client, &message, drain->topic, sqlite3_column_bytes(drain->select, 1),
                                    sqlite3_column_blob(drain->select, 1), 1, false, NULL);
        drain->offered = sqlite3_column_int64(drain->select, 0);
        drain->sequence_of[message] = drain->offered;
        drain->in_flight++;
    }
    sqlite3_reset(drain->select);
    return code;
}

static bool remove_acknowledged(struct drain *drain) {
    bool is_done = run(drain->begin);
    for (int index = 0; is_done && index < drain->acknowledged_count; index++) {
        sqlite3_bind_int64(drain->delete, 1, drain->acknowledged[index]);
        is_done = run(drain->delete);
    }
    drain->acknowledged_count = 0;
    return is_done && run(drain->commit);
}

int bare_drain_run(const struct bare_drain *job) {
    static struct drain drain;
    drain.window = job->window;
    if (open_spool(&drain, job) != 0 || connect_broker(&drain, job) != 0) return 1;
    for (int left = job->count; left > 0;) {
        int code = drain.in_flight < drain.window ? fill_window(&drain) : MOSQ_ERR_SUCCESS;
        if (code == MOSQ_ERR_SUCCESS) code = mosquitto_loop(drain.client, 1000, 1);
        if (code != MOSQ_ERR_SUCCESS) return failed("publish", mosquitto_strerror(code));
        left -= drain.acknowledged_count;
        if (drain.acknowledged_count > 0 && !remove_acknowledged(&drain))
            return failed("delete", sqlite3_errmsg(drain.database));
    }
    return 0;
}
