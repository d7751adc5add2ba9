// In the link's task: it owns the client, one for each connection.
#include "esp_log.h"
#include "freertos/task.h"
#include "mqtt_client.h"

#include "clock.h"
#include "gateway.h"
#include "keys.h"
#include "link_inner.h"

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

#define BUFFER_SIZE 2048

static const char *const tag = "link";

static struct {
    esp_mqtt_client_handle_t client; // NULL between two connections
    bool has_task;
    uint32_t connection;
    bool is_connected;
    bool is_rejected;
    TickType_t begun;
} session;

static void report(struct gw_app_event event)
{
    event.connection = session.connection;
    (void)xQueueSend(link_shared.reports, &event, portMAX_DELAY);
    gateway_wake();
}

static void free_places(void)
{
    for (uint32_t i = 0; i < LINK_PLACES; i++) {
        atomic_store(&link_shared.outgoing[i].is_taken, false);
    }
}

/// Until the client's task has run, esp_mqtt_client_destroy() takes it for one that was never started, and would free
/// what it is about to use.
static void await_task(void)
{
    for (uint32_t waited = 0; session.has_task && waited < BEGIN_MS; waited += LOOK_MS) {
        if (atomic_load(&link_shared.begun) == session.connection) {
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
    if (atomic_load(&link_shared.incoming.state) == INCOMING_FILLING) {
        atomic_store(&link_shared.incoming.state, INCOMING_FREE);
    }
}

static bool start_client(enum gw_cert_slot slot)
{
    const struct link_config *settings = link_shared.settings;
    esp_mqtt_client_config_t config = {
        .broker.address = {.hostname = settings->broker, .port = settings->port, .transport = MQTT_TRANSPORT_OVER_SSL},
        .credentials.client_id = settings->mac,
        .session = {
            .last_will = {.topic = link_shared.topics[GW_APP_TOPIC_STATUS], .msg = link_shared.last_will, .qos = 1,
                          .retain = 1},
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
        && esp_mqtt_client_register_event(session.client, MQTT_EVENT_ANY, link_on_event,
                                          (void *)(uintptr_t)session.connection) == ESP_OK
        && esp_mqtt_client_start(session.client) == ESP_OK;
    return session.has_task;
}

static void connect_broker(const struct link_message *order)
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
    struct link_outgoing *message = &link_shared.outgoing[place];
    // Sent at once, from here; the client's own task would look at it up to a second later.
    const int retain = message->topic == GW_APP_TOPIC_STATUS ? 1 : 0;
    message->id = -1;
    if (session.client != NULL) {
        message->id = esp_mqtt_client_publish(session.client, link_shared.topics[message->topic],
                                              (const char *)message->bytes, (int)message->length, 1, retain);
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
    for (uint32_t i = 0; i < LINK_PLACES; i++) {
        struct link_outgoing *message = &link_shared.outgoing[i];
        if (atomic_load(&message->is_taken) && message->id == id) {
            const uint32_t sequence = message->sequence;
            message->id = 0;
            atomic_store(&message->is_taken, false);
            report((struct gw_app_event){.kind = kind, .sequence = sequence, .reason = reason});
            return;
        }
    }
}

static void handle_news(const struct link_message *news)
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
        report((struct gw_app_event){.kind = GW_APP_COMMAND, .bytes = link_shared.incoming.bytes,
                                     .length = news->of.length, .topic_type = link_shared.incoming.type});
        break;
    }
}

static void handle(const struct link_message *message)
{
    switch (message->what) {
    case ORDER_CONNECT:
        connect_broker(message);
        break;
    case ORDER_SUBSCRIBE:
        if (session.client != NULL && esp_mqtt_client_subscribe_single(session.client, link_shared.commands, 1) < 0) {
            ESP_LOGW(tag, "the subscription was not sent: connecting anew");
            end_session();
        }
        break;
    case ORDER_PUBLISH:
        publish_place(message->of.place);
        break;
    case ORDER_CLOSE:
        end_client();
        (void)xSemaphoreGive(link_shared.closed);
        break;
    default:
        handle_news(message);
        break;
    }
}

void link_turn(uint32_t wait_ms)
{
    struct link_message message;
    if (xQueueReceive(link_shared.inbox, &message, pdMS_TO_TICKS(wait_ms)) == pdTRUE) {
        handle(&message);
    }
    if (session.client != NULL && !session.is_connected
        && xTaskGetTickCount() - session.begun >= pdMS_TO_TICKS(ATTEMPT_MS)) {
        ESP_LOGW(tag, "no connection within %u s", ATTEMPT_MS / 1000u);
        end_session();
    }
}
