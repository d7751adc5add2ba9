/// The gateway as one machine: events go in, actions come out, and between the two lies everything that it is.
///
/// It ties together the poller, the clock, the offline queue, the link's window, the commands, the certificate slots and
/// the update. Two things alone are called by it and not handed out, because both are done when the call returns:
/// flash (gw/gw_block.h) and the log. It knows no driver, no broker and no clock: time comes in with every call, as
/// monotonic milliseconds since this boot.
///
/// A port's loop, with nothing left out (hal/gw_loop.c is it):
///
///     gw_app_init(&app, &config, now());
///     for (;;) {
///         struct gw_app_action action = gw_app_step(&app, now());
///         if (action.kind == GW_APP_WAIT) {
///             for each event that has come, or that comes until action.until: gw_app_take(&app, &event, now());
///         } else {
///             do it, and take the event that the action names;
///         }
///     }
///
/// What holds, whatever happens in between (docs/firmware-storage.md says how):
///
/// - nothing is published before the clock is trusted; cycles read before it get their true moment later;
/// - no two cycles have one timestamp, and they are published oldest first;
/// - a message leaves the flash on a PUBACK with a reason below 128 only. One that the broker refused is kept and is
///   offered again, at longer and longer intervals; one that had to give way on a full flash is counted;
/// - a command is executed once;
/// - a new certificate, or a new firmware, proves itself before the old one is let go.
#ifndef GW_APP_H
#define GW_APP_H

#include "gw/gw_cert.h"
#include "gw/gw_command.h"
#include "gw/gw_json.h"
#include "gw/gw_poll.h"
#include "gw/gw_queue.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The least size of the buffer that messages pass through. A cycle that does not fit goes into several messages.
#define GW_APP_BUFFER_MIN 1536u

/// The waits between two attempts to connect double from the first to the second, in milliseconds; each is shortened by
/// up to a half at random, so that a fleet does not come back in the same second.
#define GW_APP_RECONNECT_FIRST_MS 1000u
#define GW_APP_RECONNECT_LONGEST_MS 30000u

/// A connection on which a message waits longer than this for its PUBACK is made anew, in milliseconds.
#define GW_APP_PUBACK_MS 60000u

/// A message that the broker refused is offered again after the first, and then doubling up to the second, in
/// milliseconds. While nothing is accepted, nothing else is offered in between: an ACL that is wrong must not eat a month
/// of mobile data.
#define GW_APP_REFUSED_FIRST_MS 5000u
#define GW_APP_REFUSED_LONGEST_MS 900000u

/// After the client did not take a message, or gave it up, nothing is published for this long, in milliseconds: a client
/// whose outbox is full must not be asked again in the same turn.
#define GW_APP_DELETED_MS 1000u

/// The least time between two status messages of one connection, in milliseconds.
#define GW_APP_STATUS_MS 60000u

/// How long a new firmware has to prove itself, in milliseconds: then it restarts, and the boot loader goes back.
#define GW_APP_UPDATE_TRIAL_MS 900000u

// ---------------------------------------------------------------------------------------------------------------------
// Configuration
// ---------------------------------------------------------------------------------------------------------------------

/// Why the board has started.
enum gw_app_reset {
    GW_APP_RESET_POWER,     ///< The supply was switched on.
    GW_APP_RESET_BROWN_OUT, ///< The supply was too weak.
    GW_APP_RESET_WATCHDOG,  ///< A task hung.
    GW_APP_RESET_PANIC,     ///< The program failed.
    GW_APP_RESET_REQUESTED, ///< The program wanted it: after an update, by a command.
    GW_APP_RESET_UNKNOWN,   ///< The chip does not tell.
};

/// What the boot loader says of the firmware that runs.
enum gw_app_image {
    GW_APP_IMAGE_STEADY,      ///< It has proved itself, or there are no updates on this machine.
    GW_APP_IMAGE_ON_TRIAL,    ///< It was started by an update; unless it is confirmed, the next start is the old one's.
    GW_APP_IMAGE_ROLLED_BACK, ///< It is the old one again: the update did not prove itself.
};

/// How much a line in the log matters.
enum gw_app_level {
    GW_APP_LOG_ERROR,   ///< Somebody must act.
    GW_APP_LOG_WARNING, ///< Somebody may have to.
    GW_APP_LOG_INFO,    ///< What happens once in a while.
    GW_APP_LOG_DEBUG,   ///< Everything.
};

/// Writes a line: a text that lives for ever, and a number. Never a key, a certificate or a signature.
typedef void gw_app_log_t(void *context, enum gw_app_level level, const char *text, int32_t number);

/// Everything that does not change while the gateway runs. What it points at must live as long.
struct gw_app_config {
    const char *mac;              ///< The gateway's MAC, as gw_mac_is_valid() takes it; the certificate's CN.
    const char *agent;            ///< The program and its version, as `edge-firmware 0.1.0`.
    const gw_poll_config_t *line; ///< The slaves and their points.
    gw_reading_t *readings;       ///< One for each point, in the order of the points: `code`, `unit`, `point` are set.
    gw_sample_t *samples;         ///< Room for one for each point.
    gw_poll_block_t *blocks;      ///< Room for one for each point.
    uint8_t *buffer;              ///< What messages are made in: nothing in it outlives an action.
    uint32_t buffer_size;         ///< At least GW_APP_BUFFER_MIN; at most 65535.
    const struct gw_block *queue; ///< The offline queue: as large as can be spared, 1 MB is 1500 messages.
    const struct gw_block *commands; ///< The journal of the commands: at least 4 blocks.
    const struct gw_block *state; ///< The journal of the certificate slots: at least 3 blocks.
    uint32_t interval_s;          ///< From the beginning of a poll cycle to that of the next: 1 to 86400.
    uint8_t window;               ///< Messages in flight: 1 to GW_QUEUE_WINDOW_MAX.
    uint32_t build_s;             ///< When the firmware was built, in seconds since 1970: no clock shows less.
    uint32_t seed;                ///< A random number, other on every board and in every boot: for jitter.
    enum gw_app_reset reset;      ///< Why the board has started.
    enum gw_app_image image;      ///< What the boot loader says.
    gw_app_log_t *log;            ///< Where log lines go; NULL for nowhere.
    void *log_context;            ///< Handed to it.
};

// ---------------------------------------------------------------------------------------------------------------------
// Events
// ---------------------------------------------------------------------------------------------------------------------

/// What has happened.
enum gw_app_event_kind {
    GW_APP_NOTHING,            ///< Nothing; ignored.
    GW_APP_RECEIVED,           ///< `bytes` and `length` have come from the line: answers, echo, noise, as they are.
    GW_APP_CLOCK,              ///< `wall_ms` is the time, and is trusted; as often as the port likes, at best each turn.
    GW_APP_MEMORY,             ///< `free_bytes` of the heap were free at the least: for the health of the status.
    GW_APP_CONNECTED,          ///< CONNACK; `not_after_s` is the end of the certificate that was used.
    GW_APP_DISCONNECTED,       ///< The connection is gone, or was not made.
    GW_APP_REJECTED,           ///< It was not made: the broker refused the certificate itself.
    GW_APP_PUBACKED,           ///< The broker has answered message `sequence` with `reason`.
    GW_APP_DELETED,            ///< The client gave up message `sequence`, or did not take it.
    GW_APP_COMMAND,            ///< A message on commands/: `bytes`, `length`, `topic_type`.
    GW_APP_KEY_MADE,           ///< Answers GW_APP_MAKE_KEY: `is_good`, and `bytes` is the request in PEM, ended by a 0.
    GW_APP_CERTIFICATE_STORED, ///< Answers GW_APP_STORE_CERTIFICATE: `is_good`.
    GW_APP_UPDATE_ENDED,       ///< Answers GW_APP_UPDATE: `is_good` if the new image starts next; else `code`.
};

/// An event. Members that its kind does not name are not looked at.
struct gw_app_event {
    enum gw_app_event_kind kind; ///< What has happened.
    uint32_t connection;         ///< From CONNECTED to COMMAND: of which connection, as GW_APP_CONNECT numbered it.
    uint32_t sequence;           ///< PUBACKED, DELETED: as GW_APP_PUBLISH gave it.
    uint8_t reason;              ///< PUBACKED: the reason code (MQTT 5 §3.4.2.1).
    bool is_good;                ///< Whether an action succeeded.
    uint64_t wall_ms;            ///< CLOCK: milliseconds since 1970.
    uint32_t free_bytes;         ///< MEMORY.
    uint64_t not_after_s;        ///< CONNECTED: in seconds since 1970; 0 where it is not known.
    uint8_t *bytes;              ///< They stay until gw_app_step() returns GW_APP_WAIT; those of a command are changed.
    uint32_t length;             ///< Their number.
    const char *topic_type;      ///< COMMAND: the last level of the topic; stays as long as `bytes`.
    const char *code;            ///< UPDATE_ENDED: why not, for programs: lower case and underscores; a constant.
};

// ---------------------------------------------------------------------------------------------------------------------
// Actions
// ---------------------------------------------------------------------------------------------------------------------

/// Topics (contract/topics.json). They are the `kind` of a record in the queue.
enum gw_app_topic {
    GW_APP_TOPIC_TELEMETRY, ///< QoS 1.
    GW_APP_TOPIC_STATUS,    ///< QoS 1, retained.
    GW_APP_TOPIC_ACKS,      ///< QoS 1.
};

/// What is to be done.
enum gw_app_action_kind {
    GW_APP_WAIT,              ///< Wait for an event, at most until `until`; earlier is harmless.
    GW_APP_SEND,              ///< Send `bytes` on the line. What comes back is GW_APP_RECEIVED.
    GW_APP_RESET_LINE,        ///< Set the line up anew: nothing at all was heard in a whole cycle.
    GW_APP_CONNECT,           ///< Close what connection there is; try once to connect, with `slot`. Ends in CONNECTED,
                              ///< DISCONNECTED or REJECTED. The TLS clock must not show less than `floor_s`.
    GW_APP_SUBSCRIBE,         ///< Subscribe to commands/#.
    GW_APP_PUBLISH,           ///< Publish `bytes` on `topic`. Ends in PUBACKED or DELETED, or in DISCONNECTED for all.
    GW_APP_MAKE_KEY,          ///< Make a key in `slot` and a signing request; answer KEY_MADE.
    GW_APP_STORE_CERTIFICATE, ///< Check `bytes`, PEM ended by a 0, against the key in `slot`, the MAC, the CA and
                              ///< `seconds`, the time (0: not known), and store them there; answer CERTIFICATE_STORED.
    GW_APP_UPDATE,            ///< Fetch, check and make ready the image of `command`; answer UPDATE_ENDED, any time
                              ///< later. What it points at stays until the next step: copy it.
    GW_APP_CONFIRM_UPDATE,    ///< The firmware has proved itself: the boot loader is to keep it.
    GW_APP_RESTART,           ///< Close the connection in good order and restart the board.
};

/// An action. Members that its kind does not name mean nothing. What it points at stays until the next step.
struct gw_app_action {
    enum gw_app_action_kind kind;     ///< What.
    uint64_t until;                   ///< WAIT.
    const uint8_t *bytes;             ///< SEND, PUBLISH, STORE_CERTIFICATE.
    uint32_t length;                  ///< Their number.
    enum gw_app_topic topic;          ///< PUBLISH.
    uint32_t sequence;                ///< PUBLISH: names the message until it has ended.
    uint32_t connection;              ///< CONNECT, PUBLISH: its number.
    enum gw_cert_slot slot;           ///< CONNECT, MAKE_KEY, STORE_CERTIFICATE.
    uint32_t floor_s;                 ///< CONNECT: the time is at least this, in seconds since 1970.
    uint32_t seconds;                 ///< STORE_CERTIFICATE.
    const struct gw_command *command; ///< UPDATE.
};

// ---------------------------------------------------------------------------------------------------------------------
// The machine
// ---------------------------------------------------------------------------------------------------------------------

/// The machine. Its members are its own; those used most stand first, where rv32imc reaches them by short instructions.
struct gw_app {
    const struct gw_app_config *config;
    uint64_t now;                   ///< The moment of the call under way.

    // The clock and the cycle: gw_cycle.c
    bool is_trusted;                ///< Whether the wall clock is.
    bool is_making;                 ///< Whether messages of a cycle are still to be made.
    bool has_polled;                ///< Whether a cycle of this boot has had an answer.
    uint64_t start_ms;              ///< When this boot began, by the latest word of the clock.
    uint32_t last_stamp_s;          ///< Of the last cycle that is dated, in any boot; 0 for none.
    uint64_t first_ms;              ///< When the first cycle of this boot began; UINT64_MAX before it.
    uint64_t begun_ms;              ///< When the last one did.
    uint64_t due_ms;                ///< When the next one does.
    uint32_t cycle_s;               ///< The timestamp of the last one; 0 where it is not known.

    // The link and what goes over it: gw_delivery.c
    bool is_connected;
    bool wants_subscription;
    bool wants_status;
    bool is_status_out;             ///< Whether one is in flight.
    bool has_published;             ///< Whether a message of this boot was accepted.
    bool has_accepted;              ///< Whether one was since the refused ones were offered last.
    uint32_t connection;            ///< The number of the connection.
    uint64_t puback_by;             ///< When the PUBACK that is awaited is overdue; UINT64_MAX for none awaited.
    uint64_t connect_at;            ///< When to connect, unless connected before.
    uint64_t refused_until;         ///< When refused messages are offered again.
    unsigned wanted;                ///< Actions that are still to be handed out: bits, gw_tasks.c.
    uint32_t connect_wait_ms;       ///< The wait after the next failure.
    uint32_t refused_wait_ms;       ///< The wait before refused messages are offered again.
    uint64_t status_at;             ///< The earliest moment of the next status message.
    uint64_t publish_at;            ///< Nothing is published before: the client took no more.
    uint32_t not_after_s;           ///< When the certificate in use ends; 0 where it is not known.
    uint64_t confirm_by;            ///< When a new firmware must have proved itself; UINT64_MAX for none on trial.
    size_t next_reading;            ///< Where the cycle's next message goes on.
    uint32_t unstored;              ///< Messages that the flash refused.
    uint32_t free_bytes;            ///< Of the heap, at the least; 0 where nobody says.
    uint32_t status_count;          ///< Status messages of this boot.
    uint32_t status_mask;           ///< What the last one said, as far as an operator would act on it.
    uint32_t connects;              ///< Connections made in this boot.
    uint32_t refused;               ///< Refusals in this boot.
    uint32_t random;                ///< For jitter.

    // Commands, certificate slots and the update: gw_tasks.c
    const char *request;            ///< The signing request, while its answer is made.
    char renewal[GW_CMD_ID_MAX + 1u]; ///< The command of the renewal that is going on; empty for none.
    char update[GW_CMD_ID_MAX + 1u];  ///< The same of the update, also while the new firmware is on trial.

    // The parts
    struct gw_cert cert;
    struct gw_log commands;
    struct gw_log state;
    struct gw_queue queue;
    gw_poll_t poll;
    struct gw_command command;      ///< The one that was read last.
};

/// Why a gateway cannot run.
enum gw_app_fault {
    GW_APP_GOOD,         ///< It can.
    GW_APP_BAD_MAC,      ///< The MAC is none.
    GW_APP_BAD_LINE,     ///< gw_poll_init() refused the line; `detail` is a gw_poll_fault_t.
    GW_APP_BAD_READINGS, ///< gw_readings_check() refused the readings; `detail` is a gw_readings_fault_t.
    GW_APP_BAD_SETTING,  ///< Interval, window or buffer is out of range.
    GW_APP_BAD_FLASH,    ///< A piece of flash is too small, or cannot be read; `detail` is an enum gw_queue_result.
};

/// Mounts the flash and makes a gateway that has not begun. `detail` says more, and may be NULL.
enum gw_app_fault gw_app_init(struct gw_app *app, const struct gw_app_config *config, uint64_t now, int *detail);

/// Takes an event in. Actions that follow from it come out of gw_app_step().
void gw_app_take(struct gw_app *app, const struct gw_app_event *event, uint64_t now);

/// What to do now. Call it again, until it says GW_APP_WAIT.
struct gw_app_action gw_app_step(struct gw_app *app, uint64_t now);

/// The time that no clock may be below, in seconds since 1970: when the firmware was built, or the latest moment that is
/// on flash. A port whose clock starts in 1970 sets it to this, untrusted, so that certificates can be checked.
uint32_t gw_app_clock_floor(const struct gw_app *app);

#ifdef __cplusplus
}
#endif

#endif
