/// What a port has to provide: everything that the core needs of a board, as tables of functions.
///
/// The core itself calls only `gw_block`. The rest is what an application around the core is written against, so that
/// it is the same on an ESP32, on a PC and under QEMU. README.md, beside this file, says what each of them must do and
/// how to see that it does.
///
/// Rules for all of them:
///
/// - `context` is the port's own and is handed to every function;
/// - nothing blocks longer than it says, so that a task watchdog of 10 s is never near;
/// - unless it says otherwise, a function is called by one task only, and never from an interrupt;
/// - a false or a negative number is a failure that the caller deals with; nothing aborts.
#ifndef GW_HAL_H
#define GW_HAL_H

#include "gw/gw_block.h"
#include "gw/gw_cert.h"

// ---- Line ----------------------------------------------------------------------------------------------------------

/// Parity of a character on the line.
enum gw_hal_parity {
    GW_HAL_PARITY_NONE, ///< None; two stop bits are sent in its place.
    GW_HAL_PARITY_EVEN, ///< Even: what Modbus wants where nothing else is said.
    GW_HAL_PARITY_ODD,  ///< Odd.
};

/// An RS-485 line, half duplex: the driver enables the transmitter for as long as it sends, and not a bit longer.
struct gw_hal_line {
    void *context; ///< Handed to the functions.

    /// Sets speed and parity, and empties what was received. Also brings a line back that stopped working.
    bool (*configure)(void *context, uint32_t baud, enum gw_hal_parity parity);

    /// Empties what was received, sends, and returns when the last bit is out and the receiver listens: within the time
    /// that the bytes take plus 5 ms.
    bool (*send)(void *context, const void *bytes, uint32_t length);

    /// What has been received, up to `size` bytes; waits at most `wait_ms` for the first. 0 if nothing came, less than
    /// 0 if the line has failed. Echo and noise are handed on: the receiver of the core deals with both.
    int32_t (*receive)(void *context, void *bytes, uint32_t size, uint32_t wait_ms);
};

// ---- Store ---------------------------------------------------------------------------------------------------------

/// The pieces of flash, each with blocks of its own.
struct gw_hal_store {
    const struct gw_block *queue;    ///< The offline queue: as large as can be spared, 1 MB is 1500 messages.
    const struct gw_block *commands; ///< The journal of the commands: at least 4 blocks.
    const struct gw_block *state;    ///< The journal of the certificate slots: at least 3 blocks.
};

// ---- Link ----------------------------------------------------------------------------------------------------------

/// What comes from the link, in the order in which it happened.
enum gw_hal_link_event {
    GW_HAL_LINK_NONE,         ///< Nothing has happened within the time given.
    GW_HAL_LINK_CONNECTED,    ///< CONNACK: messages can be published.
    GW_HAL_LINK_DISCONNECTED, ///< The connection is gone, or was not made.
    GW_HAL_LINK_REJECTED,     ///< The broker refused the certificate itself.
    GW_HAL_LINK_PUBACKED,     ///< The broker has confirmed the message with this sequence.
    GW_HAL_LINK_DELETED,      ///< The client gave up the message with this sequence (esp-mqtt: its outbox, after 30 s).
    GW_HAL_LINK_COMMAND,      ///< A command has come, whole.
};

/// Something that happened on the link.
struct gw_hal_link_report {
    enum gw_hal_link_event event; ///< What.
    enum gw_cert_slot slot;       ///< With which slot the connection was made.
    uint32_t sequence;            ///< PUBACKED, DELETED: as given to `publish`.
    uint8_t *bytes;               ///< COMMAND: the message, to be changed in place, until the next call.
    uint32_t length;              ///< COMMAND: its bytes.
    const char *topic_type;       ///< COMMAND: the last level of the topic, until the next call.
};

/// Topics; the port knows their templates (contract/topics.json). They are the `kind` of a record in the queue.
enum gw_hal_topic {
    GW_HAL_TOPIC_TELEMETRY, ///< QoS 1.
    GW_HAL_TOPIC_STATUS,    ///< QoS 1, retained.
    GW_HAL_TOPIC_ACKS,      ///< QoS 1.
};

/// MQTT over TLS with a certificate on both sides. There is no other way to use it.
struct gw_hal_link {
    void *context; ///< Handed to the functions.

    /// Begins to connect with a slot, and tries for ever, with waits growing to 30 s and jitter. What connection there
    /// was is closed. The last will is the status `offline`.
    bool (*connect)(void *context, enum gw_cert_slot slot);

    /// Closes the connection and stops trying.
    void (*disconnect)(void *context);

    /// Gives a message to the client, which copies it. False if the client takes no more: try later. Exactly one
    /// PUBACKED or DELETED with this sequence follows, or a DISCONNECTED for all of them.
    bool (*publish)(void *context, enum gw_hal_topic topic, uint32_t sequence, const void *bytes, uint32_t length);

    /// The next thing that happened; waits at most `wait_ms`.
    void (*next)(void *context, uint32_t wait_ms, struct gw_hal_link_report *report);
};

// ---- Keys and certificates -----------------------------------------------------------------------------------------

/// Two slots, each with a private key and its certificate: in files, in NVS, in the Digital Signature peripheral or in
/// a secure element. No function gives a key out: the TLS of the same port uses it by its slot.
struct gw_hal_keys {
    void *context; ///< Handed to the functions.

    /// Makes a new key in a slot, whatever was there, and writes a signing request in PEM with the CN `common_name`.
    /// The length without the final 0, or less than 0. May take some seconds (P-256: below one).
    int32_t (*make_key)(void *context, enum gw_cert_slot slot, const char *common_name, char *request, uint32_t size);

    /// Stores a certificate and its chain in a slot, if it is for the key that is there, has the CN `common_name`,
    /// leads to the CA that the device trusts, and is valid at `now_s` (0: not known).
    bool (*store)(void *context, enum gw_cert_slot slot, const char *common_name, const char *pem, uint64_t now_s);

    /// When the certificate of a slot ends, in seconds since 1970; 0 if there is none.
    uint64_t (*not_after)(void *context, enum gw_cert_slot slot);
};

// ---- Clock, random, log, reset -------------------------------------------------------------------------------------

struct gw_hal_clock {
    void *context; ///< Handed to the functions.

    /// Milliseconds since this boot; never goes back, does not jump, does not end.
    uint64_t (*monotonic_ms)(void *context);

    /// Milliseconds since 1970. True only if they are trusted: set in this boot by SNTP or kept by a clock with a
    /// battery, and not below the moment at which the firmware was built.
    bool (*wall_ms)(void *context, uint64_t *milliseconds);
};

struct gw_hal_random {
    void *context; ///< Handed to the function.

    /// Fills in random bytes, good enough for waits; keys are made elsewhere.
    void (*fill)(void *context, void *bytes, uint32_t length);
};

enum gw_hal_level {
    GW_HAL_LOG_ERROR,   ///< Somebody must act.
    GW_HAL_LOG_WARNING, ///< Somebody may have to.
    GW_HAL_LOG_INFO,    ///< What happens once in a while.
    GW_HAL_LOG_DEBUG,   ///< Everything.
};

struct gw_hal_log {
    void *context; ///< Handed to the function.

    /// Writes a line. Texts and numbers only, never a key, a certificate or a signature.
    void (*write)(void *context, enum gw_hal_level level, const char *text, int32_t number);
};

/// Why the board has started.
enum gw_hal_reset {
    GW_HAL_RESET_POWER,     ///< The supply was switched on.
    GW_HAL_RESET_BROWN_OUT, ///< The supply was too weak.
    GW_HAL_RESET_WATCHDOG,  ///< A task hung.
    GW_HAL_RESET_PANIC,     ///< The program failed.
    GW_HAL_RESET_REQUESTED, ///< The program wanted it: after an update, by a command.
    GW_HAL_RESET_UNKNOWN,   ///< The chip does not tell.
};

/// Everything together.
struct gw_hal {
    struct gw_hal_line line;     ///< The meters.
    struct gw_hal_store store;   ///< The flash.
    struct gw_hal_link link;     ///< The broker.
    struct gw_hal_keys keys;     ///< The certificate slots.
    struct gw_hal_clock clock;   ///< The time.
    struct gw_hal_random random; ///< For jitter.
    struct gw_hal_log log;       ///< For people.
    enum gw_hal_reset reset;     ///< Set before the application starts.
};

#endif
