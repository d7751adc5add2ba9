/// From the meter to the broker, and what may happen on the way.
#include <string.h>

#include "link.h"
#include "network.h"
#include "test.h"

void world_lose_wifi(void);

static bool has_telemetry(void)
{
    return world_count("/telemetry") > 0u;
}

static void first_hour(void)
{
    CHECK(world_run_until(has_telemetry, 60000));
    CHECK(strstr(world_last("/telemetry")->bytes, "{\"gateway_mac\":\"" WORLD_MAC "\",\"timestamp\":\"2027-01-15T08:") != NULL);
    CHECK(strstr(world_last("/telemetry")->bytes,
                 "\"leituras\":[{\"dispositivo_codigo\":\"D01\",\"valor\":10,\"unidade\":\"kWh\"},"
                 "{\"dispositivo_codigo\":\"D02\",\"valor\":1001,\"unidade\":\"m³\"},"
                 "{\"dispositivo_codigo\":\"D03\",\"valor\":200,\"unidade\":\"°C\"}]}") != NULL);
    CHECK(strcmp(world_last("/telemetry")->topic, "tds_new/devices/" WORLD_MAC "/telemetry") == 0);
    CHECK(world_last("/telemetry")->retain == 0);
    CHECK(world_count("/status") >= 1u && world_last("/status")->retain == 1);
    CHECK(strstr(world_last("/status")->bytes, "\"state\":\"online\"") != NULL);
    CHECK(strstr(world_last("/status")->bytes, "\"agent\":\"edge-firmware 0.1.0\"") != NULL);
    CHECK(strcmp(world->will, "{\"gateway_mac\":\"" WORLD_MAC "\",\"state\":\"offline\"}") == 0);
    CHECK(strcmp(world->will_topic, "tds_new/devices/" WORLD_MAC "/status") == 0);
    CHECK(strcmp(world->client_id, WORLD_MAC) == 0);
    CHECK(world->subscriptions == 1u && world->auto_reconnect_is_off && world->checks_host);
    CHECK(world->retransmit_ms > 120000); // never on one connection (MQTT 5 §4.4)
    world_run(3600000);
    CHECK(world_count("/telemetry") >= 12u && world_count("/telemetry") <= 14u);
    CHECK(world->connects == 1u && world->clients == 1u);
}

/// Two orders to connect, one behind the other: the first client's task has not run when the second comes.
static void turn_round_at_once(void)
{
    static const struct link_config config = {.mac = WORLD_MAC, .broker = "mqtt.example.com", .port = 8883};
    struct gw_hal_link link;
    CHECK(link_open(&link, &config));
    CHECK(link.connect(link.context, GW_CERT_SLOT_A, 1, 0) && link.connect(link.context, GW_CERT_SLOT_A, 2, 0));
    link_turn(0);
    link_turn(0);
    CHECK(world->clients == 1u);
}

static void turns_round(void)
{
    test_provision();
    CHECK(world_boot(turn_round_at_once) == END_POWER);
}

static void runs(void)
{
    test_provision();
    CHECK(world_boot(first_hour) == END_POWER);
}

/// Of what the broker took: a cycle every 300 s, none missing, `least` of them. Some may come twice (QoS 1), and after a
/// refusal some come later than newer ones.
static void check_no_gap(unsigned least)
{
    static bool is_there[31 * 288];
    long first = -1;
    long last = -1;
    unsigned count = 0;
    memset(is_there, 0, sizeof is_there);
    for (unsigned i = 0; i < world->message_count; i++) {
        int day = 0;
        int hour = 0;
        int minute = 0;
        int second = 0;
        const char *at = strstr(world->messages[i].bytes, "\"timestamp\":\"2027-01-");
        if (at != NULL && world->messages[i].reason < 128u) {
            CHECK(sscanf(at, "\"timestamp\":\"2027-01-%dT%d:%d:%dZ", &day, &hour, &minute, &second) == 4);
            const long moment = (((day - 1) * 24L + hour) * 60L + minute) * 60L + second;
            CHECK(first < 0 || moment % 300 == first % 300);
            count += is_there[moment / 300] ? 0u : 1u;
            is_there[moment / 300] = true;
            first = first < 0 || moment < first ? moment : first;
            last = moment > last ? moment : last;
        }
    }
    CHECK(count >= least && count == (unsigned)((last - first) / 300 + 1));
}

static void out_for_three_hours(void)
{
    CHECK(world_run_until(has_telemetry, 60000));
    world->broker = BROKER_DOWN;
    world_run(3 * 3600000);
    CHECK(world_count("/telemetry") == 1u);
    CHECK(world->attempts > 300u && world->attempts < 1000u); // for ever, with waits up to 30 s
    world->broker = BROKER_UP;
    world_run(120000);
    CHECK(world_count("/telemetry") >= 36u);
    world_run(600000);
    check_no_gap(38);
}

static void outage(void)
{
    test_provision();
    CHECK(world_boot(out_for_three_hours) == END_POWER);
    CHECK(world->watchdog_longest_us < 3000000u);
}

static void no_broker_for_an_hour(void)
{
    world->broker = BROKER_DOWN;
    world_run(3600000);
    CHECK(world_count("/telemetry") == 0u);
}

static void broker_again(void)
{
    world->broker = BROKER_UP;
    world_run(60000);
    CHECK(world_count("/telemetry") >= 12u);
}

static void power_cut(void)
{
    test_provision();
    CHECK(world_boot(no_broker_for_an_hour) == END_POWER);
    CHECK(world_boot(broker_again) == END_POWER);
}

static void acl_denies(void)
{
    world->reason = 135; // not authorised
    world_run(3600000);
    const unsigned refused = world_count("/telemetry");
    CHECK(refused > 0u && refused < 60u); // offered again, at longer and longer intervals
    world->reason = 16; // no subscriber: that is a delivery
    world_run(1500000);
    const unsigned all = world_count("/telemetry");
    world_run(3600000);
    CHECK(world_count("/telemetry") >= all + 11u && world_count("/telemetry") <= all + 13u); // nothing is offered twice any more
}

static void refused(void)
{
    test_provision();
    CHECK(world_boot(acl_denies) == END_POWER);
    check_no_gap(29);
}

static void no_pubacks(void)
{
    world->acknowledges = false;
    world_run(600000);
    const unsigned connects = world->connects;
    CHECK(connects >= 3u); // a connection on which nothing is acknowledged is made anew
    world->acknowledges = true;
    world_run(900000);
    check_no_gap(4);
}

static void unacknowledged(void)
{
    test_provision();
    CHECK(world_boot(no_pubacks) == END_POWER);
}

static void full_client(void)
{
    CHECK(world_run_until(has_telemetry, 60000));
    world->client_is_full = true;
    world_run(1200000);
    CHECK(world->client_refusals > 100u && world->client_refusals < 10000u); // asked again, and not all the time
    world->client_is_full = false;
    world_run(600000);
    check_no_gap(6);
}

static void no_memory_in_the_client(void)
{
    test_provision();
    CHECK(world_boot(full_client) == END_POWER);
}

static void deleting_client(void)
{
    world->acknowledges = false;
    world->deletes = true; // after 90 s, and the core makes a new connection after 60 s
    world_run(1200000);
    world->acknowledges = true;
    world_run(600000);
    check_no_gap(6);
}

static void outbox_expiry(void)
{
    test_provision();
    CHECK(world_boot(deleting_client) == END_POWER);
}

static void late_events(void)
{
    world->has_late_news = true;
    CHECK(world_run_until(has_telemetry, 60000));
    world_break_connection();
    world_run(600000);
    CHECK(world->connects == 2u); // what the client before still says does not end the next connection
}

static void late_news(void)
{
    test_provision();
    CHECK(world_boot(late_events) == END_POWER);
}

static void silent_broker(void)
{
    world->broker = BROKER_SILENT;
    world_run(600000);
    CHECK(world->attempts >= 7u); // each is given up after 50 s
    CHECK(world_logged("no connection within 50 s"));
    CHECK(world->watchdog_longest_us < 3000000u);
    CHECK(world->watchdog_feeds > 500u);
    world->broker = BROKER_UP;
    world_run(120000);
    CHECK(world_count("/telemetry") >= 2u);
}

static void half_open(void)
{
    test_provision();
    CHECK(world_boot(silent_broker) == END_POWER);
}

static void lost_wifi(void)
{
    CHECK(world_run_until(has_telemetry, 60000));
    for (int i = 0; i < 20; i++) {
        world->wifi_refusals = i == 10 ? 3u : 0u;
        world_lose_wifi();
        CHECK(world_key_in_memory() == 'K');
        world_break_connection();
        world_run(20);
        CHECK(world->clients == 0u && world_key_in_memory() == 0); // a key is in memory only while it is used
        world_run(40000);
        CHECK(network_is_up());
    }
    CHECK(world_logged("lost from hearing") && world_logged("the driver does not try"));
    world_run(600000);
    CHECK(world->connects >= 20u);
    check_no_gap(4);
}

static void flapping(void)
{
    test_provision();
    CHECK(world_boot(lost_wifi) == END_POWER);
}

static void commands(void)
{
    CHECK(world_run_until(has_telemetry, 60000));
    world_send_command("ping", test_command("c1", "ping", ""), 7);
    world_run(1000);
    CHECK(world_count("/acks") == 1u && strstr(world_last("/acks")->bytes, "\"cmd_id\":\"c1\",\"type\":\"ping\",\"status\":\"done\"") != NULL);
    world_send_command("ping", test_command("c1", "ping", ""), 1000);
    world_run(1000);
    CHECK(world_count("/acks") == 2u);
    CHECK(strcmp(world->messages[world->message_count - 1u].bytes, world_last("/acks")->bytes) == 0);
    const unsigned requests = world->requests;
    world_send_command("poll_now", test_command("c2", "poll_now", ""), 1000);
    world_run(2000);
    CHECK(world->requests > requests);
    world_send_command("get_status", test_command("c3", "get_status", ""), 1000);
    world_run(1000);
    CHECK(strstr(world_last("/acks")->bytes, "\"cmd_id\":\"c3\"") != NULL);
    // Too long: dropped, and the next one is taken.
    static char junk[17000];
    memset(junk, 'x', sizeof junk - 1u);
    world_send_command("ping", junk, 1000);
    world_run(1000);
    CHECK(world_logged("is too long: dropped"));
    world_send_command("ping", test_command("c4", "ping", ""), 1000);
    world_run(1000);
    CHECK(strstr(world_last("/acks")->bytes, "\"cmd_id\":\"c4\"") != NULL);
    // Cut short by the loss of the connection: the next connection takes the next command.
    world->cut_after = 40;
    world_send_command("ping", test_command("c5", "ping", ""), 20);
    world->cut_after = 0;
    world_break_connection();
    world_run(40000);
    world_send_command("ping", test_command("c6", "ping", ""), 1000);
    world_run(1000);
    CHECK(strstr(world_last("/acks")->bytes, "\"cmd_id\":\"c6\"") != NULL);
}

static void taking_commands(void)
{
    test_provision();
    CHECK(world_boot(commands) == END_POWER);
}

static void brown_out(void)
{
    world_run(60000);
    CHECK(strstr(world_last("/status")->bytes, "brown_out") != NULL);
}

static void reset_reasons(void)
{
    test_provision();
    world->reset_reason = 9;
    CHECK(world_boot(brown_out) == END_POWER);
}

void test_delivery(void)
{
    STORY(runs);
    STORY(turns_round);
    STORY(outage);
    STORY(power_cut);
    STORY(refused);
    STORY(unacknowledged);
    STORY(no_memory_in_the_client);
    STORY(outbox_expiry);
    STORY(late_news);
    STORY(half_open);
    STORY(flapping);
    STORY(taking_commands);
    STORY(reset_reasons);
}
