// The vectors of the contract, and that each command is executed once, whatever happens to the supply.
#include "flash.h"
#include "gw/gw_command.h"
#include "gw/gw_queue.h"
#include "gw/gw_time.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

struct command_vector {
    const char *name, *bytes;
    uint32_t length, padding;
    const char *topic_type, *now, *verdict, *code, *cmd_id, *type;
};

struct ack_vector {
    const char *name, *gateway_mac, *cmd_id, *type, *status, *code, *message, *at, *result, *bytes;
    uint32_t length;
};

#include "vectors.inc"

#define MAC "aa:bb:cc:dd:ee:ff"
#define NOW "2026-02-18T14:31:00Z"

static struct flash flash;
static struct gw_log journal;
static struct gw_command command;
static uint8_t answer_bytes[GW_ACK_MAX];
static struct gw_answer answer;

/// Makes room for an answer.
static struct gw_answer *fresh(void)
{
    gw_json_begin(&answer.json, (char *)answer_bytes, sizeof answer_bytes);
    return &answer;
}

/// A timestamp in seconds; NULL is the time that is not known.
static uint32_t seconds_of(const char *text)
{
    uint64_t seconds = 0;
    CHECK(text == NULL || gw_time_read(text, strlen(text), &seconds));
    return (uint32_t)seconds;
}

static void begin(uint32_t block_size, uint32_t blocks)
{
    flash_make(&flash, block_size, blocks, 4, true);
    CHECK(gw_log_mount(&journal, &flash.block) == GW_STORE_OK);
}

/// Delivers bytes in a buffer of exactly their size, so that reading beyond it is seen.
static enum gw_cmd_verdict deliver_bytes(const void *bytes, uint32_t length, const char *topic_type, const char *now)
{
    uint8_t *copy = malloc(length + (length == 0u));
    if (copy == NULL) {
        abort();
    }
    memcpy(copy, bytes, length);
    enum gw_cmd_verdict verdict = gw_cmd_receive(&journal, MAC, copy, length, topic_type, seconds_of(now),
                                                  &command, fresh());
    free(copy);
    return verdict;
}

static enum gw_cmd_verdict deliver(const char *cmd_id, const char *type)
{
    char text[256];
    int length = snprintf(text, sizeof text,
                          "{\"cmd_id\":\"%s\",\"issued_at\":\"2026-02-18T14:30:00Z\","
                          "\"expires_at\":\"2026-02-18T15:30:00Z\",\"type\":\"%s\",\"params\":{}}", cmd_id, type);
    return deliver_bytes(text, (uint32_t)length, type, NOW);
}

static bool finish(const char *cmd_id, const char *message)
{
    struct gw_ack ack = {.cmd_id = cmd_id, .type = "ping", .status = GW_ACK_DONE, .code = "ok", .message = message,
                         .at_s = seconds_of(NOW), .result = "{}"};
    return gw_ack_write(&ack, MAC, fresh()) && gw_cmd_finish(&journal, &answer);
}

static bool answers(const char *part)
{
    char text[GW_ACK_MAX + 1u];
    memcpy(text, answer_bytes, answer.json.length);
    text[answer.json.length] = '\0';
    return strstr(text, part) != NULL;
}

static void test_vectors(void)
{
    static uint8_t bytes[GW_CMD_LENGTH_MAX + 64u];
    for (size_t i = 0; i < sizeof command_vectors / sizeof command_vectors[0]; i++) {
        const struct command_vector *vector = &command_vectors[i];
        char code[64];
        unsigned long before = failed;
        begin(512, 3);
        memcpy(bytes, vector->bytes, vector->length);
        memset(bytes + vector->length, ' ', vector->padding);
        enum gw_cmd_verdict verdict =
            deliver_bytes(bytes, vector->length + vector->padding, vector->topic_type, vector->now);
        if (strcmp(vector->verdict, "ignored") == 0) {
            CHECK(verdict == GW_CMD_IGNORE && journal.pending == 0u);
        } else {
            CHECK(strcmp(command.cmd_id, vector->cmd_id) == 0 && strcmp(command.type_name, vector->type) == 0);
            CHECK(verdict == (strcmp(vector->verdict, "execute") == 0 ? GW_CMD_EXECUTE : GW_CMD_ANSWER));
            CHECK(journal.pending == 1u);
        }
        if (vector->code != NULL) {
            (void)snprintf(code, sizeof code, "\"status\":\"%s\",\"code\":\"%s\"", vector->verdict, vector->code);
            CHECK(answers(code));
        }
        if (failed > before) {
            printf("        %s\n", vector->name);
        }
        flash_free(&flash);
    }
    for (size_t i = 0; i < sizeof ack_vectors / sizeof ack_vectors[0]; i++) {
        static const char *const statuses[] = {"done", "refused", "failed", "expired"};
        const struct ack_vector *vector = &ack_vectors[i];
        struct gw_ack ack = {.cmd_id = vector->cmd_id, .type = vector->type, .code = vector->code,
                             .message = vector->message, .at_s = seconds_of(vector->at), .result = vector->result};
        for (int status = 0; status < 4; status++) {
            if (strcmp(vector->status, statuses[status]) == 0) {
                ack.status = (enum gw_ack_status)status;
            }
        }
        CHECK(gw_ack_write(&ack, vector->gateway_mac, fresh()) && answer.json.length == vector->length
              && memcmp(answer_bytes, vector->bytes, vector->length) == 0 && answer.stamp_at == GW_STAMP_NONE);
        // The same before the clock is trusted: the moment is filled in later.
        ack.at_s = 0;
        CHECK(gw_ack_write(&ack, vector->gateway_mac, fresh()) && answer.json.length == vector->length);
        struct gw_record record = {.length = (uint16_t)answer.json.length, .stamp_at = answer.stamp_at};
        CHECK(gw_record_stamp(&record, answer_bytes, vector->at));
        CHECK(memcmp(answer_bytes, vector->bytes, vector->length) == 0);
    }
    printf("commands: %zu vectors of commands, %zu of answers\n", sizeof command_vectors / sizeof command_vectors[0],
           sizeof ack_vectors / sizeof ack_vectors[0]);
}

static void test_values(void)
{
    static char text[] =
        "{\"cmd_id\":\"u\",\"issued_at\":\"2026-02-18T14:30:00Z\",\"expires_at\":\"2026-02-18T15:30:00Z\","
        "\"type\":\"ota\",\"params\":{\"url\":\"https:\\/\\/h/\\u0078\",\"size\":1048576,"
        "\"sha256\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\","
        "\"signature\":\"/+8AAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8wMTIzNDU2Nzg5Ojs8PQ==\"}}";
    CHECK(gw_cmd_read((uint8_t *)text, sizeof text - 1u, "ota", &command) == GW_CMD_GOOD);
    CHECK(command.type == GW_CMD_OTA && strcmp(command.url, "https://h/x") == 0 && command.size == 1048576u);
    CHECK(command.sha256[0] == 0xE3u && command.sha256[1] == 0xB0u && command.sha256[31] == 0x55u);
    CHECK(command.signature_length == 64u && command.signature[0] == 0xFFu && command.signature[1] == 0xEFu
          && command.signature[2] == 0u && command.signature[63] == 0x3Du);
    CHECK(command.expires_s == seconds_of("2026-02-18T15:30:00Z"));
    // Later than the machine can hold: never.
    static char late[] = "{\"cmd_id\":\"l\",\"issued_at\":\"2026-02-18T14:30:00Z\","
                         "\"expires_at\":\"9999-12-31T23:59:59Z\",\"type\":\"ping\",\"params\":{}}";
    CHECK(gw_cmd_read((uint8_t *)late, sizeof late - 1u, "ping", &command) == GW_CMD_GOOD);
    CHECK(command.expires_s == GW_TIME_HELD_LAST);
    static char renew[] =
        "{\"cmd_id\":\"r\",\"issued_at\":\"2026-02-18T14:30:00Z\",\"expires_at\":\"2026-02-18T15:30:00Z\","
        "\"type\":\"renew_certificate\",\"params\":{\"step\":\"install\","
        "\"certificate\":\"-----BEGIN CERTIFICATE-----\\nMIIB\\/\\n\",\"trial_seconds\":60}}";
    CHECK(gw_cmd_read((uint8_t *)renew, sizeof renew - 1u, NULL, &command) == GW_CMD_GOOD);
    CHECK(command.type == GW_CMD_RENEW && command.step == GW_CMD_STEP_INSTALL && command.trial_seconds == 60u);
    CHECK(strcmp(command.certificate, "-----BEGIN CERTIFICATE-----\nMIIB/\n") == 0);
}

static void test_once(void)
{
    static uint8_t first[GW_ACK_MAX];
    size_t first_length = 0;
    begin(4096, 4);
    CHECK(deliver("a", "ping") == GW_CMD_EXECUTE && deliver("a", "ping") == GW_CMD_WAIT);
    CHECK(deliver("ab", "ping") == GW_CMD_EXECUTE); // One that begins alike is another.
    CHECK(!gw_cmd_unfinished(&journal, NULL, &command));  // They are of this boot: under way.
    CHECK(finish("ab", "first"));
    CHECK(deliver("a", "ping") == GW_CMD_WAIT);
    CHECK(finish("a", "first"));
    first_length = answer.json.length;
    memcpy(first, answer_bytes, first_length);
    CHECK(deliver("a", "ping") == GW_CMD_ANSWER && answer.json.length == first_length
          && memcmp(answer_bytes, first, first_length) == 0);
    // Whatever else the repeat says, also after a restart, also what was refused.
    CHECK(deliver("a", "reboot") == GW_CMD_ANSWER && answers("\"message\":\"first\""));
    CHECK(deliver("b", "reboot") == GW_CMD_ANSWER && answers("unknown_type"));
    CHECK(gw_log_mount(&journal, &flash.block) == GW_STORE_OK);
    CHECK(deliver("a", "ping") == GW_CMD_ANSWER && answers("\"message\":\"first\""));
    CHECK(deliver("b", "ping") == GW_CMD_ANSWER && answers("unknown_type"));
    // Begun, and the supply fails: not executed again, answered once.
    CHECK(deliver("c", "ping") == GW_CMD_EXECUTE && deliver("d", "get_status") == GW_CMD_EXECUTE);
    CHECK(gw_log_mount(&journal, &flash.block) == GW_STORE_OK);
    CHECK(deliver("c", "ping") == GW_CMD_WAIT);
    CHECK(gw_cmd_unfinished(&journal, NULL, &command) && strcmp(command.cmd_id, "c") == 0
          && strcmp(command.type_name, "ping") == 0);
    struct gw_ack ack = {.cmd_id = "c", .type = "ping", .status = GW_ACK_FAILED, .code = "interrupted", .message = "",
                         .at_s = 0, .result = "{}"};
    CHECK(gw_ack_write(&ack, MAC, fresh()) && gw_cmd_finish(&journal, &answer) && answer.stamp_at != GW_STAMP_NONE);
    CHECK(gw_cmd_unfinished(&journal, NULL, &command) && strcmp(command.cmd_id, "d") == 0
          && strcmp(command.type_name, "get_status") == 0);
    CHECK(finish("d", ""));
    CHECK(!gw_cmd_unfinished(&journal, NULL, &command));
    uint16_t stamp_at = answer.stamp_at;
    CHECK(deliver("c", "ping") == GW_CMD_ANSWER && answers("interrupted") && answer.stamp_at != stamp_at);
    // The journal forgets the oldest, never the latest.
    char name[16];
    for (int i = 0; i < 200; i++) {
        (void)snprintf(name, sizeof name, "n%d", i);
        CHECK(deliver(name, "ping") == GW_CMD_EXECUTE && finish(name, "done"));
    }
    uint32_t remembered = 0;
    for (int i = 199; i >= 0; i--) {
        (void)snprintf(name, sizeof name, "n%d", i);
        uint32_t before = journal.sequence;
        CHECK(deliver(name, "ping") == (before == journal.sequence ? GW_CMD_ANSWER : GW_CMD_EXECUTE));
        if (before != journal.sequence) {
            break;
        }
        remembered++;
    }
    CHECK(remembered >= 16u);
    printf("commands: a journal of 4 blocks remembers the last %u\n", remembered);
    flash_free(&flash);
}

/// Twelve commands, some twice, with the supply failing during every operation: none is executed twice, and each gets
/// one answer at last, the same for ever.
static void test_cuts(void)
{
    unsigned long cuts = 0;
    for (int tear = 0; tear < TEAR_COUNT; tear++) {
        for (uint32_t cut = 1; cut < 60; cut++) {
            unsigned executed[12] = {0};
            char name[16];
            begin(512, 8);
            flash.cut_at = cut;
            flash.tear = (enum tear)tear;
            for (int round = 0; round < 2; round++) {
                for (unsigned i = 0; i < 12u; i++) {
                    (void)snprintf(name, sizeof name, "id-%u", i);
                    enum gw_cmd_verdict verdict = deliver(name, "ping");
                    if (!flash.is_off && verdict == GW_CMD_EXECUTE) {
                        executed[i]++;
                        (void)finish(name, "done");
                    }
                    CHECK(flash.is_off || verdict == GW_CMD_EXECUTE || verdict == GW_CMD_ANSWER);
                    if (flash.is_off) {
                        // What the cut interrupted is answered after the restart, and delivered again.
                        cuts++;
                        flash_power_on(&flash);
                        CHECK(gw_log_mount(&journal, &flash.block) == GW_STORE_OK);
                        while (gw_cmd_unfinished(&journal, NULL, &command)) {
                            struct gw_ack ack = {.cmd_id = command.cmd_id, .type = command.type_name,
                                                 .status = GW_ACK_FAILED, .code = "interrupted", .message = "",
                                                 .at_s = seconds_of(NOW), .result = "{}"};
                            CHECK(gw_ack_write(&ack, MAC, fresh()) && gw_cmd_finish(&journal, &answer));
                        }
                        i--;
                    }
                }
            }
            for (unsigned i = 0; i < 12u; i++) {
                CHECK(executed[i] <= 1u);
                (void)snprintf(name, sizeof name, "id-%u", i);
                CHECK(deliver(name, "ping") == GW_CMD_ANSWER);
            }
            flash_free(&flash);
        }
    }
    printf("commands: %lu cuts, none executed twice\n", cuts);
}

static void test_edges(void)
{
    static char long_text[GW_ACK_MAX + 10u];
    begin(4096, 3);
    // An answer that does not fit is none; the largest that fits is one.
    struct gw_ack ack = {.cmd_id = "a", .type = "ping", .status = GW_ACK_DONE, .code = "ok", .message = long_text,
                         .at_s = seconds_of(NOW), .result = "{}"};
    memset(long_text, 'x', sizeof long_text - 1u);
    CHECK(!gw_ack_write(&ack, MAC, fresh()) && answer.json.overflowed && journal.pending == 0u);
    long_text[0] = '\0';
    CHECK(gw_ack_write(&ack, MAC, fresh()));
    size_t room = GW_ACK_MAX - answer.json.length;
    memset(long_text, 'x', room);
    long_text[room] = '\0';
    CHECK(gw_ack_write(&ack, MAC, fresh()) && answer.json.length == GW_ACK_MAX);
    CHECK(gw_ack_write(&ack, MAC, fresh()) && gw_cmd_finish(&journal, &answer));
    CHECK(deliver("a", "ping") == GW_CMD_ANSWER && answer.json.length == GW_ACK_MAX);
    long_text[room] = 'x';
    long_text[room + 1u] = '\0';
    CHECK(!gw_ack_write(&ack, MAC, fresh()) && answer.json.overflowed);
    // A result of GW_ACK_RESULT_AT_MOST fits with everything else at its longest.
    char id[GW_CMD_ID_MAX + 1u], type[GW_CMD_TYPE_MAX + 1u];
    memset(id, 'x', sizeof id);
    memset(type, 'x', sizeof type);
    id[GW_CMD_ID_MAX] = type[GW_CMD_TYPE_MAX] = '\0';
    memset(long_text, 'x', GW_ACK_RESULT_AT_MOST);
    long_text[GW_ACK_RESULT_AT_MOST] = '\0';
    ack = (struct gw_ack){.cmd_id = id, .type = type, .status = GW_ACK_REFUSED, .code = "not_accepted", .message =
                          "the broker refused the new certificate, so the gateway went back to the old one",
                          .at_s = seconds_of(NOW), .result = long_text};
    CHECK(gw_ack_write(&ack, MAC, fresh()));
    flash_free(&flash);

    // A flash that refuses: not executed, and said so; it may be delivered again.
    begin(512, 3);
    flash.is_off = true;
    CHECK(deliver("a", "ping") == GW_CMD_ANSWER && answers("\"status\":\"failed\",\"code\":\"storage\""));
    flash.is_off = false;
    CHECK(deliver("a", "ping") == GW_CMD_EXECUTE && finish("a", ""));
    // One that cannot be read: whether it was executed is not known.
    flash.is_off = true;
    CHECK(deliver("a", "ping") == GW_CMD_IGNORE && !gw_cmd_unfinished(&journal, NULL, &command));
    flash.is_off = false;
    // Records of other kinds, and strange ones of ours.
    static const char strange[] = "0123456789012345678901234567890123456789012345678901234567890123456789";
    static const char name[] = "odd\0a_type_that_is_longer_than_types_are_";
    struct gw_record record = {.kind = 7, .stamp_at = GW_STAMP_NONE};
    CHECK(gw_log_append(&journal, &record, "a", 2) == GW_STORE_OK);
    record.kind = 1;
    CHECK(gw_log_append(&journal, &record, strange, sizeof strange) == GW_STORE_OK);
    CHECK(gw_log_append(&journal, &record, name, sizeof name) == GW_STORE_OK);
    CHECK(gw_log_mount(&journal, &flash.block) == GW_STORE_OK && !gw_cmd_unfinished(&journal, NULL, &command));
    CHECK(deliver("a", "ping") == GW_CMD_ANSWER);
    flash_free(&flash);
}

void test_command(void)
{
    test_vectors();
    test_values();
    test_once();
    test_cuts();
    test_edges();
}
