// The link on libmosquitto. Its own reconnecting, queueing and asynchronous connecting are not used: a failed TLS
// handshake would end them for good. One thread makes one client for each connection.
#include "posix.h"

#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS_MAX = 64, IN_FLIGHT_MAX = 32, SESSION_S = 86400, LOOP_MS = 50 };

/// Something to report, with what it points at.
struct report {
    struct gw_app_event event;
    uint8_t *bytes;
    char type[GW_CMD_TYPE_MAX + 2u];
};

struct mqtt_link {
    const struct configuration *configuration;
    int wake;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wanted_changed;
    // Under the lock
    bool is_wanted;               ///< Whether a connection is to be made.
    bool is_closing;
    enum gw_cert_slot slot;
    uint64_t floor_s;
    uint32_t connection;          ///< The one that is wanted, or that is there.
    struct mosquitto *client;     ///< While it can be published on.
    struct {
        int id;                   ///< 0 for a free place.
        uint32_t sequence;
    } in_flight[IN_FLIGHT_MAX];
    struct report reports[EVENTS_MAX];
    unsigned first;
    unsigned count;
    // The thread's own
    uint32_t mine;                ///< The number of the connection that it works on.
    // The loop's own
    struct report current;        ///< What `next` handed out last.
};

static void topic_of(const struct mqtt_link *link, const char *last, char topic[TEXT_LENGTH])
{
    snprintf(topic, TEXT_LENGTH, "tds_new/devices/%s/%s", link->configuration->mac, last);
}

/// Notes an event of the connection that the thread works on, unless another one is wanted by now. Under the lock.
static void report_locked(struct mqtt_link *link, struct report report)
{
    if (link->mine != link->connection || link->count == EVENTS_MAX) {
        free(report.bytes); // a full table is of commands only: they come again
        return;
    }
    report.event.connection = link->mine;
    link->reports[(link->first + link->count) % EVENTS_MAX] = report;
    link->count++;
    (void)!write(link->wake, &(uint64_t){1}, sizeof(uint64_t));
}

static void report(struct mqtt_link *link, struct gw_app_event event)
{
    pthread_mutex_lock(&link->lock);
    report_locked(link, (struct report){.event = event});
    pthread_mutex_unlock(&link->lock);
}

// ---- What the client calls, on the thread --------------------------------------------------------------------------

static void on_connected(struct mosquitto *client, void *context, int reason, int flags, const mosquitto_property *all)
{
    struct mqtt_link *link = context;
    (void)flags;
    (void)all;
    if (reason != 0) {
        fprintf(stderr, "link: refused: %s\n", mosquitto_reason_string(reason));
        const bool is_ours = reason == MQTT_RC_NOT_AUTHORIZED || reason == MQTT_RC_BANNED
                             || reason == MQTT_RC_BAD_USERNAME_OR_PASSWORD;
        report(link, (struct gw_app_event){.kind = is_ours ? GW_APP_REJECTED : GW_APP_DISCONNECTED});
        return;
    }
    pthread_mutex_lock(&link->lock);
    link->client = client;
    report_locked(link, (struct report){.event = {.kind = GW_APP_CONNECTED}});
    pthread_mutex_unlock(&link->lock);
}

static void on_published(struct mosquitto *client, void *context, int id, int reason, const mosquitto_property *all)
{
    struct mqtt_link *link = context;
    (void)client;
    (void)all;
    // The lock is held while a message is published: its number is in the table before its end can come.
    pthread_mutex_lock(&link->lock);
    for (size_t i = 0; i < IN_FLIGHT_MAX; i++) {
        if (link->in_flight[i].id == id) {
            link->in_flight[i].id = 0;
            report_locked(link, (struct report){.event = {.kind = GW_APP_PUBACKED,
                                                          .sequence = link->in_flight[i].sequence,
                                                          .reason = (uint8_t)reason}});
            break;
        }
    }
    pthread_mutex_unlock(&link->lock);
}

static void on_message(struct mosquitto *client, void *context, const struct mosquitto_message *message,
                       const mosquitto_property *all)
{
    struct mqtt_link *link = context;
    const char *last = strrchr(message->topic, '/');
    // One byte more than a command may have is enough to see that it is too long.
    const uint32_t length = message->payloadlen > (int)GW_CMD_LENGTH_MAX ? GW_CMD_LENGTH_MAX + 1u
                                                                          : (uint32_t)message->payloadlen;
    struct report report = {.event = {.kind = GW_APP_COMMAND, .length = length}, .bytes = malloc(length + 1u)};
    (void)client;
    (void)all;
    if (report.bytes != NULL && last != NULL) {
        if (length > 0u) {
            memcpy(report.bytes, message->payload, length);
        }
        snprintf(report.type, sizeof report.type, "%s", last + 1);
        pthread_mutex_lock(&link->lock);
        report_locked(link, report);
        pthread_mutex_unlock(&link->lock);
    }
}

// ---- The thread ----------------------------------------------------------------------------------------------------

/// TLS that verifies the broker, and never at a time below the floor.
static SSL_CTX *make_tls(const struct mqtt_link *link, enum gw_cert_slot slot, uint64_t floor_s)
{
    char certificate[PATH_LENGTH];
    char key[PATH_LENGTH];
    SSL_CTX *tls = SSL_CTX_new(TLS_client_method());
    slot_path(link->configuration, slot, "crt", certificate);
    slot_path(link->configuration, slot, "key", key);
    if (tls == NULL || SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION) != 1
        || SSL_CTX_load_verify_locations(tls, link->configuration->ca, NULL) != 1
        || SSL_CTX_use_certificate_chain_file(tls, certificate) != 1
        || SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) != 1) {
        fprintf(stderr, "link: the CA, %s or its key cannot be used\n", certificate);
        SSL_CTX_free(tls);
        return NULL;
    }
    SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, NULL);
    X509_VERIFY_PARAM *how = SSL_CTX_get0_param(tls);
    X509_VERIFY_PARAM_set1_host(how, link->configuration->host, 0);
    if (time(NULL) < (time_t)floor_s) {
        X509_VERIFY_PARAM_set_time(how, (time_t)floor_s);
    }
    return tls;
}

static struct mosquitto *make_client(struct mqtt_link *link, SSL_CTX *tls)
{
    char topic[TEXT_LENGTH];
    char will[TEXT_LENGTH];
    // The session is kept for a day: a command that was sent in an outage comes after it.
    struct mosquitto *client = mosquitto_new(link->configuration->mac, false, link);
    topic_of(link, "status", topic);
    const int length = snprintf(will, sizeof will, "{\"gateway_mac\":\"%s\",\"state\":\"offline\"}", link->configuration->mac);
    if (client == NULL || mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5) != 0
        || mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1) != 0
        || mosquitto_int_option(client, MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0) != 0
        || mosquitto_void_option(client, MOSQ_OPT_SSL_CTX, tls) != 0 || mosquitto_threaded_set(client, true) != 0
        || mosquitto_will_set_v5(client, topic, length, will, 1, true, NULL) != 0) {
        mosquitto_destroy(client);
        return NULL;
    }
    mosquitto_connect_v5_callback_set(client, on_connected);
    mosquitto_publish_v5_callback_set(client, on_published);
    mosquitto_message_v5_callback_set(client, on_message);
    return client;
}

/// Whether the connection that the thread works on is still the one that is wanted.
static bool is_wanted(struct mqtt_link *link, bool *is_closing)
{
    pthread_mutex_lock(&link->lock);
    const bool is_so = link->is_wanted && link->connection == link->mine;
    *is_closing = link->is_closing;
    pthread_mutex_unlock(&link->lock);
    return is_so;
}

/// Connects, and works until the connection ends or is not wanted any more.
static int work(struct mqtt_link *link, struct mosquitto *client)
{
    mosquitto_property *properties = NULL;
    bool is_closing = false;
    (void)mosquitto_property_add_int32(&properties, MQTT_PROP_SESSION_EXPIRY_INTERVAL, SESSION_S);
    const struct configuration *configuration = link->configuration;
    int result = mosquitto_connect_bind_v5(client, configuration->host, configuration->broker_port,
                                           configuration->keep_alive_s, NULL, properties);
    mosquitto_property_free_all(&properties);
    while (result == MOSQ_ERR_SUCCESS && is_wanted(link, &is_closing)) {
        result = mosquitto_loop(client, LOOP_MS, 1);
    }
    if (result == MOSQ_ERR_SUCCESS) {
        // The will is published on purpose where the program ends, and not where only the certificate changes.
        (void)mosquitto_disconnect_v5(client, is_closing ? MQTT_RC_DISCONNECT_WITH_WILL_MSG : 0, NULL);
        for (int i = 0; i < 20 && mosquitto_loop(client, LOOP_MS, 1) == MOSQ_ERR_SUCCESS; i++) {
        }
    }
    return result;
}

static void *run(void *context)
{
    struct mqtt_link *link = context;
    for (;;) {
        pthread_mutex_lock(&link->lock);
        while (!link->is_wanted || link->mine == link->connection) {
            pthread_cond_wait(&link->wanted_changed, &link->lock);
        }
        link->mine = link->connection;
        const enum gw_cert_slot slot = link->slot;
        const uint64_t floor_s = link->floor_s;
        pthread_mutex_unlock(&link->lock);

        SSL_CTX *tls = make_tls(link, slot, floor_s);
        struct mosquitto *client = tls != NULL ? make_client(link, tls) : NULL;
        const int result = client != NULL ? work(link, client) : MOSQ_ERR_TLS;
        pthread_mutex_lock(&link->lock);
        link->client = NULL;
        memset(link->in_flight, 0, sizeof link->in_flight);
        report_locked(link, (struct report){.event = {.kind = GW_APP_DISCONNECTED}});
        const bool is_closing = link->is_closing;
        pthread_cond_broadcast(&link->wanted_changed);
        pthread_mutex_unlock(&link->lock);
        if (result != MOSQ_ERR_SUCCESS && !is_closing) {
            fprintf(stderr, "link: %s\n", mosquitto_strerror(result));
        }
        mosquitto_destroy(client);
        SSL_CTX_free(tls);
        if (is_closing) {
            return NULL;
        }
    }
}

// ---- What the loop calls -------------------------------------------------------------------------------------------

static bool connect_link(void *context, enum gw_cert_slot slot, uint32_t connection, uint64_t floor_s)
{
    struct mqtt_link *link = context;
    pthread_mutex_lock(&link->lock);
    link->is_wanted = true;
    link->connection = connection;
    link->slot = slot;
    link->floor_s = floor_s;
    link->client = NULL;
    // Nothing of an earlier connection is reported any more.
    for (; link->count > 0u; link->count--) {
        free(link->reports[link->first].bytes);
        link->first = (link->first + 1u) % EVENTS_MAX;
    }
    pthread_cond_broadcast(&link->wanted_changed);
    pthread_mutex_unlock(&link->lock);
    return true;
}

static void subscribe(void *context)
{
    struct mqtt_link *link = context;
    char topic[TEXT_LENGTH];
    topic_of(link, "commands/#", topic);
    pthread_mutex_lock(&link->lock);
    if (link->client != NULL) {
        (void)mosquitto_subscribe_v5(link->client, NULL, topic, 1, 0, NULL);
    }
    pthread_mutex_unlock(&link->lock);
}

static bool publish(void *context, enum gw_app_topic topic, uint32_t sequence, const void *bytes, uint32_t length)
{
    static const char *const names[] = {"telemetry", "status", "acks"};
    struct mqtt_link *link = context;
    char name[TEXT_LENGTH];
    size_t place = 0;
    int id = 0;
    topic_of(link, names[topic], name);
    pthread_mutex_lock(&link->lock);
    while (place < IN_FLIGHT_MAX && link->in_flight[place].id != 0) {
        place++;
    }
    const bool is_taken = link->client != NULL && place < IN_FLIGHT_MAX
                          && mosquitto_publish_v5(link->client, &id, name, (int)length, bytes, 1,
                                                  topic == GW_APP_TOPIC_STATUS, NULL) == MOSQ_ERR_SUCCESS;
    if (is_taken) {
        link->in_flight[place].id = id;
        link->in_flight[place].sequence = sequence;
    }
    pthread_mutex_unlock(&link->lock);
    return is_taken;
}

static void next(void *context, struct gw_app_event *event)
{
    struct mqtt_link *link = context;
    free(link->current.bytes);
    link->current = (struct report){.event = {.kind = GW_APP_NOTHING}};
    pthread_mutex_lock(&link->lock);
    if (link->count > 0u) {
        link->current = link->reports[link->first];
        link->first = (link->first + 1u) % EVENTS_MAX;
        link->count--;
    }
    if (link->count > 0u) {
        (void)!write(link->wake, &(uint64_t){1}, sizeof(uint64_t)); // more is there: the next wait is none
    }
    pthread_mutex_unlock(&link->lock);
    *event = link->current.event;
    event->bytes = link->current.bytes;
    event->topic_type = link->current.type;
}

static void close_link(void *context)
{
    struct mqtt_link *link = context;
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 1;
    pthread_mutex_lock(&link->lock);
    link->is_closing = true;
    link->is_wanted = false;
    const bool was_connected = link->client != NULL;
    while (was_connected && link->client != NULL
           && pthread_cond_timedwait(&link->wanted_changed, &link->lock, &until) == 0) {
    }
    pthread_mutex_unlock(&link->lock);
}

struct mqtt_link *mqtt_link_make(const struct configuration *configuration, int wake)
{
    struct mqtt_link *link = calloc(1, sizeof *link);
    if (link == NULL || mosquitto_lib_init() != MOSQ_ERR_SUCCESS) {
        free(link);
        return NULL;
    }
    link->configuration = configuration;
    link->wake = wake;
    pthread_mutex_init(&link->lock, NULL);
    pthread_cond_init(&link->wanted_changed, NULL);
    if (pthread_create(&link->thread, NULL, run, link) != 0) {
        free(link);
        return NULL;
    }
    pthread_detach(link->thread);
    return link;
}

struct gw_hal_link mqtt_link_hal(struct mqtt_link *link)
{
    return (struct gw_hal_link){.context = link, .connect = connect_link, .subscribe = subscribe, .publish = publish,
                                .next = next, .close = close_link};
}
