/// @file gw_poll.h
/// Polls up to eight slaves on one line: a state machine of events in and actions out, without a clock or a port.
///
/// Time is monotonic milliseconds as uint64_t, from any start: it never wraps, so it is compared without tricks. A port
/// whose timer wraps extends it once, where it reads it.
///
/// The port's loop, with nothing left out:
///
///     gw_poll_begin(&poll, now(), now() + 290000);
///     for (;;) {
///         gw_poll_action_t action = gw_poll_step(&poll, now());
///         if (action.kind == GW_POLL_DONE) break;
///         if (action.kind == GW_POLL_SEND) line_send(action.bytes, action.length);
///         if (action.kind == GW_POLL_WAIT) {
///             size_t count = line_receive(buffer, sizeof buffer, action.until);  // returns early when bytes come
///             gw_poll_feed(&poll, buffer, count, now());
///         }
///     }
///
/// **Retries.** A slave that does not answer is asked again after 1 s and after 2 s while the others go on; after the
/// third failure it is offline and probed with one request, at the earliest after 4 s, 8 s, 16 s and from then on
/// every 30 s. One dead slave so costs one timeout a probe and never holds up the others: a slave in doubt is asked
/// when no other one waits. An exception shows that the slave is alive and fails only its registers; "busy" and its kin
/// (5, 6, 10, 11) ask for patience and are retried like silence.
///
/// **Late answers.** An RTU frame carries no transaction number: a late answer to one request passes every check of
/// the next one to the same slave that has the same function and length, and from then on every value is shifted by
/// one request. So what a slave may still answer is remembered for ten seconds, by function and length, and a request
/// whose answer could be mistaken is not sent until the slave has answered a settling request of another shape: a
/// shorter read of the same registers, or one of another function, to which even an exception will do. Slaves answer in
/// the order in which they were asked, so that answer proves that nothing older is left.
#ifndef GW_POLL_H
#define GW_POLL_H

#include "gw/gw_rtu.h"
#include "gw/gw_value.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The most slaves on a line.
#define GW_POLL_SLAVES 8u

/// Different shapes of outstanding answers that are remembered of one slave; with more every request could be mistaken,
/// and the slave is not asked until GW_POLL_ANSWER_LIFETIME_MS have passed.
#define GW_POLL_SHAPES 6u

/// No meter answers later than this, in milliseconds: after it an answer is taken for lost.
#define GW_POLL_ANSWER_LIFETIME_MS 10000u

/// The longest wait between two probes of an offline slave, in milliseconds.
#define GW_POLL_LONGEST_PROBE_MS 30000u

/// The silence that ends a disturbance, in milliseconds: UART drivers hand over bytes in packets, less proves nothing.
#define GW_POLL_DISTURBED_MS 20u

/// The longest pause inside an answer, in milliseconds, before it counts as cut short.
#define GW_POLL_BYTE_GAP_MS 50u

/// A block that was split because the slave refused it is tried whole again after this time, in milliseconds: one noisy
/// exception must not change a plan for ever.
#define GW_POLL_PLAN_LIFETIME_MS 3600000u

// ---------------------------------------------------------------------------------------------------------------------
// Configuration: constant while the poller lives; may stand in flash
// ---------------------------------------------------------------------------------------------------------------------

/// One slave and its points, which stand together in the table of points.
typedef struct {
    uint8_t address;      ///< 1 to 247, unique on the line.
    uint16_t timeout_ms;  ///< From the end of the request to the answer's first byte: 1 to 5000.
    uint16_t first_point; ///< Index in the table of points.
    uint16_t point_count; ///< At least 1.
} gw_poll_slave_t;

/// A line. Zero in `attempts`, `backoff_ms` and `register_limit` means the default.
typedef struct {
    const gw_poll_slave_t *slaves;
    uint16_t slave_count;    ///< 1 to GW_POLL_SLAVES.
    uint16_t point_count;    ///< Of the table of points.
    const gw_point_t *points;
    uint32_t baud;           ///< In bit/s, 300 to 4 000 000: for the silences and the length of frames.
    uint32_t backoff_ms;     ///< The wait after the first failure, which doubles with each further one; default 1000.
    uint16_t attempts;       ///< Failures in a row after which a slave is offline; default 3.
    uint16_t register_limit; ///< The most registers in one request, or 16 times as many bits; default and most 125.
    uint16_t register_gap;   ///< The largest hole of registers that is read along to save a request; 0 for none.
} gw_poll_config_t;

// ---------------------------------------------------------------------------------------------------------------------
// Results
// ---------------------------------------------------------------------------------------------------------------------

/// What became of a point in this cycle.
typedef enum {
    GW_SAMPLE_NONE = 0,  ///< Not asked yet.
    GW_SAMPLE_READ,      ///< `words` hold what the slave answered.
    GW_SAMPLE_TIMEOUT,   ///< No answer in time.
    GW_SAMPLE_BROKEN,    ///< An answer with a wrong checksum, or cut short.
    GW_SAMPLE_EXCEPTION, ///< The slave refused; `exception` says why.
    GW_SAMPLE_OFFLINE,   ///< Not asked: the slave is offline and its next probe is not due.
    GW_SAMPLE_UNSETTLED, ///< Not asked: an older answer may still come and be mistaken.
    GW_SAMPLE_OVER,      ///< Not asked: the cycle's time was up.
} gw_sample_outcome_t;

/// What one point said in this cycle.
typedef struct {
    uint8_t outcome;                   ///< A gw_sample_outcome_t.
    uint8_t exception;                 ///< The exception's code (Modbus V1.1b3 §7).
    uint16_t words[GW_VALUE_WORDS];    ///< As gw_value_text takes them; only after GW_SAMPLE_READ.
} gw_sample_t;

/// One planned request; only the poller looks inside.
typedef struct {
    uint8_t slave;   ///< Index of the slave.
    uint8_t table;   ///< A gw_table_t.
    bool is_pending; ///< Still to be read in this cycle.
    uint16_t address;
    uint16_t count;
} gw_poll_block_t;

/// What is known of a slave.
typedef enum {
    GW_SLAVE_UNKNOWN = 0, ///< It was never asked.
    GW_SLAVE_ONLINE,      ///< Its last request was answered.
    GW_SLAVE_SUSPECT,     ///< Its last request failed; it is tried again with growing waits.
    GW_SLAVE_OFFLINE,     ///< It used up its attempts and is only probed.
} gw_slave_state_t;

/// How a slave behaves. The counts only grow; they wrap after 2^32.
typedef struct {
    gw_slave_state_t state;
    uint32_t failures;   ///< Requests in a row without a usable answer; stays at its maximum.
    uint32_t probe_ms;   ///< The wait before the next probe of an offline slave.
    uint32_t requests;   ///< Requests sent, settling ones included.
    uint32_t answers;    ///< Requests answered with values.
    uint32_t exceptions; ///< Requests answered with an exception.
    uint32_t timeouts;   ///< Requests without any answer.
    uint32_t broken;     ///< Requests whose answer was broken.
    uint64_t not_before; ///< It is not asked earlier; 0 for at once.
    uint64_t gave_up_at; ///< When the last request was given up.
    uint16_t shapes[GW_POLL_SHAPES];   ///< Answers that may still come: function × 256 + data bytes.
    uint8_t shape_count;               ///< GW_POLL_SHAPES + 1 if there are more.
} gw_slave_t;

/// The poller. Its members are to be read, not written; 1 KB on a 32-bit machine.
///
/// The small members stand first: rv32imc reaches the first 128 bytes by short instructions.
typedef struct {
    gw_sample_t *samples;
    gw_poll_block_t *blocks;
    uint64_t now;              ///< The moment of the call under way.
    uint64_t deadline;         ///< The cycle's.
    uint64_t first_byte_by;    ///< The exchange's time-outs: without any byte,
    uint64_t last_byte_by;     ///< and at the very latest.
    uint64_t last_byte;        ///< When the last byte came.
    uint64_t quiet_until;      ///< Nothing is sent before this moment.
    uint16_t block_count;
    uint16_t block;            ///< The block that is being asked for.
    uint8_t slave;             ///< The slave that is being asked.
    bool is_in_cycle;
    bool is_asking;
    bool is_settling;
    bool has_heard;            ///< Whether any byte came in this exchange.
    bool knows_silence;        ///< Whether the receiver was told of the silence after it.
    bool is_plan_changed;
    gw_poll_config_t config;
    uint64_t plan_changed;     ///< When a block was first split.
    uint32_t settling;         ///< Settling requests sent.
    uint32_t unasked;          ///< Bytes that came although nothing was asked.
    gw_rtu_receiver_t receiver;
    gw_slave_t slaves[GW_POLL_SLAVES];
} gw_poll_t;

/// Why a line cannot be polled.
typedef enum {
    GW_POLL_OK = 0,
    GW_POLL_BAD_LINE,      ///< No slaves, more than GW_POLL_SLAVES, or a speed that is none.
    GW_POLL_BAD_SLAVE,     ///< An address or timeout out of range, an address twice, or points beyond the table.
    GW_POLL_BAD_POINT,     ///< A point does not pass gw_point_check.
    GW_POLL_NO_ROOM,       ///< Fewer blocks than points were given.
} gw_poll_fault_t;

// ---------------------------------------------------------------------------------------------------------------------
// Events and actions
// ---------------------------------------------------------------------------------------------------------------------

/// What the port is to do.
typedef enum {
    GW_POLL_DONE = 0, ///< The cycle is over; the samples are complete.
    GW_POLL_SEND,     ///< Send `bytes` now, then ask again.
    GW_POLL_WAIT,     ///< Take bytes from the line until they come or `until` is reached, feed them, then ask again.
} gw_poll_kind_t;

/// An action.
typedef struct {
    gw_poll_kind_t kind;
    const uint8_t *bytes; ///< For GW_POLL_SEND; they stay as they are until the next step.
    size_t length;
    uint64_t until; ///< For GW_POLL_WAIT.
} gw_poll_action_t;

/// Makes a poller that knows nothing of its slaves, and plans its requests: the fewest that read all points.
///
/// @param config   Copied; what it points at must live as long as the poller.
/// @param samples  One per point, in the order of the table of points.
/// @param blocks   At least as many as points: a plan never needs more.
gw_poll_fault_t gw_poll_init(gw_poll_t *poll, const gw_poll_config_t *config, gw_sample_t *samples,
                             gw_poll_block_t *blocks, size_t block_capacity);

/// Begins a cycle, in which every point is to be read once, unless its slave is offline and not due.
///
/// @param deadline  After it nothing more is asked; the cycle ends with the exchange under way.
/// @return false, with nothing begun, while a cycle runs.
bool gw_poll_begin(gw_poll_t *poll, uint64_t now, uint64_t deadline);

/// What to do now. Time-outs are noticed here, so it is called at the latest when `until` is reached.
gw_poll_action_t gw_poll_step(gw_poll_t *poll, uint64_t now);

/// Takes bytes from the line, whenever they come: also between the exchanges, where nobody asked for them.
void gw_poll_feed(gw_poll_t *poll, const uint8_t *bytes, size_t count, uint64_t now);

/// The hole of registers from which on a second request is faster than reading the hole along.
///
/// A second request costs its own eight characters, the answer's frame of five, two silences and the slave's
/// turnaround, of which 5 ms is a typical floor.
uint16_t gw_poll_break_even_gap(uint32_t baud);

#ifdef __cplusplus
}
#endif

#endif
