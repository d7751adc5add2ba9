// In the gateway's task: orders to the link's, and what it reports.
#include "link.h"

#include <stdio.h>
#include <string.h>

#include "freertos/task.h"

#include "link_inner.h"

/// Orders of the gateway and news of the client that may wait: more than can be under way at once, see `link_post`.
#define INBOX 32u
#define REPORTS 24u

struct link_common link_shared;

/// The connection that the gateway knows of.
static uint32_t wanted;

bool link_post(const struct link_message *message, uint32_t wait_ms)
{
    return xQueueSend(link_shared.inbox, message, pdMS_TO_TICKS(wait_ms)) == pdTRUE;
}

static bool connect_with(void *context, enum gw_cert_slot slot, uint32_t connection, uint64_t floor_s)
{
    (void)context;
    const struct link_message order = {
        .what = ORDER_CONNECT, .connection = connection, .of.connect = {.slot = slot, .floor_s = floor_s}};
    wanted = connection;
    return link_post(&order, 0u);
}

static void subscribe(void *context)
{
    (void)context;
    const struct link_message order = {.what = ORDER_SUBSCRIBE, .connection = wanted};
    (void)link_post(&order, 0u);
}

static bool publish(void *context, enum gw_app_topic topic, uint32_t sequence, const void *bytes, uint32_t length)
{
    (void)context;
    for (uint32_t i = 0; i < LINK_PLACES && length <= GW_APP_BUFFER_MIN; i++) {
        struct link_outgoing *place = &link_shared.outgoing[i];
        if (!atomic_load(&place->is_taken)) {
            const struct link_message order = {.what = ORDER_PUBLISH, .connection = wanted, .of.place = i};
            place->topic = topic;
            place->sequence = sequence;
            place->length = length;
            place->id = 0;
            memcpy(place->bytes, bytes, length);
            atomic_store(&place->is_taken, true);
            if (!link_post(&order, 0u)) {
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
        atomic_store(&link_shared.incoming.state, INCOMING_FREE);
    }
    event->kind = GW_APP_NOTHING;
    struct gw_app_event report;
    while (xQueueReceive(link_shared.reports, &report, 0) == pdTRUE) {
        if (report.connection == wanted) {
            is_command_lent = report.kind == GW_APP_COMMAND;
            *event = report;
            return;
        }
        if (report.kind == GW_APP_COMMAND) {
            atomic_store(&link_shared.incoming.state, INCOMING_FREE);
        }
    }
}

static void close_link(void *context)
{
    (void)context;
    const struct link_message order = {.what = ORDER_CLOSE};
    if (link_post(&order, 0u)) {
        (void)xSemaphoreTake(link_shared.closed, pdMS_TO_TICKS(1000u));
    }
}

static bool write_topics(const char *mac)
{
    static const char *const name[] = {[GW_APP_TOPIC_TELEMETRY] = "telemetry", [GW_APP_TOPIC_STATUS] = "status",
                                       [GW_APP_TOPIC_ACKS] = "acks"};
    for (size_t i = 0; i < sizeof name / sizeof name[0]; i++) {
        (void)snprintf(link_shared.topics[i], LINK_TOPIC_SIZE, "tds_new/devices/%s/%s", mac, name[i]);
    }
    (void)snprintf(link_shared.commands, LINK_TOPIC_SIZE, "tds_new/devices/%s/commands/#", mac);
    const int length = snprintf(link_shared.last_will, LINK_TOPIC_SIZE,
                                "{\"gateway_mac\":\"%s\",\"state\":\"offline\"}", mac);
    return length > 0 && (size_t)length < LINK_TOPIC_SIZE;
}

static void run(void *argument)
{
    (void)argument;
    for (;;) {
        link_turn(1000u);
    }
}

bool link_open(struct gw_hal_link *link, const struct link_config *config)
{
    link_shared.settings = config;
    *link = (struct gw_hal_link){.context = NULL, .connect = connect_with, .subscribe = subscribe, .publish = publish,
                                 .next = next, .close = close_link};
    link_shared.inbox = xQueueCreate(INBOX, sizeof(struct link_message));
    link_shared.reports = xQueueCreate(REPORTS, sizeof(struct gw_app_event));
    link_shared.closed = xSemaphoreCreateBinary();
    return write_topics(config->mac) && link_shared.inbox != NULL && link_shared.reports != NULL
        && link_shared.closed != NULL
        && xTaskCreate(run, "link", CONFIG_GW_LINK_STACK, NULL, CONFIG_GW_LINK_PRIORITY, NULL) == pdPASS;
}
