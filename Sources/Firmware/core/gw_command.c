#include "gw/gw_command.h"

#include <string.h>

#include "gw/gw_time.h"

// ---- Answers -------------------------------------------------------------------------------------------------------

/// Where the cmd_id stands in every answer.
#define ACK_ID_AT 45u

void gw_ack_begin(const struct gw_ack *ack, const char *gateway_mac, struct gw_answer *answer)
{
    static const char *const statuses[] = {"done", "refused", "failed", "expired"};
    static const char *const names[] = {"{\"gateway_mac\":", ",\"cmd_id\":", ",\"type\":",
                                        ",\"status\":",      ",\"code\":",   ",\"message\":"};
    const char *const values[] = {gateway_mac, ack->cmd_id, ack->type, statuses[ack->status], ack->code, ack->message};
    char at[GW_TIME_LENGTH];
    gw_json_t *json = &answer->json;
    for (unsigned i = 0; i < sizeof values / sizeof values[0]; i++) {
        gw_json_text(json, names[i]);
        gw_json_string(json, values[i]);
    }
    gw_json_text(json, ",\"at\":\"");
    answer->stamp_at = ack->at_s == 0u ? (uint16_t)json->length : GW_STAMP_NONE;
    (void)gw_time_write(ack->at_s, at);
    gw_json_raw(json, at, sizeof at);
    gw_json_text(json, "\",\"result\":");
}

bool gw_ack_end(struct gw_answer *answer)
{
    gw_json_text(&answer->json, "}");
    return !answer->json.overflowed;
}

bool gw_ack_write(const struct gw_ack *ack, const char *gateway_mac, struct gw_answer *answer)
{
    gw_ack_begin(ack, gateway_mac, answer);
    gw_json_text(&answer->json, ack->result);
    return gw_ack_end(answer);
}

// ---- The journal ---------------------------------------------------------------------------------------------------

/// `kind` of the journal's records. The first is the cmd_id and the type, each with a 0 behind it; the second is the
/// answer itself.
enum {
    JOURNAL_BEGUN = 1,
    JOURNAL_ANSWER = 2,
};

/// The part of a record that tells which command it is of.
struct note {
    struct gw_record record;
    char text[ACK_ID_AT + GW_CMD_ID_MAX + 2u];
};

/// The next note of the journal; its text ends with a 0.
static enum gw_store_result next_note(const struct gw_log *journal, struct gw_log_cursor *at, struct note *note)
{
    bool is_released = false;
    (void)memset(note->text, 0, sizeof note->text);
    return gw_log_walk(journal, at, &note->record, note->text, sizeof note->text - 1u, &is_released);
}

static bool is_note_of(const struct note *note, const char *cmd_id)
{
    const size_t length = strlen(cmd_id);
    if (note->record.kind == JOURNAL_BEGUN) {
        return strcmp(note->text, cmd_id) == 0;
    }
    return note->record.kind == JOURNAL_ANSWER && strncmp(note->text + ACK_ID_AT, cmd_id, length) == 0
        && note->text[ACK_ID_AT + length] == '"';
}

enum known {
    KNOWN_NOT,      // Nothing is known of it.
    KNOWN_BEGUN,    // It was begun and has no answer.
    KNOWN_ANSWERED, // It has an answer.
    KNOWN_NO_READ,  // The journal cannot be read.
};

/// What the journal knows of a command; `at` is left on its answer.
static enum known look_up(const struct gw_log *journal, const char *cmd_id, struct gw_log_cursor *at)
{
    struct gw_log_cursor next = gw_log_walk_start(journal);
    struct note note;
    enum known known = KNOWN_NOT;
    *at = next;
    enum gw_store_result result = next_note(journal, &next, &note);
    while (result == GW_STORE_OK) {
        if (is_note_of(&note, cmd_id)) {
            if (note.record.kind == JOURNAL_ANSWER) {
                return KNOWN_ANSWERED;
            }
            known = KNOWN_BEGUN;
        }
        *at = next;
        result = next_note(journal, &next, &note);
    }
    return result == GW_STORE_EMPTY ? known : KNOWN_NO_READ;
}

bool gw_cmd_unfinished(const struct gw_log *journal, const char *skip, struct gw_command *command)
{
    struct gw_log_cursor next = gw_log_walk_start(journal);
    struct gw_log_cursor ignored;
    struct note note;
    (void)memset(command, 0, sizeof *command);
    while (next_note(journal, &next, &note) == GW_STORE_OK) {
        const size_t length = strlen(note.text);
        const char *type_name = note.text + length + 1u;
        if (note.record.kind == JOURNAL_BEGUN && note.record.boot < journal->boot && length <= GW_CMD_ID_MAX
            && strlen(type_name) <= GW_CMD_TYPE_MAX && (skip == NULL || strcmp(skip, note.text) != 0)
            && look_up(journal, note.text, &ignored) == KNOWN_BEGUN) {
            (void)memcpy(command->cmd_id, note.text, length);
            (void)memcpy(command->type_name, type_name, strlen(type_name));
            return true;
        }
    }
    return false;
}

bool gw_cmd_finish(struct gw_log *journal, const struct gw_answer *answer)
{
    struct gw_record record = {.kind = JOURNAL_ANSWER, .stamp_at = answer->stamp_at};
    return gw_log_append(journal, &record, answer->json.text, (uint32_t)answer->json.length) == GW_STORE_OK;
}

/// Notes that a command is begun. Without the note it must not be executed: a repeat would execute it again.
static bool note_begin(struct gw_log *journal, const struct gw_command *command)
{
    struct gw_record record = {.kind = JOURNAL_BEGUN, .stamp_at = GW_STAMP_NONE};
    char text[GW_CMD_ID_MAX + GW_CMD_TYPE_MAX + 2u];
    const uint32_t id_length = (uint32_t)strlen(command->cmd_id) + 1u;
    const uint32_t type_length = (uint32_t)strlen(command->type_name) + 1u;
    (void)memcpy(text, command->cmd_id, id_length);
    (void)memcpy(text + id_length, command->type_name, type_length);
    return gw_log_append(journal, &record, text, id_length + type_length) == GW_STORE_OK;
}

/// Reads the first answer of a command again.
static bool read_answer(const struct gw_log *journal, struct gw_log_cursor *at, struct gw_answer *answer)
{
    struct gw_record record;
    bool is_released = false;
    const uint32_t room = (uint32_t)answer->json.capacity;
    if (gw_log_walk(journal, at, &record, answer->json.text, room, &is_released) != GW_STORE_OK
        || record.length > room) {
        return false;
    }
    answer->json.length = record.length;
    answer->stamp_at = record.stamp_at;
    return true;
}

enum gw_cmd_verdict gw_cmd_receive(struct gw_log *journal, const char *gateway_mac, uint8_t *bytes, uint32_t length,
                                   const char *topic_type, uint32_t now_s, struct gw_command *command,
                                   struct gw_answer *answer)
{
    static const struct {
        const char *code;
        const char *message;
    } refusals[] = {
        [GW_CMD_BAD_ENVELOPE] = {"bad_envelope", "a member of the envelope is missing or malformed, or the topic has "
                                                 "another type"},
        [GW_CMD_UNKNOWN_TYPE] = {"unknown_type", "this gateway has no such command"},
        [GW_CMD_BAD_PARAMS] = {"bad_params", "a parameter is missing, malformed, out of range or unknown"},
    };
    struct gw_log_cursor at;
    const enum gw_cmd_fault fault = gw_cmd_read(bytes, length, topic_type, command);
    if (fault == GW_CMD_UNREADABLE) {
        return GW_CMD_IGNORE;
    }
    const enum known known = look_up(journal, command->cmd_id, &at);
    if (known == KNOWN_BEGUN) {
        return GW_CMD_WAIT;
    }
    if (known == KNOWN_ANSWERED && read_answer(journal, &at, answer)) {
        return GW_CMD_ANSWER;
    }
    if (known != KNOWN_NOT) {
        // Whether it was executed cannot be told now: the broker, or whoever sent it, will deliver it again.
        return GW_CMD_IGNORE;
    }
    struct gw_ack ack = {.cmd_id = command->cmd_id, .type = command->type_name, .status = GW_ACK_REFUSED,
                         .at_s = now_s, .result = "{}"};
    if (fault != GW_CMD_GOOD) {
        ack.code = refusals[fault].code;
        ack.message = refusals[fault].message;
    } else if (now_s != 0u && now_s >= command->expires_s) {
        ack.status = GW_ACK_EXPIRED;
        ack.code = "expired";
        ack.message = "the command came after its expires_at";
    } else if (note_begin(journal, command)) {
        return GW_CMD_EXECUTE;
    } else {
        ack.status = GW_ACK_FAILED;
        ack.code = "storage";
        ack.message = "the command could not be noted, so it was not begun";
        (void)gw_ack_write(&ack, gateway_mac, answer);
        return GW_CMD_ANSWER; // without a note of it: a repeat may find the flash well again
    }
    (void)gw_ack_write(&ack, gateway_mac, answer);
    (void)gw_cmd_finish(journal, answer);
    return GW_CMD_ANSWER;
}
