#include "gw/gw_cert.h"

#define DAY 86400u

/// `kind` of the records in the state's journal, and their four bytes: version, active slot, phase, complement of both.
#define JOURNAL_STATE 3u
#define STATE_VERSION 1u
#define STATE_LENGTH 4u

enum gw_cert_slot gw_cert_spare(const struct gw_cert *cert)
{
    return cert->active == GW_CERT_SLOT_A ? GW_CERT_SLOT_B : GW_CERT_SLOT_A;
}

static bool is_on_trial(const struct gw_cert *cert)
{
    // While the commit is being saved the connection with the spare goes on, although the old slot still counts.
    return cert->phase == GW_CERT_TRIAL || cert->phase == GW_CERT_CONFIRMED || cert->phase == GW_CERT_COMMIT;
}

enum gw_cert_slot gw_cert_slot_in_use(const struct gw_cert *cert)
{
    return is_on_trial(cert) ? gw_cert_spare(cert) : cert->active;
}

// ---- What is kept --------------------------------------------------------------------------------------------------

/// A commit is saved as what it will be: when the record is whole, it has happened, and a restart reports it.
bool gw_cert_save(const struct gw_cert *cert, struct gw_log *journal)
{
    struct gw_record record = {.kind = JOURNAL_STATE, .stamp_at = GW_STAMP_NONE};
    bool is_commit = cert->phase == GW_CERT_COMMIT;
    bool is_trial = cert->phase == GW_CERT_BEGINNING;
    bool is_keyed = cert->phase == GW_CERT_KEYED;
    uint8_t state[STATE_LENGTH] = {STATE_VERSION};
    state[1] = (uint8_t)(is_commit ? gw_cert_spare(cert) : cert->active);
    state[2] = (uint8_t)(is_commit ? GW_CERT_COMMIT
                         : is_trial ? GW_CERT_TRIAL
                         : is_keyed ? GW_CERT_KEYED
                                    : GW_CERT_STEADY);
    state[3] = (uint8_t)~(state[1] ^ state[2]);
    return gw_log_append(journal, &record, state, STATE_LENGTH) == GW_STORE_OK;
}

unsigned gw_cert_start(struct gw_cert *cert, struct gw_log *journal)
{
    struct gw_log_cursor at = gw_log_walk_start(journal);
    struct gw_record record;
    uint8_t state[STATE_LENGTH];
    bool is_released = false;
    *cert = (struct gw_cert){.active = GW_CERT_SLOT_A, .phase = GW_CERT_STEADY, .outcome = GW_CERT_NONE};
    enum gw_store_result walked = gw_log_walk(journal, &at, &record, state, STATE_LENGTH, &is_released);
    while (walked == GW_STORE_OK) {
        if (record.kind == JOURNAL_STATE && record.length == STATE_LENGTH && state[0] == STATE_VERSION
            && state[1] <= (uint8_t)GW_CERT_SLOT_B && state[3] == (uint8_t)~(state[1] ^ state[2])) {
            cert->active = (enum gw_cert_slot)state[1];
            cert->phase = (enum gw_cert_phase)state[2];
        }
        walked = gw_log_walk(journal, &at, &record, state, STATE_LENGTH, &is_released);
    }
    if (walked != GW_STORE_EMPTY) {
        return 0;
    }
    if (cert->phase == GW_CERT_KEYED || cert->phase == GW_CERT_STEADY) {
        return GW_CERT_DO_CONNECT;
    }
    // A commit that was not reported; or a trial that the restart ended: the old certificate goes on.
    cert->outcome = cert->phase == GW_CERT_COMMIT ? GW_CERT_COMMITTED : GW_CERT_INTERRUPTED;
    cert->phase = GW_CERT_SAVING;
    return GW_CERT_DO_REPORT | GW_CERT_DO_SAVE | GW_CERT_DO_CONNECT;
}

// ---- The machine ---------------------------------------------------------------------------------------------------

static unsigned report(struct gw_cert *cert, enum gw_cert_outcome outcome)
{
    cert->outcome = outcome;
    return GW_CERT_DO_REPORT;
}

/// Back to the old certificate. If the save fails, a restart finds the trial and ends it: the same.
static unsigned roll_back(struct gw_cert *cert, enum gw_cert_outcome outcome)
{
    cert->phase = GW_CERT_SAVING;
    return GW_CERT_DO_SAVE | GW_CERT_DO_CONNECT | report(cert, outcome);
}

static unsigned on_command(struct gw_cert *cert, const struct gw_cert_event *event)
{
    if (cert->phase != GW_CERT_STEADY && cert->phase != GW_CERT_KEYED) {
        return report(cert, GW_CERT_BUSY);
    }
    if (event->kind == GW_CERT_REQUEST) {
        // Also over a key that waits: whoever asks again has lost the first request.
        cert->phase = GW_CERT_MAKING;
        return GW_CERT_DO_MAKE_KEY;
    }
    if (cert->phase != GW_CERT_KEYED) {
        return report(cert, GW_CERT_NO_KEY);
    }
    cert->trial_ms = event->seconds * 1000u;
    cert->phase = GW_CERT_STORING;
    return GW_CERT_DO_STORE;
}

static unsigned on_saved(struct gw_cert *cert, const struct gw_cert_event *event)
{
    switch (cert->phase) {
    case GW_CERT_KEYED:
        if (!event->is_good) {
            cert->phase = GW_CERT_STEADY;
        }
        return report(cert, event->is_good ? GW_CERT_CSR_READY : GW_CERT_NOT_SAVED);
    case GW_CERT_BEGINNING:
        if (!event->is_good) {
            cert->phase = GW_CERT_KEYED;
            return report(cert, GW_CERT_NOT_SAVED);
        }
        cert->phase = GW_CERT_TRIAL;
        cert->deadline_ms = event->now_ms + cert->trial_ms;
        return GW_CERT_DO_CONNECT;
    case GW_CERT_COMMIT:
        if (!event->is_good) {
            return roll_back(cert, GW_CERT_NOT_SAVED);
        }
        cert->active = gw_cert_spare(cert);
        cert->phase = GW_CERT_SAVING;
        return report(cert, GW_CERT_COMMITTED) | GW_CERT_DO_SAVE;
    case GW_CERT_SAVING:
        cert->phase = GW_CERT_STEADY;
        return 0;
    default:
        return 0;
    }
}

static unsigned on_link(struct gw_cert *cert, const struct gw_cert_event *event)
{
    bool is_trial = cert->phase == GW_CERT_TRIAL || cert->phase == GW_CERT_CONFIRMED;
    // What still comes from the connection with the old certificate proves nothing.
    if (!is_trial || event->slot != gw_cert_spare(cert)) {
        return 0;
    }
    switch (event->kind) {
    case GW_CERT_CONNECTED:
        cert->phase = GW_CERT_CONFIRMED;
        return 0;
    case GW_CERT_PUBACKED:
        if (cert->phase != GW_CERT_CONFIRMED) {
            return 0;
        }
        cert->phase = GW_CERT_COMMIT;
        return GW_CERT_DO_SAVE;
    case GW_CERT_REJECTED:
        return roll_back(cert, GW_CERT_NOT_ACCEPTED);
    default:
        // The link tries again by itself, until the deadline: a field's network fails for other reasons too.
        cert->phase = GW_CERT_TRIAL;
        return 0;
    }
}

unsigned gw_cert_step(struct gw_cert *cert, const struct gw_cert_event *event)
{
    bool is_over = (cert->phase == GW_CERT_TRIAL || cert->phase == GW_CERT_CONFIRMED)
        && event->now_ms >= cert->deadline_ms;
    if (is_over && event->kind != GW_CERT_REQUEST && event->kind != GW_CERT_INSTALL) {
        return roll_back(cert, GW_CERT_TOO_LATE);
    }
    switch (event->kind) {
    case GW_CERT_REQUEST:
    case GW_CERT_INSTALL:
        return on_command(cert, event);
    case GW_CERT_KEY_DONE:
        if (cert->phase != GW_CERT_MAKING) {
            return 0;
        }
        // Without a key the spare holds nothing; that an earlier key is gone must be known after a restart, too.
        cert->phase = event->is_good ? GW_CERT_KEYED : GW_CERT_SAVING;
        return GW_CERT_DO_SAVE | (event->is_good ? 0u : report(cert, GW_CERT_NO_KEY));
    case GW_CERT_STORE_DONE:
        if (cert->phase != GW_CERT_STORING) {
            return 0;
        }
        if (!event->is_good) {
            // The key is still good: the right certificate may yet come.
            cert->phase = GW_CERT_KEYED;
            return report(cert, GW_CERT_NOT_USABLE);
        }
        cert->phase = GW_CERT_BEGINNING;
        return GW_CERT_DO_SAVE;
    case GW_CERT_SAVE_DONE:
        return on_saved(cert, event);
    case GW_CERT_TICK:
        return 0;
    default:
        return on_link(cert, event);
    }
}

enum gw_cert_expiry gw_cert_judge(uint32_t not_after, uint32_t now, uint32_t *days_left)
{
    const uint32_t left = not_after > now ? not_after - now : 0u;
    if (days_left != NULL) {
        *days_left = now == 0u ? 0u : left / DAY;
    }
    if (now == 0u) {
        return GW_CERT_EXPIRY_UNKNOWN;
    }
    if (left == 0u) {
        return GW_CERT_EXPIRED;
    }
    return left <= 14u * DAY ? GW_CERT_EXPIRES_NOW : left <= 90u * DAY ? GW_CERT_EXPIRES_SOON : GW_CERT_VALID;
}
