// In the client's task: what the client says becomes news for the link's.
#include <string.h>

#include "esp_log.h"
#include "freertos/task.h"
#include "mqtt_client.h"

#include "link_error.h"
#include "link_inner.h"

/// How long the client's task waits for a place, or for the gateway to be done with the command before.
#define PATIENCE_MS 5000u

static const char *const tag = "link";

static bool begin_command(const esp_mqtt_event_t *event)
{
    struct link_incoming *incoming = &link_shared.incoming;
    const uint32_t prefix = (uint32_t)strlen(link_shared.commands) - 1u; // without the #
    if (event->total_data_len <= 0 || (uint32_t)event->total_data_len > GW_CMD_LENGTH_MAX) {
        ESP_LOGW(tag, "a command of %d bytes is too long: dropped", event->total_data_len);
        return false;
    }
    uint32_t waited = 0;
    while (atomic_load(&incoming->state) != INCOMING_FREE && waited < PATIENCE_MS) {
        vTaskDelay(pdMS_TO_TICKS(10u));
        waited += 10u;
    }
    if (atomic_load(&incoming->state) != INCOMING_FREE) {
        ESP_LOGW(tag, "a command came while another was being executed: dropped, to be sent again");
        return false;
    }
    uint32_t length = event->topic_len > (int)prefix ? (uint32_t)event->topic_len - prefix : 0u;
    // A name that is too long is cut: then it is no type that is known, and is refused.
    length = length < sizeof incoming->type ? length : (uint32_t)sizeof incoming->type - 1u;
    if (length > 0u) {
        memcpy(incoming->type, event->topic + prefix, length);
    }
    incoming->type[length] = '\0';
    incoming->filled = 0;
    atomic_store(&incoming->state, INCOMING_FILLING);
    return true;
}

/// A message that is longer than the client's buffer comes in pieces, with the topic in the first only.
static void take_piece(const esp_mqtt_event_t *event, uint32_t connection)
{
    struct link_incoming *incoming = &link_shared.incoming;
    if (event->current_data_offset == 0) {
        incoming->is_dropping = !begin_command(event);
    }
    if (incoming->is_dropping || event->data_len < 0) {
        return;
    }
    const uint32_t length = (uint32_t)event->data_len;
    if (atomic_load(&incoming->state) != INCOMING_FILLING
        || (uint32_t)event->current_data_offset != incoming->filled
        || length > GW_CMD_LENGTH_MAX - incoming->filled) {
        incoming->is_dropping = true;
        atomic_store(&incoming->state, INCOMING_FREE);
        return;
    }
    memcpy(incoming->bytes + incoming->filled, event->data, length);
    incoming->filled += length;
    if (incoming->filled == (uint32_t)event->total_data_len) {
        const struct link_message news = {
            .what = NEWS_COMMAND, .connection = connection, .of.length = incoming->filled};
        atomic_store(&incoming->state, INCOMING_FULL);
        if (!link_post(&news, PATIENCE_MS)) {
            atomic_store(&incoming->state, INCOMING_FREE);
        }
    }
}

void link_on_event(void *argument, esp_event_base_t base, int32_t id, void *data)
{
    (void)base;
    const esp_mqtt_event_t *event = data;
    struct link_message news = {.connection = (uint32_t)(uintptr_t)argument};
    switch ((esp_mqtt_event_id_t)id) {
    case MQTT_EVENT_BEFORE_CONNECT:
        atomic_store(&link_shared.begun, news.connection);
        return;
    case MQTT_EVENT_CONNECTED:
        news.what = NEWS_CONNECTED;
        break;
    case MQTT_EVENT_DISCONNECTED:
        news.what = NEWS_DISCONNECTED;
        break;
    case MQTT_EVENT_ERROR:
        news.what = NEWS_ERROR;
        news.of.is_rejected = link_error_log(event->error_handle, link_shared.settings->broker);
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
            ESP_LOGE(tag, "the broker refuses the subscription to %s (reason %u): its ACL denies it",
                     link_shared.commands, (unsigned)(uint8_t)event->data[0]);
        }
        return;
    case MQTT_EVENT_DATA:
        take_piece(event, news.connection);
        return;
    default:
        return;
    }
    if (!link_post(&news, PATIENCE_MS)) {
        ESP_LOGE(tag, "the inbox is full: news of the connection is lost");
    }
}
