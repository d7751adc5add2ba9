#include "link.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "esp_log.h"
#include "freertos/FreeRTOS.h"
#include "freertos/queue.h"
#include "freertos/semphr.h"
#include "freertos/task.h"
#include "sdkconfig.h"

#include "clock.h"
#include "gateway.h"
#include "keys.h"
#include "link_error.h"

/// Orders of the gateway and news of the client that may wait: more than can be under way at once, see `post`.
#define INBOX 32u
#define REPORTS 24u

/// How long the client's task waits for a place, or for the gateway to be done with the command before.
#define PATIENCE_MS 5000u

/// An attempt to connect that has not ended by then is given up, in milliseconds: the client does not always say so.
#define ATTEMPT_MS 50000u

/// How long the client's task may take to begin, and a look at whether it has, in milliseconds.
#define BEGIN_MS 1000u
#define LOOK_MS 10u

/// How long one step of the network may take: connecting, a write, the CONNACK.
#define NETWORK_MS 10000

/// MQTT 5 sends again only on a new connection (§4.4), and here that is a new client: so never. esp-mqtt would after
/// 1 s.
#define NEVER_MS 600000

/// The window, and a status message, which is not in the queue.
#define PLACES (CONFIG_GW_WINDOW + 1u)

#define TOPIC_SIZE 64u
#define BUFFER_SIZE 2048

enum what {
    ORDER_CONNECT,
    ORDER_SUBSCRIBE,
    ORDER_PUBLISH,
    ORDER_CLOSE,
    NEWS_CONNECTED,
    NEWS_DISCONNECTED,
    NEWS_ERROR,
    NEWS_PUBACKED,
    NEWS_DELETED,
    NEWS_COMMAND,
};

struct message {
    enum what what;
    uint32_t connection;
    union {
        struct {
            enum gw_cert_slot slot;
            uint64_t floor_s;
        } connect;
        uint32_t place; // ORDER_PUBLISH: in `outgoing`
        struct {
            int id;
            uint8_t reason;
        } answer; // NEWS_PUBACKED, NEWS_DELETED
        bool is_rejected; // NEWS_ERROR
        uint32_t length; // NEWS_COMMAND
    } of;
};

/// A message in flight. The gateway's task takes a place, the link's task frees it.
struct outgoing {
    atomic_bool is_taken;
    enum gw_app_topic topic;
    uint32_t sequence;
    uint32_t length;
    int id; // as the client numbered it; 0 before
    uint8_t bytes[GW_APP_BUFFER_MIN];
};

/// The command that is being put together, and then executed. The client's task fills it, the gateway's frees it.
enum incoming_state { INCOMING_FREE, INCOMING_FILLING, INCOMING_FULL };

static struct {
    _Atomic enum incoming_state state;
    bool is_dropping; // the rest of a message that cannot be taken
    uint32_t filled;
    char type[GW_CMD_TYPE_MAX + 2u];
    uint8_t bytes[GW_CMD_LENGTH_MAX + 1u];
} incoming;

static const char *const tag = "link";
static const struct link_config *settings;
static char topics[3][TOPIC_SIZE];
static char commands[TOPIC_SIZE];
static char last_will[TOPIC_SIZE];
static QueueHandle_t inbox;
static QueueHandle_t reports;
static SemaphoreHandle_t closed;
static struct outgoing outgoing[PLACES];

/// The gateway's: the connection it knows of.
static uint32_t wanted;

/// The connection whose client's task has begun. Written by that task.
static _Atomic uint32_t begun;

/// The link task's.
static struct {
    esp_mqtt_client_handle_t client; // NULL between two connections
    bool has_task;
    uint32_t connection;
    bool is_connected;
    bool is_rejected;
    TickType_t begun;
} session;

/// From any task. The client's task must not wait for ever: the link's may be waiting for it to end.
static bool post(const struct message *message, uint32_t wait_ms)
{
    return xQueueSend(inbox, message, pdMS_TO_TICKS(wait_ms)) == pdTRUE;
}

// ---- In the client's task ------------------------------------------------------------------------------------------

static bool begin_command(const esp_mqtt_event_t *event)
{
    const uint32_t prefix = (uint32_t)strlen(commands) - 1u; // without the #
    if (event->total_data_len <= 0 || (uint32_t)event->total_data_len > GW_CMD_LENGTH_MAX) {
        ESP_LOGW(tag, "a command of %d bytes is too long: dropped", event->total_data_len);
        return false;
    }
    uint32_t waited = 0;
    while (atomic_load(&incoming.state) != INCOMING_FREE && waited < PATIENCE_MS) {
        vTaskDelay(pdMS_TO_TICKS(10u));
        waited += 10u;
    }
    if (atomic_load(&incoming.state) != INCOMING_FREE) {
        ESP_LOGW(tag, "a command came while another was being executed: dropped, to be sent again");
        return false;
    }
    uint32_t length = event->topic_len > (int)prefix ? (uint32_t)event->topic_len - prefix : 0u;
    // A name that is too long is cut: then it is no type that is known, and is refused.
    length = length < sizeof incoming.type ? length : (uint32_t)sizeof incoming.type - 1u;
    if (length > 0u) {
        memcpy(incoming.type, event->topic + prefix, length);
    }
    incoming.type[length] = '\0';
    incoming.filled = 0;
    atomic_store(&incoming.state, INCOMING_FILLING);
    return true;
}

/// A message that is longer than the client's buffer comes in pieces, with the topic in the first only.
static void take_piece(const esp_mqtt_event_t *event, uint32_t connection)
{
    if (event->current_data_offset == 0) {
        incoming.is_dropping = !begin_command(event);
    }
    if (incoming.is_dropping || event->data_len < 0) {
        return;
    }
    const uint32_t length = (uint32_t)event->data_len;
    if (atomic_load(&incoming.state) != INCOMING_FILLING || (uint32_t)event->current_data_offset != incoming.filled
        || length > GW_CMD_LENGTH_MAX - incoming.filled) {
        incoming.is_dropping = true;
        atomic_store(&incoming.state, INCOMING_FREE);
        return;
    }
    memcpy(incoming.bytes + incoming.filled, event->data, length);
    incoming.filled += length;
    if (incoming.filled == (uint32_t)event->total_data_len) {
        const struct message news = {.what = NEWS_COMMAND, .connection = connection, .of.length = incoming.filled};
        atomic_store(&incoming.state, INCOMING_FULL);
        if (!post(&news, PATIENCE_MS)) {
            atomic_store(&incoming.state, INCOMING_FREE);
        }
    }
}

static void on_event(void *argument, esp_event_base_t base, int32_t id, void *data)
{
    (void)base;
    const esp_mqtt_event_t *event = data;
    struct message news = {.connection = (uint32_t)(uintptr_t)argument};
    switch ((esp_mqtt_event_id_t)id) {
    case MQTT_EVENT_BEFORE_CONNECT:
        atomic_store(&begun, news.connection);
        return;
    case MQTT_EVENT_CONNECTED:
        news.what = NEWS_CONNECTED;
        break;
    case MQTT_EVENT_DISCONNECTED:
        news.what = NEWS_DISCONNECTED;
        break;
    case MQTT_EVENT_ERROR:
        news.what = NEWS_ERROR;
        news.of.is_rejected = link_error_log(event->error_handle, settings->broker);
        break;
    case MQTT_EVENT_PUBLISHED:
        news.what = NEWS_PUBACKED;
        news.of.answer.id = event->msg_id;
        // The reason code of a PUBACK stands here in every release with MQTT 5; none means 0, success (§3.4.2.1).
        news.of.answer.reason = event->data_len > 0 && event->data != NULL ? (uint8_t)event->data[0] : 0u;
        break;
    case MQTT_EVENT_DELETED:
        news.what = NEWS_DELETED;
        news.of.answer.id = event->msg_id;
        break;
    case MQTT_EVENT_SUBSCRIBED:
        if (event->data_len > 0 && event->data != NULL && (uint8_t)event->data[0] >= 0x80u) {
            ESP_LOGE(tag, "the broker refuses the subscription to %s (reason %u): its ACL denies it", commands,
                     (unsigned)(uint8_t)event->data[0]);
        }
        return;
    case MQTT_EVENT_DATA:
        take_piece(event, news.connection);
        return;
    default:
        return;
    }
    if (!post(&news, PATIENCE_MS)) {
        ESP_LOGE(tag, "the inbox is full: news of the connection is lost");
    }
}

// ---- In the link's task --------------------------------------------------------------------------------------------

static void report(struct gw_app_event event)
{
    event.connection = session.connection;
    (void)xQueueSend(reports, &event, portMAX_DELAY);
    gateway_wake();
}

static void free_places(void)
{
    for (uint32_t i = 0; i < PLACES; i++) {
        atomic_store(&outgoing[i].is_taken, false);
    }
}

/// Until the client's task has run, esp_mqtt_client_destroy() takes it for one that was never started, and would free
/// what it is about to use.
static void await_task(void)
{
    for (uint32_t waited = 0; session.has_task && waited < BEGIN_MS; waited += LOOK_MS) {
        if (atomic_load(&begun) == session.connection) {
            return;
        }
        vTaskDelay(pdMS_TO_TICKS(LOOK_MS));
    }
}

/// Waits until the client's task has ended. What was in the client's outbox goes with it.
static void end_client(void)
{
    if (session.client != NULL) {
        await_task();
        (void)esp_mqtt_client_destroy(session.client);
        session.client = NULL;
    }
    session.has_task = false;
    session.is_connected = false;
    keys_detach();
    free_places();
    if (atomic_load(&incoming.state) == INCOMING_FILLING) {
        atomic_store(&incoming.state, INCOMING_FREE);
    }
}

static bool start_client(enum gw_cert_slot slot)
{
    esp_mqtt_client_config_t config = {
        .broker.address = {.hostname = settings->broker, .port = settings->port, .transport = MQTT_TRANSPORT_OVER_SSL},
        .credentials.client_id = settings->mac,
        .session = {
            .last_will = {.topic = topics[GW_APP_TOPIC_STATUS], .msg = last_will, .qos = 1, .retain = 1},
            .keepalive = 60,
            .protocol_ver = MQTT_PROTOCOL_V_5,
            .message_retransmit_timeout = NEVER_MS,
        },
        // When to try again, and with which certificate, is decided in one place, and that is the core.
        .network = {.reconnect_timeout_ms = 1000, .timeout_ms = NETWORK_MS, .disable_auto_reconnect = true},
        .buffer = {.size = BUFFER_SIZE, .out_size = BUFFER_SIZE},
    };
    // The broker hands out one command at a time: the next when the one before was taken.
    const esp_mqtt5_connection_property_config_t property = {.receive_maximum = 1u};
    if (!keys_attach(slot, &config)) {
        return false;
    }
    session.client = esp_mqtt_client_init(&config);
    session.has_task = session.client != NULL
        && esp_mqtt5_client_set_connect_property(session.client, &property) == ESP_OK
        && esp_mqtt_client_register_event(session.client, MQTT_EVENT_ANY, on_event,
                                          (void *)(uintptr_t)session.connection) == ESP_OK
        && esp_mqtt_client_start(session.client) == ESP_OK;
    return session.has_task;
}

static void connect_broker(const struct message *order)
{
    end_client();
    session.connection = order->connection;
    session.is_rejected = false;
    session.begun = xTaskGetTickCount();
    clock_raise(order->of.connect.floor_s);
    if (!start_client(order->of.connect.slot)) {
        end_client();
        report((struct gw_app_event){.kind = GW_APP_DISCONNECTED});
    }
}

static void end_session(void)
{
    const bool is_refusal = session.is_rejected && !session.is_connected;
    end_client();
    report((struct gw_app_event){.kind = is_refusal ? GW_APP_REJECTED : GW_APP_DISCONNECTED});
}

static void publish_place(uint32_t place)
{
    struct outgoing *message = &outgoing[place];
    // Sent at once, from here; the client's own task would look at it up to a second later.
    const int retain = message->topic == GW_APP_TOPIC_STATUS ? 1 : 0;
    message->id = -1;
    if (session.client != NULL) {
        message->id = esp_mqtt_client_publish(session.client, topics[message->topic], (const char *)message->bytes,
                                              (int)message->length, 1, retain);
    }
    if (message->id <= 0) {
        const uint32_t sequence = message->sequence;
        atomic_store(&message->is_taken, false);
        report((struct gw_app_event){.kind = GW_APP_DELETED, .sequence = sequence});
    }
}

/// A PUBACK, or that the client gave a message up. Of a number that is not known nobody waits to hear.
static void answer_place(enum gw_app_event_kind kind, int id, uint8_t reason)
{
    for (uint32_t i = 0; i < PLACES; i++) {
        if (atomic_load(&outgoing[i].is_taken) && outgoing[i].id == id) {
            const uint32_t sequence = outgoing[i].sequence;
            outgoing[i].id = 0;
            atomic_store(&outgoing[i].is_taken, false);
            report((struct gw_app_event){.kind = kind, .sequence = sequence, .reason = reason});
            return;
        }
    }
}

static void handle_news(const struct message *news)
{
    if (news->connection != session.connection || session.client == NULL) {
        return; // of a client that is gone
    }
    switch (news->what) {
    case NEWS_CONNECTED:
        session.is_connected = true;
        report((struct gw_app_event){.kind = GW_APP_CONNECTED});
        break;
    case NEWS_DISCONNECTED:
        end_session();
        break;
    case NEWS_ERROR:
        session.is_rejected = session.is_rejected || news->of.is_rejected;
        break;
    case NEWS_PUBACKED:
        answer_place(GW_APP_PUBACKED, news->of.answer.id, news->of.answer.reason);
        break;
    case NEWS_DELETED:
        answer_place(GW_APP_DELETED, news->of.answer.id, 0u);
        break;
    default: // NEWS_COMMAND
        report((struct gw_app_event){.kind = GW_APP_COMMAND, .bytes = incoming.bytes, .length = news->of.length,
                                     .topic_type = incoming.type});
        break;
    }
}

static void handle(const struct message *message)
{
    switch (message->what) {
    case ORDER_CONNECT:
        connect_broker(message);
        break;
    case ORDER_SUBSCRIBE:
        if (session.client != NULL && esp_mqtt_client_subscribe_single(session.client, commands, 1) < 0) {
            ESP_LOGW(tag, "the subscription was not sent: connecting anew");
            end_session();
        }
        break;
    case ORDER_PUBLISH:
        publish_place(message->of.place);
        break;
    case ORDER_CLOSE:
        end_client();
        (void)xSemaphoreGive(closed);
        break;
    default:
        handle_news(message);
        break;
    }
}

void link_turn(uint32_t wait_ms)
{
    struct message message;
    if (xQueueReceive(inbox, &message, pdMS_TO_TICKS(wait_ms)) == pdTRUE) {
        handle(&message);
    }
    if (session.client != NULL && !session.is_connected
        && xTaskGetTickCount() - session.begun >= pdMS_TO_TICKS(ATTEMPT_MS)) {
        ESP_LOGW(tag, "no connection within %u s", ATTEMPT_MS / 1000u);
        end_session();
    }
}

static void run(void *argument)
{
    (void)argument;
    for (;;) {
        link_turn(1000u);
    }
}

// ---- In the gateway's task -----------------------------------------------------------------------------------------

static bool connect_with(void *context, enum gw_cert_slot slot, uint32_t connection, uint64_t floor_s)
{
    (void)context;
    const struct message order = {
        .what = ORDER_CONNECT, .connection = connection, .of.connect = {.slot = slot, .floor_s = floor_s}};
    wanted = connection;
    return post(&order, 0u);
}

static void subscribe(void *context)
{
    (void)context;
    const struct message order = {.what = ORDER_SUBSCRIBE, .connection = wanted};
    (void)post(&order, 0u);
}

static bool publish(void *context, enum gw_app_topic topic, uint32_t sequence, const void *bytes, uint32_t length)
{
    (void)context;
    for (uint32_t i = 0; i < PLACES && length <= GW_APP_BUFFER_MIN; i++) {
        struct outgoing *place = &outgoing[i];
        if (!atomic_load(&place->is_taken)) {
            const struct message order = {.what = ORDER_PUBLISH, .connection = wanted, .of.place = i};
            place->topic = topic;
            place->sequence = sequence;
            place->length = length;
            place->id = 0;
            memcpy(place->bytes, bytes, length);
            atomic_store(&place->is_taken, true);
            if (!post(&order, 0u)) {
                atomic_store(&place->is_taken, false);
                return false;
            }
            return true;
        }
    }
    return false;
}

static void next(void *context, struct gw_app_event *event)
{
    (void)context;
    static bool is_command_lent;
    if (is_command_lent) {
        is_command_lent = false;
        atomic_store(&incoming.state, INCOMING_FREE);
    }
    event->kind = GW_APP_NOTHING;
    struct gw_app_event report;
    while (xQueueReceive(reports, &report, 0) == pdTRUE) {
        if (report.connection == wanted) {
            is_command_lent = report.kind == GW_APP_COMMAND;
            *event = report;
            return;
        }
        if (report.kind == GW_APP_COMMAND) {
            atomic_store(&incoming.state, INCOMING_FREE);
        }
    }
}

static void close_link(void *context)
{
    (void)context;
    const struct message order = {.what = ORDER_CLOSE};
    if (post(&order, 0u)) {
        (void)xSemaphoreTake(closed, pdMS_TO_TICKS(1000u));
    }
}

static bool write_topics(const char *mac)
{
    static const char *const name[] = {[GW_APP_TOPIC_TELEMETRY] = "telemetry", [GW_APP_TOPIC_STATUS] = "status",
                                       [GW_APP_TOPIC_ACKS] = "acks"};
    for (size_t i = 0; i < sizeof name / sizeof name[0]; i++) {
        (void)snprintf(topics[i], TOPIC_SIZE, "tds_new/devices/%s/%s", mac, name[i]);
    }
    (void)snprintf(commands, TOPIC_SIZE, "tds_new/devices/%s/commands/#", mac);
    return (size_t)snprintf(last_will, TOPIC_SIZE, "{\"gateway_mac\":\"%s\",\"state\":\"offline\"}", mac) < TOPIC_SIZE;
}

bool link_open(struct gw_hal_link *link, const struct link_config *config)
{
    settings = config;
    *link = (struct gw_hal_link){.context = NULL, .connect = connect_with, .subscribe = subscribe, .publish = publish,
                                 .next = next, .close = close_link};
    inbox = xQueueCreate(INBOX, sizeof(struct message));
    reports = xQueueCreate(REPORTS, sizeof(struct gw_app_event));
    closed = xSemaphoreCreateBinary();
    return write_topics(config->mac) && inbox != NULL && reports != NULL && closed != NULL
        && xTaskCreate(run, "link", CONFIG_GW_LINK_STACK, NULL, CONFIG_GW_LINK_PRIORITY, NULL) == pdPASS;
}
