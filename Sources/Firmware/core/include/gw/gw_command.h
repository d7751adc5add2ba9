/// Commands: reading one, executing it once, and answering.
///
/// A command comes from outside and is at most 16 KiB of JSON: it is read without a heap and without recursion, and its
/// strings are unescaped where they stand. Each cmd_id is executed once, however often it is delivered, also across a
/// restart: what was begun and what was answered is kept in a journal, a log of its own on flash of which nothing is
/// released and which loses its oldest block when it is full.
///
/// The envelope and the answers are in contract/command.schema.json, contract/ack.schema.json and their vectors.
#ifndef GW_COMMAND_H
#define GW_COMMAND_H

#include "gw/gw_json.h"
#include "gw/gw_log.h"

#define GW_CMD_LENGTH_MAX 16384u        ///< Bytes of a command.
#define GW_CMD_ID_MAX 64u               ///< Characters of a cmd_id.
#define GW_CMD_TYPE_MAX 32u             ///< Characters of a type.
#define GW_CMD_URL_MAX 512u             ///< Characters of an address.
#define GW_CMD_CERTIFICATE_MAX 8192u    ///< Characters of a certificate and its chain.
#define GW_CMD_IMAGE_MAX 16777216u      ///< Bytes of an image.
#define GW_CMD_SIGNATURE_MIN 64u        ///< Bytes of a signature.
#define GW_CMD_SIGNATURE_MAX 512u       ///< Bytes of a signature.
#define GW_CMD_TRIAL_MIN 30u            ///< Seconds that a new certificate has to prove itself: at the least,
#define GW_CMD_TRIAL_MAX 3600u          ///< at the most,
#define GW_CMD_TRIAL_DEFAULT 300u       ///< and where the command does not say.
#define GW_ACK_RESULT_AT_MOST 1024u     ///< A result up to this length fits into GW_ACK_MAX with everything else.
#define GW_ACK_MAX 1536u                ///< A buffer of this size holds every answer.

enum gw_cmd_type {
    GW_CMD_PING,        ///< Answer, and nothing else.
    GW_CMD_POLL_NOW,    ///< Begin a poll cycle now.
    GW_CMD_GET_STATUS,  ///< Answer with the health members of the status message.
    GW_CMD_RENEW,       ///< renew_certificate: see enum gw_cmd_step.
    GW_CMD_OTA,         ///< Fetch, check and start another firmware.
    GW_CMD_TYPE_COUNT,  ///< How many there are; the type of a command that is not known here.
};

enum gw_cmd_step {
    GW_CMD_STEP_CSR,     ///< Make a key in the spare slot; the answer's result carries the signing request.
    GW_CMD_STEP_INSTALL, ///< Store the certificate beside that key, and prove it.
};

enum gw_cmd_fault {
    GW_CMD_GOOD,         ///< None.
    GW_CMD_UNREADABLE,   ///< Not JSON, too long, too deep, a member twice, no usable cmd_id: nobody can be answered.
    GW_CMD_BAD_ENVELOPE, ///< A member of the envelope is missing or malformed, or the topic has another type.
    GW_CMD_UNKNOWN_TYPE, ///< A type that this firmware does not execute.
    GW_CMD_BAD_PARAMS,   ///< A parameter is missing, malformed, out of range, twice or unknown.
};

/// A command that was read. The pointers point into its bytes: they live as long as those.
struct gw_command {
    char cmd_id[GW_CMD_ID_MAX + 1u];       ///< Whose answer it will be.
    char type_name[GW_CMD_TYPE_MAX + 1u];  ///< The type as it came; "unknown" if it is no name.
    uint32_t expires_s;                    ///< From this moment on, in seconds since 1970, it is not executed.
    enum gw_cmd_type type;                 ///< What to do.
    enum gw_cmd_step step;                 ///< renew_certificate: which step.
    const char *certificate;               ///< renew_certificate, install: PEM, the device's certificate first.
    uint32_t trial_seconds;                ///< renew_certificate, install: how long it may take to prove itself.
    const char *url;                       ///< ota: https, where the image is.
    uint32_t size;                         ///< ota: its bytes.
    const uint8_t *sha256;                 ///< ota: its SHA-256, 32 bytes.
    const uint8_t *signature;              ///< ota: the signature over the image.
    uint32_t signature_length;             ///< ota: bytes of the signature.
};

/// Reads a command. `bytes` are changed: strings are unescaped in place.
///
/// `topic_type` is the last level of the topic, or NULL where it is not known. Unless the fault is GW_CMD_UNREADABLE,
/// `cmd_id` and `type_name` are set.
enum gw_cmd_fault gw_cmd_read(uint8_t *bytes, uint32_t length, const char *topic_type, struct gw_command *command);

enum gw_ack_status {
    GW_ACK_DONE,    ///< Executed.
    GW_ACK_REFUSED, ///< Not executed, because of what it says or because of what the device is doing.
    GW_ACK_FAILED,  ///< Begun, and did not succeed.
    GW_ACK_EXPIRED, ///< Not executed: it came too late.
};

/// An answer.
struct gw_ack {
    const char *cmd_id;        ///< Which command.
    const char *type;          ///< Its type.
    enum gw_ack_status status; ///< How it ended.
    const char *code;          ///< Why, for programs: lower case and underscores.
    const char *message;       ///< Why, for people: UTF-8.
    uint32_t at_s;             ///< When, in seconds since 1970; 0 while the clock is not trusted: filled in later.
    const char *result;        ///< A JSON object in canonical form.
};

/// The bytes of an answer, in the caller's buffer.
struct gw_answer {
    gw_json_t json;    ///< The canonical form, from gw_json_begin() on; GW_ACK_MAX bytes hold every answer.
    uint16_t stamp_at; ///< Where `at` is to be filled in, or GW_STAMP_NONE.
};

/// Writes an answer in canonical form up to its result, which is the caller's to write then: a JSON object and, by
/// gw_ack_end(), the end. `ack->result` is not looked at.
void gw_ack_begin(const struct gw_ack *ack, const char *gateway_mac, struct gw_answer *answer);

/// Ends an answer; false if it did not fit.
bool gw_ack_end(struct gw_answer *answer);

/// Writes a whole answer; false if it does not fit.
bool gw_ack_write(const struct gw_ack *ack, const char *gateway_mac, struct gw_answer *answer);

enum gw_cmd_verdict {
    GW_CMD_IGNORE,  ///< Nobody can be answered, or the journal cannot be read: not to be executed.
    GW_CMD_WAIT,    ///< It is being executed: its answer will come.
    GW_CMD_ANSWER,  ///< The answer is there: to be published.
    GW_CMD_EXECUTE, ///< Noted as begun: execute it, then gw_cmd_finish().
};

/// Takes in a command that was delivered.
///
/// `journal` is a mounted log of its own, `now_s` the time, or 0 while the clock is not trusted: then nothing counts as
/// expired. `answer` is written with GW_CMD_ANSWER only.
enum gw_cmd_verdict gw_cmd_receive(struct gw_log *journal, const char *gateway_mac, uint8_t *bytes, uint32_t length,
                                   const char *topic_type, uint32_t now_s, struct gw_command *command,
                                   struct gw_answer *answer);

/// Keeps the answer of a command for repeats. False if the flash refused: it is to be published all the same.
bool gw_cmd_finish(struct gw_log *journal, const struct gw_answer *answer);

/// After a restart: a command that was begun in an earlier boot and has no answer. False if there is none (more).
///
/// Only `cmd_id` and `type_name` are set. Each wants an answer: of the certificate slots, of the update, or that it was
/// interrupted. One that is not to be answered yet is passed over by `skip`, its cmd_id; NULL for none.
bool gw_cmd_unfinished(const struct gw_log *journal, const char *skip, struct gw_command *command);

#endif
