/// What the files of the link share: three tasks that talk through queues. No one else looks in here.
///
/// The gateway's task leaves orders and takes reports (link.c); the link's own task owns the client (link_session.c);
/// the client's task brings news (link_events.c).
#ifndef LINK_INNER_H
#define LINK_INNER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "esp_event.h"
#include "freertos/FreeRTOS.h"
#include "freertos/queue.h"
#include "freertos/semphr.h"
#include "sdkconfig.h"

#include "link.h"

/// The window, and a status message, which is not in the queue.
#define LINK_PLACES (CONFIG_GW_WINDOW + 1u)

#define LINK_TOPIC_SIZE 64u

enum link_what {
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

struct link_message {
    enum link_what what;
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
struct link_outgoing {
    atomic_bool is_taken;
    enum gw_app_topic topic;
    uint32_t sequence;
    uint32_t length;
    int id; // as the client numbered it; 0 before
    uint8_t bytes[GW_APP_BUFFER_MIN];
};

/// The command that is being put together, and then executed. The client's task fills it, the gateway's frees it.
enum link_incoming_state { INCOMING_FREE, INCOMING_FILLING, INCOMING_FULL };

struct link_incoming {
    _Atomic enum link_incoming_state state;
    bool is_dropping; // the rest of a message that cannot be taken
    uint32_t filled;
    char type[GW_CMD_TYPE_MAX + 2u];
    uint8_t bytes[GW_CMD_LENGTH_MAX + 1u];
};

struct link_common {
    const struct link_config *settings;
    char topics[3][LINK_TOPIC_SIZE]; // by enum gw_app_topic
    char commands[LINK_TOPIC_SIZE];
    char last_will[LINK_TOPIC_SIZE];
    QueueHandle_t inbox;   // of the link's task: orders and news
    QueueHandle_t reports; // to the gateway's
    SemaphoreHandle_t closed;
    struct link_outgoing outgoing[LINK_PLACES];
    struct link_incoming incoming;
    _Atomic uint32_t begun; // the connection whose client's task has begun: written by that task
};

extern struct link_common link_shared;

/// From any task. The client's task must not wait for ever: the link's may be waiting for it to end.
bool link_post(const struct link_message *message, uint32_t wait_ms);

/// In the client's task: what the client says; `argument` is the number of the connection.
void link_on_event(void *argument, esp_event_base_t base, int32_t id, void *data);

#endif
