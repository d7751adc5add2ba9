/// Updates: what is fetched is checked, what runs must prove itself, and the way back is always there.
#include <string.h>

#include "test.h"
#include "tls.h"

static bool read_server(void *context, uint32_t offset, void *bytes, uint32_t length)
{
    (void)context;
    memcpy(bytes, world->server_image + offset, length);
    return true;
}

static void serve(uint32_t size)
{
    for (uint32_t i = 0; i < size; i++) {
        world->server_image[i] = (uint8_t)(i * 7u + i / 256u);
    }
    world->server_image[0] = 0xE9;
    world->server_size = size;
}

static const char *base64(const uint8_t *bytes, size_t length)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    static char text[128];
    size_t at = 0;
    for (size_t i = 0; i < length; i += 3u) {
        const uint32_t three = (uint32_t)bytes[i] << 16 | (i + 1u < length ? (uint32_t)bytes[i + 1u] << 8 : 0u) | (i + 2u < length ? bytes[i + 2u] : 0u);
        text[at++] = digit[three >> 18];
        text[at++] = digit[three >> 12 & 63u];
        text[at++] = i + 1u < length ? digit[three >> 6 & 63u] : '=';
        text[at++] = i + 2u < length ? digit[three & 63u] : '=';
    }
    text[at] = '\0';
    return text;
}

/// Orders what the server has; with `spoil` another digest (1), another signature (2) or another size (3).
static void order(const char *id, int spoil)
{
    uint8_t digest[2 * TLS_DIGEST_SIZE];
    char hex[2 * TLS_DIGEST_SIZE + 1];
    char params[600];
    CHECK(tls_digest(read_server, NULL, world->server_size, digest));
    memcpy(digest + TLS_DIGEST_SIZE, digest, TLS_DIGEST_SIZE);
    for (unsigned i = 0; i < TLS_DIGEST_SIZE; i++) {
        (void)snprintf(hex + 2u * i, 3, "%02x", (unsigned)digest[i] ^ (spoil == 1 ? 1u : 0u));
    }
    digest[40] ^= spoil == 2 ? 1u : 0u;
    (void)snprintf(params, sizeof params, "\"url\":\"https://ota.example.com/edge.bin\",\"size\":%u,\"sha256\":\"%s\",\"signature\":\"%s\"",
                   (unsigned)(world->server_size + (spoil == 3 ? 4u : 0u)), hex, base64(digest, sizeof digest));
    world->message_count = 0;
    world_send_command("ota", test_command(id, "ota", params), 1000);
}

static void refused_as(const char *id, int spoil, const char *code)
{
    char wanted[64];
    order(id, spoil);
    world_run(10000);
    (void)snprintf(wanted, sizeof wanted, "\"status\":\"failed\",\"code\":\"%s\"", code);
    if (strstr(world_last("/acks")->bytes, wanted) == NULL) {
        (void)fprintf(stderr, "%s\n", world_last("/acks")->bytes);
    }
    CHECK(strstr(world_last("/acks")->bytes, wanted) != NULL);
    CHECK(world->slot == 0);
}

static void order_bad_ones(void)
{
    world_run(30000);
    serve(50000);
    refused_as("o1", 1, "wrong_digest");
    refused_as("o2", 2, "wrong_signature");
    refused_as("o3", 3, "wrong_size");
    (void)snprintf(world->server_project, sizeof world->server_project, "other");
    refused_as("o4", 0, "wrong_project");
    (void)snprintf(world->server_project, sizeof world->server_project, "edge-firmware");
    world->server_stops_at = 20000;
    refused_as("o5", 0, "not_fetched");
    world->server_stops_at = 0;
    world->server_answers = false;
    refused_as("o6", 0, "not_fetched");
    world->server_answers = true;
    world->server_image[0] = 0x7F;
    refused_as("o7", 0, "not_an_image");
    CHECK(world->image[1] == IMAGE_UNDEFINED);
    CHECK(world_count("/telemetry") + world_count("/acks") > 0u);
}

static void bad_images(void)
{
    test_provision();
    CHECK(world_boot(order_bad_ones) == END_POWER);
}

static void order_a_good_one(void)
{
    world_run(30000);
    serve(100000);
    order("u1", 0);
    world_run(60000);
    CHECK(!"it restarts with the new one");
}

static void proves_itself(void)
{
    CHECK(world->slot == 1 && world->image[1] == IMAGE_PENDING);
    world_run(60000);
    CHECK(world->image[1] == IMAGE_VALID);
    CHECK(strstr(world_last("/acks")->bytes, "\"cmd_id\":\"u1\",\"type\":\"ota\",\"status\":\"done\"") != NULL);
}

static void stays(void)
{
    CHECK(world->slot == 1 && world->image[1] == IMAGE_VALID);
}

static void good_image(void)
{
    test_provision();
    CHECK(world_boot(order_a_good_one) == END_RESTART);
    CHECK(world_boot(proves_itself) == END_POWER);
    CHECK(world_boot(stays) == END_POWER);
}

static void never_connects(void)
{
    world->broker = BROKER_DOWN;
    world_run(600000);
    CHECK(world->image[1] == IMAGE_PENDING); // the bus works, the link does not
    world_run(600000);
    CHECK(!"it restarts after 15 minutes");
}

static void the_old_one(void)
{
    CHECK(world->slot == 0 && world->image[1] == IMAGE_ABORTED);
    world->broker = BROKER_UP;
    world_run(60000);
    CHECK(strstr(world_last("/acks")->bytes, "\"cmd_id\":\"u1\",\"type\":\"ota\",\"status\":\"failed\"") != NULL);
    CHECK(strstr(world_last("/acks")->bytes, "rolled_back") != NULL);
}

static void no_link(void)
{
    test_provision();
    CHECK(world_boot(order_a_good_one) == END_RESTART);
    CHECK(world_boot(never_connects) == END_RESTART);
    CHECK(world_boot(the_old_one) == END_POWER);
}

static void no_meter_answers(void)
{
    world->is_dead[1] = true;
    world->is_dead[2] = true;
    world_run(600000);
    CHECK(world->image[1] == IMAGE_PENDING); // the link works, the bus does not
    world_run(600000);
    CHECK(!"it restarts after 15 minutes");
}

static void no_bus(void)
{
    test_provision();
    CHECK(world_boot(order_a_good_one) == END_RESTART);
    CHECK(world_boot(no_meter_answers) == END_RESTART);
    world->is_dead[1] = false;
    world->is_dead[2] = false;
    CHECK(world_boot(the_old_one) == END_POWER);
}

static void supply_fails(void)
{
    world_run(1000);
}

static void cut_on_trial(void)
{
    test_provision();
    CHECK(world_boot(order_a_good_one) == END_RESTART);
    CHECK(world_boot(supply_fails) == END_POWER);
    CHECK(world_boot(the_old_one) == END_POWER);
}

static void never(void)
{
    CHECK(!"it goes back at once");
}

/// The new firmware cannot even run: it does not wait for the watchdog.
static void cannot_run(void)
{
    test_provision();
    CHECK(world_boot(order_a_good_one) == END_RESTART);
    world->queue_is_encrypted = true;
    CHECK(world_boot(never) == END_ROLLBACK);
    world->queue_is_encrypted = false;
    CHECK(world_boot(the_old_one) == END_POWER);
}

void test_updates(void)
{
    STORY(bad_images);
    STORY(good_image);
    STORY(no_link);
    STORY(no_bus);
    STORY(cut_on_trial);
    STORY(cannot_run);
}
