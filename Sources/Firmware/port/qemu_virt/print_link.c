#include <stdio.h>

#include "board.h"

enum { REPORTS = 16 };

/// What is to be reported, in order.
static struct gw_app_event reports[REPORTS];
static unsigned first, count;
static unsigned wanted, printed;

static bool report(struct gw_app_event event)
{
    if (count == REPORTS) {
        return false;
    }
    reports[(first + count) % REPORTS] = event;
    count++;
    return true;
}

static bool connect(void *context, enum gw_cert_slot slot, uint32_t connection, uint64_t floor_s)
{
    (void)context;
    (void)slot;
    (void)floor_s;
    count = 0;
    return report((struct gw_app_event){.kind = GW_APP_CONNECTED, .connection = connection});
}

static void subscribe(void *context)
{
    (void)context;
}

static bool publish(void *context, enum gw_app_topic topic, uint32_t sequence, const void *bytes, uint32_t length)
{
    static const char *const names[] = {"telemetry", "status", "acks"};
    const struct gw_app *app = context;
    if (!report((struct gw_app_event){.kind = GW_APP_PUBACKED, .connection = app->connection, .sequence = sequence})) {
        return false;
    }
    printf("%s %.*s\n", names[topic], (int)length, (const char *)bytes);
    printed += topic == GW_APP_TOPIC_TELEMETRY ? 1u : 0u;
    return true;
}

static void next(void *context, struct gw_app_event *event)
{
    (void)context;
    *event = (struct gw_app_event){.kind = GW_APP_NOTHING};
    if (count > 0u) {
        *event = reports[first];
        first = (first + 1u) % REPORTS;
        count--;
    }
}

static void close(void *context)
{
    (void)context;
}

struct gw_hal_link print_link(unsigned messages)
{
    wanted = messages;
    return (struct gw_hal_link){.connect = connect, .subscribe = subscribe, .publish = publish, .next = next,
                                .close = close};
}

bool print_link_is_done(void)
{
    return printed >= wanted && count == 0u;
}
