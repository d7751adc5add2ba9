// Commands, and what takes longer than a step: the renewal of the certificate and the update.
#include "gw_app_inner.h"

#include <string.h>

// ---- Answers -------------------------------------------------------------------------------------------------------

/// How a command ended, in the words of its answer.
struct ending {
    enum gw_ack_status status;
    const char *code;
    const char *message;
};

/// The endings of a renewal, by its outcome. Other commands end in some of these ways, too.
static const struct ending endings[] = {
    [GW_CERT_CSR_READY] = {GW_ACK_DONE, "ok", ""},
    [GW_CERT_COMMITTED] = {GW_ACK_DONE, "ok", ""},
    [GW_CERT_BUSY] = {GW_ACK_REFUSED, "busy", "a renewal or an update is going on"},
    [GW_CERT_NO_KEY] = {GW_ACK_FAILED, "no_key", "no key waits for a certificate, or none could be made"},
    [GW_CERT_NOT_USABLE] = {GW_ACK_FAILED, "not_usable", "the certificate does not fit the key, the MAC, the CA or "
                                                         "the time"},
    [GW_CERT_NOT_ACCEPTED] = {GW_ACK_FAILED, "not_accepted", "the broker refused it; the old one goes on"},
    [GW_CERT_TOO_LATE] = {GW_ACK_FAILED, "too_late", "it did not prove itself in time; the old one goes on"},
    [GW_CERT_INTERRUPTED] = {GW_ACK_FAILED, "interrupted", "a restart cut it short"},
    [GW_CERT_NOT_SAVED] = {GW_ACK_FAILED, "storage", "the flash refused; the old one goes on"},
};
static const struct ending *const done = &endings[GW_CERT_COMMITTED];

/// What an answer's result is.
enum result { RESULT_NONE, RESULT_HEALTH, RESULT_REQUEST };

/// Queues an answer like a reading, so that it outlasts an outage.
static void queue(struct gw_app *app, const struct gw_answer *text)
{
    struct gw_record record = {.kind = GW_APP_TOPIC_ACKS, .wall_s = gw_app_now_s(app),
                               .uptime_ms = app->now, .stamp_at = text->stamp_at};
    if (gw_queue_append(&app->queue, &record, text->json.text, (uint32_t)text->json.length) != GW_STORE_OK) {
        gw_app_log(app, GW_APP_LOG_ERROR, "an answer could not be stored; bytes", (uint32_t)text->json.length);
    }
}

/// Answers a command. Kept for repeats first: the other way round a cut in between would answer it twice. False if
/// the answer could not be kept.
static bool answer(struct gw_app *app, const char *cmd_id, const char *type_name, const struct ending *ending,
                   enum result result)
{
    const struct gw_ack ack = {.cmd_id = cmd_id, .type = type_name, .status = ending->status, .code = ending->code,
                               .message = ending->message, .at_s = gw_app_now_s(app)};
    struct gw_answer text = {.stamp_at = GW_STAMP_NONE};
    gw_json_begin(&text.json, (char *)app->config->buffer, app->config->buffer_size);
    gw_ack_begin(&ack, app->config->mac, &text);
    gw_json_text(&text.json, result == RESULT_REQUEST ? "{\"csr\":" : "{");
    if (result == RESULT_REQUEST) {
        gw_json_string(&text.json, app->request);
    } else if (result == RESULT_HEALTH) {
        gw_health_write(app, &text.json);
    }
    gw_json_text(&text.json, "}");
    if (!gw_ack_end(&text)) {
        gw_app_log(app, GW_APP_LOG_ERROR, "an answer is too long for the buffer; bytes", (uint32_t)text.json.capacity);
        return false;
    }
    const bool is_kept = gw_cmd_finish(&app->commands, &text);
    queue(app, &text);
    return is_kept;
}

// ---- The certificate slots -----------------------------------------------------------------------------------------

/// Answers the renewal that is going on, if there is one.
static void report(struct gw_app *app)
{
    const enum gw_cert_outcome outcome = app->cert.outcome;
    if (app->renewal[0] != '\0') {
        (void)answer(app, app->renewal, "renew_certificate", &endings[outcome],
                     outcome == GW_CERT_CSR_READY ? RESULT_REQUEST : RESULT_NONE);
        app->renewal[0] = '\0';
    }
}

/// Does what the slots want, in the order of their bits; what is not done here is handed out.
static void do_slots(struct gw_app *app, unsigned actions)
{
    while (actions != 0u) {
        struct gw_cert_event saved = {.kind = GW_CERT_SAVE_DONE, .now_ms = app->now};
        if ((actions & GW_CERT_DO_REPORT) != 0u) {
            report(app);
        }
        app->wanted |= actions & (GW_CERT_DO_MAKE_KEY | GW_CERT_DO_STORE | GW_CERT_DO_CONNECT);
        // What still comes of the connection that is about to be closed proves nothing.
        app->connection += (actions & GW_CERT_DO_CONNECT) != 0u ? 1u : 0u;
        if ((actions & GW_CERT_DO_SAVE) == 0u) {
            return;
        }
        saved.is_good = gw_cert_save(&app->cert, &app->state);
        actions = gw_cert_step(&app->cert, &saved);
    }
}

/// `is_good` and `seconds` as the kind of the event wants them.
static void tell_slots(struct gw_app *app, enum gw_cert_event_kind kind, bool is_good, uint32_t seconds)
{
    const struct gw_cert_event event = {
        .kind = kind,
        .now_ms = app->now,
        .slot = gw_cert_slot_in_use(&app->cert), // events of an earlier connection do not come this far
        .is_good = is_good,
        .seconds = seconds,
    };
    do_slots(app, gw_cert_step(&app->cert, &event));
}

void gw_tasks_link(struct gw_app *app, enum gw_cert_event_kind kind)
{
    tell_slots(app, kind, false, 0);
}

// ---- Commands ------------------------------------------------------------------------------------------------------

static void execute(struct gw_app *app)
{
    const struct gw_command *command = &app->command;
    const bool is_busy = app->renewal[0] != '\0' || app->update[0] != '\0' || app->confirm_by != UINT64_MAX;
    switch (command->type) {
    case GW_CMD_RENEW:
    case GW_CMD_OTA:
        if (is_busy) {
            (void)answer(app, command->cmd_id, command->type_name, &endings[GW_CERT_BUSY], RESULT_NONE);
        } else if (command->type == GW_CMD_OTA) {
            (void)memcpy(app->update, command->cmd_id, sizeof app->update);
            app->wanted |= GW_WANT_UPDATE;
        } else {
            (void)memcpy(app->renewal, command->cmd_id, sizeof app->renewal);
            tell_slots(app, command->step == GW_CMD_STEP_CSR ? GW_CERT_REQUEST : GW_CERT_INSTALL, false,
                       command->trial_seconds);
        }
        break;
    case GW_CMD_POLL_NOW:
        // One that runs is as good as one that begins.
        app->due_ms = app->poll.is_in_cycle ? app->due_ms : app->now;
        (void)answer(app, command->cmd_id, command->type_name, done, RESULT_NONE);
        break;
    default: // ping, get_status
        (void)answer(app, command->cmd_id, command->type_name, done,
                     command->type == GW_CMD_GET_STATUS ? RESULT_HEALTH : RESULT_NONE);
        break;
    }
}

static void on_command(struct gw_app *app, const struct gw_app_event *event)
{
    struct gw_answer text = {.stamp_at = GW_STAMP_NONE};
    if (event->connection != app->connection) {
        return; // of a connection that was closed: the broker delivers it again
    }
    gw_json_begin(&text.json, (char *)app->config->buffer, app->config->buffer_size);
    switch (gw_cmd_receive(&app->commands, app->config->mac, event->bytes, event->length, event->topic_type,
                           gw_app_now_s(app), &app->command, &text)) {
    case GW_CMD_ANSWER:
        queue(app, &text);
        break;
    case GW_CMD_EXECUTE:
        execute(app);
        break;
    case GW_CMD_IGNORE:
        gw_app_log(app, GW_APP_LOG_WARNING, "a command that nobody can answer; bytes", event->length);
        break;
    default:
        break;
    }
}

static void on_update_ended(struct gw_app *app, const struct gw_app_event *event)
{
    if (app->update[0] == '\0') {
        return;
    }
    if (event->is_good) {
        app->wanted |= GW_WANT_RESTART; // it is answered by the firmware that starts then, or by this one
        return;
    }
    const struct ending ending = {GW_ACK_FAILED, event->code != NULL ? event->code : "failed",
                                  "the image was not taken; this firmware goes on"};
    (void)answer(app, app->update, "ota", &ending, RESULT_NONE);
    app->update[0] = '\0';
}

void gw_tasks_take(struct gw_app *app, const struct gw_app_event *event)
{
    switch (event->kind) {
    case GW_APP_COMMAND:
        on_command(app, event);
        break;
    case GW_APP_KEY_MADE:
        app->request = (const char *)event->bytes;
        tell_slots(app, GW_CERT_KEY_DONE, event->is_good, 0);
        app->request = NULL;
        break;
    case GW_APP_CERTIFICATE_STORED:
        tell_slots(app, GW_CERT_STORE_DONE, event->is_good, 0);
        break;
    default: // GW_APP_UPDATE_ENDED
        on_update_ended(app, event);
        break;
    }
}

// ---- Start ---------------------------------------------------------------------------------------------------------

/// How a command ended that a restart cut short.
static const struct ending *ending_of(const struct gw_app *app)
{
    static const struct ending rolled_back = {GW_ACK_FAILED, "rolled_back",
                                              "the image did not prove itself; the old firmware goes on"};
    if (app->cert.outcome == GW_CERT_COMMITTED && strcmp(app->command.type_name, "renew_certificate") == 0) {
        return done;
    }
    const bool is_update = strcmp(app->command.type_name, "ota") == 0;
    return is_update && app->config->image == GW_APP_IMAGE_ROLLED_BACK ? &rolled_back : &endings[GW_CERT_INTERRUPTED];
}

bool gw_tasks_start(struct gw_app *app)
{
    const unsigned actions = gw_cert_start(&app->cert, &app->state);
    const bool is_on_trial = app->config->image == GW_APP_IMAGE_ON_TRIAL;
    bool goes_on = true;
    if (actions == 0u) {
        return false;
    }
    app->confirm_by = is_on_trial ? app->now + GW_APP_UPDATE_TRIAL_MS : UINT64_MAX;
    while (goes_on && gw_cmd_unfinished(&app->commands, app->update, &app->command)) {
        if (is_on_trial && app->update[0] == '\0' && strcmp(app->command.type_name, "ota") == 0) {
            (void)memcpy(app->update, app->command.cmd_id, sizeof app->update);
        } else {
            goes_on = answer(app, app->command.cmd_id, app->command.type_name, ending_of(app), RESULT_NONE);
        }
    }
    do_slots(app, actions & GW_CERT_DO_SAVE);
    return true;
}

// ---- Actions -------------------------------------------------------------------------------------------------------

/// A new firmware has proved itself, or its time is over.
static void judge_update(struct gw_app *app, struct gw_app_action *action)
{
    if (app->confirm_by == UINT64_MAX) {
        return;
    }
    if (app->has_published && app->has_polled) {
        app->confirm_by = UINT64_MAX;
        app->wanted |= GW_WANT_CONFIRM;
    } else if (!gw_app_awaits(app, action, app->confirm_by)) {
        app->confirm_by = UINT64_MAX;
        app->wanted |= GW_WANT_RESTART;
        gw_app_log(app, GW_APP_LOG_ERROR, "the new firmware did not prove itself and goes; connections made",
                   app->connects);
    }
}

/// The next of what is wanted, as an action; GW_APP_WAIT for none.
static enum gw_app_action_kind next_wanted(struct gw_app *app)
{
    static const uint16_t order[][2] = {
        {GW_CERT_DO_MAKE_KEY, GW_APP_MAKE_KEY}, {GW_CERT_DO_STORE, GW_APP_STORE_CERTIFICATE},
        {GW_WANT_UPDATE, GW_APP_UPDATE},        {GW_WANT_CONFIRM, GW_APP_CONFIRM_UPDATE},
        {GW_WANT_RESTART, GW_APP_RESTART},      {GW_WANT_LINE, GW_APP_RESET_LINE},
    };
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        if ((app->wanted & order[i][0]) != 0u) {
            app->wanted &= ~(unsigned)order[i][0];
            return (enum gw_app_action_kind)order[i][1];
        }
    }
    return GW_APP_WAIT;
}

bool gw_tasks_step(struct gw_app *app, struct gw_app_action *action)
{
    gw_tasks_link(app, GW_CERT_TICK);
    if (app->cert.phase == GW_CERT_TRIAL || app->cert.phase == GW_CERT_CONFIRMED) {
        gw_app_wake(action, app->cert.deadline_ms);
    }
    if ((app->wanted & GW_WANT_ANSWER) != 0u) {
        app->wanted &= ~(unsigned)GW_WANT_ANSWER;
        (void)answer(app, app->update, "ota", done, RESULT_NONE);
        app->update[0] = '\0';
    }
    judge_update(app, action);
    action->kind = next_wanted(app);
    action->slot = gw_cert_spare(&app->cert);
    action->command = &app->command;
    if (action->kind == GW_APP_STORE_CERTIFICATE) {
        action->bytes = (const uint8_t *)app->command.certificate;
        action->length = (uint32_t)strlen(app->command.certificate);
        action->seconds = gw_app_now_s(app);
    } else if (action->kind == GW_APP_CONFIRM_UPDATE && app->update[0] != '\0') {
        app->wanted |= GW_WANT_ANSWER; // after the boot loader was told: a cut in between must not promise it
    }
    return action->kind != GW_APP_WAIT;
}
