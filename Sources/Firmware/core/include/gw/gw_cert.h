/// Certificate slots: a new certificate proves itself before the old one is let go.
///
/// There are two slots, A and B; each holds a private key and the certificate for it. One is active. A renewal makes a
/// key in the other, the spare, hands out a signing request, stores the certificate that comes back, and connects with
/// it on trial. Only when the broker has accepted the connection (CONNACK) and has confirmed a message on it (PUBACK),
/// the spare becomes the active one. Whatever else happens, a refusal, a deadline, a restart, a power cut, the active
/// slot stays what it was, and nothing in it has been touched.
///
/// This is a pure machine: an event goes in, actions come out, and what they lead to comes back as an event. It knows
/// no flash, no key and no clock. The keys are behind gw_hal_keys of the porting layer: a file, NVS, the Digital
/// Signature peripheral or a secure element.
#ifndef GW_CERT_H
#define GW_CERT_H

#include "gw/gw_log.h"

enum gw_cert_slot {
    GW_CERT_SLOT_A, ///< The slot that a device is provisioned with.
    GW_CERT_SLOT_B, ///< The other.
};

enum gw_cert_phase {
    GW_CERT_STEADY,    ///< Nothing is going on; the spare slot holds nothing of worth.
    GW_CERT_MAKING,    ///< The key is being made in the spare slot.
    GW_CERT_KEYED,     ///< The spare slot holds a key, and the signing request is out. Kept across restarts.
    GW_CERT_STORING,   ///< The certificate is being checked against the key and stored in the spare slot.
    GW_CERT_BEGINNING, ///< That the trial begins is being saved.
    GW_CERT_TRIAL,     ///< Connecting with the spare slot. A restart ends it.
    GW_CERT_CONFIRMED, ///< Connected with the spare slot; its first PUBACK is awaited.
    GW_CERT_COMMIT,    ///< That the spare slot is the active one is being saved.
    GW_CERT_SAVING,    ///< Another change is being saved.
};

enum gw_cert_event_kind {
    GW_CERT_REQUEST,      ///< Command: make a key, hand out a signing request.
    GW_CERT_INSTALL,      ///< Command: a certificate has come; `seconds` is how long it has to prove itself.
    GW_CERT_KEY_DONE,     ///< GW_CERT_DO_MAKE_KEY is done; `is_good` if there is a key and a signing request.
    GW_CERT_STORE_DONE,   ///< GW_CERT_DO_STORE is done; `is_good` if it fits the key, the MAC, the CA, and is stored.
    GW_CERT_SAVE_DONE,    ///< GW_CERT_DO_SAVE is done; `is_good` if the state is on flash.
    GW_CERT_CONNECTED,    ///< CONNACK on a connection made with `slot`.
    GW_CERT_PUBACKED,     ///< PUBACK of a message that was published on a connection made with `slot`.
    GW_CERT_DISCONNECTED, ///< The connection made with `slot` is gone, or was not made, for whatever reason.
    GW_CERT_REJECTED,     ///< The broker refused the certificate of `slot` itself: trying again is of no use.
    GW_CERT_TICK,         ///< Time goes by.
};

struct gw_cert_event {
    enum gw_cert_event_kind kind; ///< What happened.
    uint64_t now_ms;              ///< Milliseconds since this boot; with every event.
    enum gw_cert_slot slot;       ///< Which slot a connection used.
    bool is_good;                 ///< Whether an action succeeded.
    uint32_t seconds;             ///< GW_CERT_INSTALL: how long the trial may take.
};

/// What is to be done, in the order of these bits. Several may be set.
///
/// The report comes before the save that forgets it: when the supply fails in between, the report is made once more
/// after the restart, and the journal of the commands tells whether it is still wanted (gw_cmd_unfinished()).
enum gw_cert_action {
    GW_CERT_DO_MAKE_KEY = 1,  ///< Make a key in the spare slot and a signing request; answer GW_CERT_KEY_DONE.
    GW_CERT_DO_STORE = 2,     ///< Check the certificate and store it in the spare slot; answer GW_CERT_STORE_DONE.
    GW_CERT_DO_REPORT = 4,    ///< Answer the command: `outcome` says how it ended.
    GW_CERT_DO_SAVE = 8,      ///< Save the state with gw_cert_save(); answer GW_CERT_SAVE_DONE.
    GW_CERT_DO_CONNECT = 16,  ///< Disconnect, then connect with the slot that gw_cert_slot_in_use() names.
};

enum gw_cert_outcome {
    GW_CERT_NONE,         ///< Nothing to report.
    GW_CERT_CSR_READY,    ///< The signing request is there.
    GW_CERT_COMMITTED,    ///< The new certificate is the active one.
    GW_CERT_BUSY,         ///< Another renewal is going on; this one is not begun.
    GW_CERT_NO_KEY,       ///< A certificate came and no key waits for one; or the key could not be made.
    GW_CERT_NOT_USABLE,   ///< The certificate does not fit the key, the MAC or the CA, or could not be stored.
    GW_CERT_NOT_ACCEPTED, ///< The broker refused the new certificate; the old one goes on.
    GW_CERT_TOO_LATE,     ///< It did not prove itself in time; the old one goes on.
    GW_CERT_INTERRUPTED,  ///< A restart ended the trial; the old one goes on.
    GW_CERT_NOT_SAVED,    ///< The flash refused; the old one goes on.
};

/// The machine. What is kept across restarts is the active slot, and whether the spare has a key or is on trial.
struct gw_cert {
    enum gw_cert_slot active;     ///< Whose certificate counts.
    enum gw_cert_phase phase;     ///< What is going on.
    enum gw_cert_outcome outcome; ///< With GW_CERT_DO_REPORT: how it ended.
    uint64_t deadline_ms;         ///< When the trial is over.
    uint32_t trial_ms;            ///< How long it may take.
};

/// Starts with what the journal holds, or with slot A. Returns actions, as gw_cert_step() does: to connect, and to
/// report how a renewal ended that a restart cut short. 0 if the flash cannot be read: then nobody knows which slot
/// counts, and it is to be tried again.
unsigned gw_cert_start(struct gw_cert *cert, struct gw_log *journal);

/// Takes in an event; returns the actions, bits of enum gw_cert_action.
unsigned gw_cert_step(struct gw_cert *cert, const struct gw_cert_event *event);

/// The slot to connect with.
enum gw_cert_slot gw_cert_slot_in_use(const struct gw_cert *cert);

/// The slot that is not active.
enum gw_cert_slot gw_cert_spare(const struct gw_cert *cert);

/// Saves the state: one record in a journal of its own, a mounted log on at least three blocks, of which the last
/// good record counts. False if the flash refused.
bool gw_cert_save(const struct gw_cert *cert, struct gw_log *journal);

/// How near the end of a certificate is.
enum gw_cert_expiry {
    GW_CERT_EXPIRY_UNKNOWN, ///< The clock is not trusted.
    GW_CERT_VALID,          ///< More than 90 days are left.
    GW_CERT_EXPIRES_SOON,   ///< 90 days or less: to be renewed.
    GW_CERT_EXPIRES_NOW,    ///< 14 days or less: somebody must act.
    GW_CERT_EXPIRED,        ///< Over: the broker will refuse it.
};

/// Judges `not_after` of a certificate, in seconds since 1970, as `now` is (0: not trusted). `days_left` may be NULL.
enum gw_cert_expiry gw_cert_judge(uint32_t not_after, uint32_t now, uint32_t *days_left);

#endif
