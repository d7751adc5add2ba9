/// esp-mqtt and a broker. What the client does not copy is read when it connects: a buffer that is gone by then shows.
#include <stdlib.h>
#include <string.h>

#include "esp_tls.h"
#include "mqtt_client.h"
#include "world.h"

#define OUTBOX 16

struct esp_mqtt_client {
    esp_mqtt_client_config_t config;
    esp_event_handler_t handler;
    void *argument;
    bool is_started;
    bool has_begun;
    bool is_connected;
    bool has_ended;
    uint64_t outcome_us;
    int next_id;
    struct {
        int id; // 0 for a free place
        uint64_t due_us;
        uint64_t queued_us;
    } outbox[OUTBOX];
};

static struct esp_mqtt_client *the_client;
static int is_in_handler;
static const char *last_key;

static void dispatch(struct esp_mqtt_client *client, esp_mqtt_event_t event)
{
    is_in_handler++;
    client->handler(client->argument, "MQTT_EVENTS", event.event_id, &event);
    is_in_handler--;
}

esp_mqtt_client_handle_t esp_mqtt_client_init(const esp_mqtt_client_config_t *config)
{
    CHECK(the_client == NULL); // one client for each connection, and the one before is gone
    CHECK(config->session.protocol_ver == MQTT_PROTOCOL_V_5);
    CHECK(config->broker.address.transport == MQTT_TRANSPORT_OVER_SSL);
    struct esp_mqtt_client *client = calloc(1, sizeof *client);
    client->config = *config;
    client->next_id = 100;
    the_client = client;
    last_key = config->credentials.authentication.key;
    world->clients++;
    return client;
}

esp_err_t esp_mqtt_client_register_event(esp_mqtt_client_handle_t client, esp_mqtt_event_id_t event, esp_event_handler_t handler, void *argument)
{
    CHECK(client == the_client && event == MQTT_EVENT_ANY);
    client->handler = handler;
    client->argument = argument;
    return ESP_OK;
}

esp_err_t esp_mqtt5_client_set_connect_property(esp_mqtt5_client_handle_t client, const esp_mqtt5_connection_property_config_t *property)
{
    CHECK(client == the_client && property->receive_maximum == 1u && property->session_expiry_interval == 0u);
    return ESP_OK;
}

esp_err_t esp_mqtt_client_start(esp_mqtt_client_handle_t client)
{
    CHECK(client == the_client && !client->is_started && client->handler != NULL);
    static esp_event_handler_t before;
    static void *before_argument;
    if (world->has_late_news && before != NULL) {
        esp_mqtt_event_t late = {.event_id = MQTT_EVENT_DISCONNECTED};
        before(before_argument, "MQTT_EVENTS", MQTT_EVENT_DISCONNECTED, &late);
    }
    before = client->handler;
    before_argument = client->argument;
    client->is_started = true;
    client->outcome_us = world->now_us + 300000u;
    return ESP_OK;
}

esp_err_t esp_mqtt_client_destroy(esp_mqtt_client_handle_t client)
{
    CHECK(client == the_client && is_in_handler == 0); // from its own task it would not end
    CHECK(!client->is_started || client->has_begun); // its task would use what is freed here
    the_client = NULL;
    world->clients--;
    free(client);
    return ESP_OK;
}

static void end(struct esp_mqtt_client *client, esp_mqtt_error_codes_t *error)
{
    client->has_ended = true;
    client->is_connected = false;
    if (error != NULL) {
        dispatch(client, (esp_mqtt_event_t){.event_id = MQTT_EVENT_ERROR, .error_handle = error});
    }
    dispatch(client, (esp_mqtt_event_t){.event_id = MQTT_EVENT_DISCONNECTED});
}

static void decide(struct esp_mqtt_client *client)
{
    const esp_mqtt_client_config_t *config = &client->config;
    esp_mqtt_error_codes_t error = {.error_type = MQTT_ERROR_TYPE_TCP_TRANSPORT};
    client->outcome_us = 0;
    world->attempts++;
    (void)snprintf(world->last_certificate, sizeof world->last_certificate, "%s", config->credentials.authentication.certificate);
    (void)snprintf(world->will, sizeof world->will, "%s", config->session.last_will.msg);
    (void)snprintf(world->will_topic, sizeof world->will_topic, "%s", config->session.last_will.topic);
    (void)snprintf(world->client_id, sizeof world->client_id, "%s", config->credentials.client_id);
    CHECK(strlen(config->broker.verification.certificate) > 0u && config->credentials.authentication.key_len > 0u);
    CHECK(config->credentials.authentication.key[0] == 'K');
    world->retransmit_ms = config->session.message_retransmit_timeout;
    world->auto_reconnect_is_off = config->network.disable_auto_reconnect;
    world->checks_host = !config->broker.verification.skip_cert_common_name_check;
    if (world->broker == BROKER_SILENT) {
        return;
    }
    if (world->broker == BROKER_DOWN || world->broker == BROKER_NO_NAME) {
        error.esp_tls_last_esp_err = world->broker == BROKER_DOWN ? ESP_ERR_ESP_TLS_FAILED_CONNECT_TO_HOST
                                                                  : ESP_ERR_ESP_TLS_CANNOT_RESOLVE_HOSTNAME;
        end(client, &error);
    } else if (world->refused[0] != '\0' && strstr(world->last_certificate, world->refused) != NULL) {
        error.esp_tls_last_esp_err = ESP_ERR_MBEDTLS_SSL_HANDSHAKE_FAILED;
        error.esp_tls_stack_err = -0x7780;
        end(client, &error);
    } else {
        client->is_connected = true;
        world->connects++;
        dispatch(client, (esp_mqtt_event_t){.event_id = MQTT_EVENT_CONNECTED});
    }
}

int esp_mqtt_client_subscribe_single(esp_mqtt_client_handle_t client, const char *topic, int qos)
{
    CHECK(client == the_client && qos == 1 && strcmp(topic, "tds_new/devices/" WORLD_MAC "/commands/#") == 0);
    world->subscriptions += client->is_connected ? 1u : 0u;
    return client->is_connected ? client->next_id++ : -1;
}

int esp_mqtt_client_publish(esp_mqtt_client_handle_t client, const char *topic, const char *data, int length, int qos, int retain)
{
    CHECK(client == the_client && qos == 1 && length > 0);
    if (!client->is_connected) {
        return -1;
    }
    world->client_refusals += world->client_is_full ? 1u : 0u;
    for (int i = 0; i < OUTBOX && !world->client_is_full; i++) {
        if (client->outbox[i].id == 0) {
            struct world_message *message = &world->messages[world->message_count % 400u];
            CHECK((size_t)length < sizeof message->bytes);
            (void)snprintf(message->topic, sizeof message->topic, "%s", topic);
            memcpy(message->bytes, data, (size_t)length);
            message->bytes[length] = '\0';
            message->retain = retain;
            message->reason = world->acknowledges ? world->reason : 255u;
            message->at_ms = world->now_us / 1000u;
            world->message_count++;
            client->outbox[i].id = client->next_id++;
            client->outbox[i].queued_us = world->now_us;
            client->outbox[i].due_us = world->acknowledges ? world->now_us + 50000u : UINT64_MAX;
            return client->outbox[i].id;
        }
    }
    return -2;
}

void fake_broker_begin(void)
{
    if (the_client != NULL && the_client->is_started && !the_client->has_begun) {
        the_client->has_begun = true;
        dispatch(the_client, (esp_mqtt_event_t){.event_id = MQTT_EVENT_BEFORE_CONNECT});
    }
}

void fake_broker_step(void)
{
    fake_broker_begin();
    struct esp_mqtt_client *client = the_client;
    if (client == NULL || !client->is_started || client->has_ended) {
        return;
    }
    if (client->outcome_us != 0u && client->outcome_us <= world->now_us) {
        decide(client);
    }
    for (int i = 0; client->is_connected && i < OUTBOX; i++) {
        const int id = client->outbox[i].id;
        if (id != 0 && client->outbox[i].due_us <= world->now_us) {
            char reason = (char)world->reason;
            client->outbox[i].id = 0;
            // A PUBACK without a reason code means success (MQTT 5 §3.4.2.1).
            dispatch(client, (esp_mqtt_event_t){.event_id = MQTT_EVENT_PUBLISHED, .msg_id = id,
                                                .data = reason == 0 ? NULL : &reason, .data_len = reason == 0 ? 0 : 1});
        } else if (id != 0 && world->deletes && client->outbox[i].queued_us + 90000000u <= world->now_us) {
            client->outbox[i].id = 0;
            dispatch(client, (esp_mqtt_event_t){.event_id = MQTT_EVENT_DELETED, .msg_id = id});
        }
    }
    if (client->is_connected && world->broker == BROKER_DOWN) {
        world_break_connection();
    }
}

uint64_t fake_broker_next_us(void);
uint64_t fake_broker_next_us(void)
{
    uint64_t next = UINT64_MAX;
    if (the_client != NULL && the_client->outcome_us != 0u && !the_client->has_ended) {
        next = the_client->outcome_us;
    }
    for (int i = 0; the_client != NULL && i < OUTBOX; i++) {
        if (the_client->outbox[i].id != 0 && the_client->outbox[i].due_us < next) {
            next = the_client->outbox[i].due_us;
        }
    }
    return next;
}

void world_break_connection(void)
{
    esp_mqtt_error_codes_t error = {.error_type = MQTT_ERROR_TYPE_TCP_TRANSPORT, .esp_tls_last_esp_err = ESP_ERR_ESP_TLS_TCP_CLOSED_FIN};
    if (the_client != NULL && the_client->is_connected) {
        end(the_client, &error);
    }
}

char world_key_in_memory(void)
{
    return *last_key;
}

void world_send_command(const char *type, const char *bytes, size_t piece)
{
    char topic[128];
    const size_t length = strlen(bytes);
    CHECK(the_client != NULL && the_client->is_connected);
    (void)snprintf(topic, sizeof topic, "tds_new/devices/" WORLD_MAC "/commands/%s", type);
    for (size_t at = 0; at < length && (world->cut_after == 0u || at < world->cut_after); at += piece) {
        const size_t count = length - at < piece ? length - at : piece;
        char *copy = malloc(count);
        memcpy(copy, bytes + at, count);
        dispatch(the_client, (esp_mqtt_event_t){.event_id = MQTT_EVENT_DATA, .data = copy, .data_len = (int)count,
                                                .total_data_len = (int)length, .current_data_offset = (int)at,
                                                .topic = at == 0u ? topic : NULL,
                                                .topic_len = at == 0u ? (int)strlen(topic) : 0});
        free(copy);
    }
}
