/// What a port has to provide: everything that the gateway needs of a board, as tables of functions.
///
/// The core itself calls only `gw_block` and the log. The rest is what gw_loop() calls on behalf of gw/gw_app.h: it is
/// the same on an ESP32, on a PC and under QEMU. README.md, beside this file, says what each of them must do and how to
/// see that it does.
///
/// Rules for all of them:
///
/// - `context` is the port's own and is handed to every function;
/// - nothing blocks longer than it says, so that a task watchdog of 10 s is never near;
/// - unless it says otherwise, a function is called by one task only, and never from an interrupt;
/// - a false or a negative number is a failure that the caller deals with; nothing aborts.
#ifndef GW_HAL_H
#define GW_HAL_H

#include "gw/gw_app.h"

#ifdef __cplusplus
extern "C" {
#endif

// ---- Line ----------------------------------------------------------------------------------------------------------

/// An RS-485 line, half duplex: the driver enables the transmitter for as long as it sends, and not a bit longer.
struct gw_hal_line {
    void *context; ///< Handed to the functions.

    /// Sets the line up, or brings it back when it has stopped working, with nothing received.
    bool (*reset)(void *context);

    /// Empties what was received, sends, and returns when the last bit is out and the receiver listens: within the time
    /// that the bytes take plus 5 ms.
    bool (*send)(void *context, const void *bytes, uint32_t length);

    /// What has been received, up to `size` bytes, without waiting. 0 if nothing came, less than 0 if the line has
    /// failed. Echo and noise are handed on: the receiver of the core deals with both.
    int32_t (*receive)(void *context, void *bytes, uint32_t size);
};

// ---- Link ----------------------------------------------------------------------------------------------------------

/// MQTT 5 over TLS with a certificate on both sides. There is no other way to use it.
struct gw_hal_link {
    void *context; ///< Handed to the functions.

    /// Closes what connection there is and begins to make one with a slot, once, in the background; its end is reported
    /// by `next`, within 60 s. The last will is the status `offline`. Nothing of an earlier connection is reported any
    /// more. False if it cannot even begin.
    bool (*connect)(void *context, enum gw_cert_slot slot, uint32_t connection, uint64_t floor_s);

    /// Subscribes to commands/# at QoS 1.
    void (*subscribe)(void *context);

    /// Gives a message to the client, which copies it. False if the client takes no more. Else exactly one PUBACKED or
    /// DELETED with this sequence follows, or a DISCONNECTED for all.
    bool (*publish)(void *context, enum gw_app_topic topic, uint32_t sequence, const void *bytes, uint32_t length);

    /// The next thing that has happened, CONNECTED to COMMAND, without waiting; GW_APP_NOTHING if nothing has. What it
    /// points at stays until the next call.
    void (*next)(void *context, struct gw_app_event *event);

    /// Says goodbye, waits a second at the most until that is out, and closes the connection.
    void (*close)(void *context);
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

// ---- Update --------------------------------------------------------------------------------------------------------

/// Another firmware, in the second of two slots. A machine without updates leaves the functions NULL.
struct gw_hal_update {
    void *context; ///< Handed to the functions.

    /// Begins, in the background, to fetch the image of a command over https, to check size, SHA-256 and signature, and
    /// to make it the one that starts next. Copies what it needs. False if it cannot even begin.
    bool (*begin)(void *context, const struct gw_command *command);

    /// The end of it, without waiting: GW_APP_UPDATE_ENDED, or GW_APP_NOTHING.
    void (*next)(void *context, struct gw_app_event *event);

    /// The firmware that runs has proved itself: the boot loader is to keep it.
    bool (*confirm)(void *context);
};

// ---- Clock, random, system -----------------------------------------------------------------------------------------

struct gw_hal_clock {
    void *context; ///< Handed to the functions.

    /// Milliseconds since this boot; never goes back, does not jump, does not end.
    uint64_t (*monotonic_ms)(void *context);

    /// Milliseconds since 1970. True only if they are trusted: set in this boot by SNTP or kept by a clock with a
    /// battery, and not below the moment at which the firmware was built.
    bool (*wall_ms)(void *context, uint64_t *milliseconds);
};

struct gw_hal_system {
    void *context; ///< Handed to the functions.

    /// Waits until bytes may have come from the line, or something from the link or the update, or until
    /// `monotonic_ms` has reached `until`; earlier is harmless. The only function that waits.
    void (*wait)(void *context, uint64_t until);

    /// The bytes of heap that were free at the least since the boot; NULL on a machine where nobody asks.
    uint32_t (*free_bytes)(void *context);

    /// Restarts the board; returns only on a machine that ends its program instead.
    void (*restart)(void *context);
};

/// Everything together. Flash, log, reset reason and random seed go into struct gw_app_config.
struct gw_hal {
    struct gw_hal_line line;     ///< The meters.
    struct gw_hal_link link;     ///< The broker.
    struct gw_hal_keys keys;     ///< The certificate slots.
    struct gw_hal_update update; ///< The firmware itself.
    struct gw_hal_clock clock;   ///< The time.
    struct gw_hal_system system; ///< Waiting and restarting.
};

// ---- The loop ------------------------------------------------------------------------------------------------------

/// One turn: hands in what has happened, does what there is to do, and waits. False once the board is to restart and
/// `restart` has returned. A port calls it for ever and feeds its watchdog in between: a turn takes as long as `wait`.
///
/// `request` is room for a signing request of `request_size` bytes; 1 KB is plenty.
bool gw_loop(const struct gw_hal *hal, struct gw_app *app, char *request, uint32_t request_size);

#ifdef __cplusplus
}
#endif

#endif
