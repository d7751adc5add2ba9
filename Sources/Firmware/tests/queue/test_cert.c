// A device with two slots and a broker: whatever fails and whenever the supply is cut, it can connect afterwards.
#include "flash.h"
#include "gw/gw_cert.h"
#include "test.h"

#include <string.h>

/// What a slot holds. The words are numbers here: a certificate fits a key if it has the same one.
struct slot {
    int key;         // 0: nothing usable.
    int certificate; // 0: nothing usable.
};

/// How a renewal is to go.
struct plan {
    bool is_fitting;    // The certificate that comes back is for the key.
    bool is_accepted;   // The broker takes it.
    bool is_rejected;   // The broker says that it does not.
    bool is_reachable;  // The broker can be reached during the trial.
    bool is_confirming; // PUBACKs come.
};

struct world {
    struct flash flash;
    struct gw_log journal;
    struct gw_cert cert;
    struct slot slots[2];
    struct plan plan;
    uint64_t now_ms;
    int next_key;
    int reports;                   // Of this renewal.
    enum gw_cert_outcome reported; // The first of them.
    bool has_committed;            // A report said so.
    uint32_t step;                 // Steps of the slots, which are no operations of the flash.
    uint32_t cut_step;
    bool is_off;
};

static bool cuts_here(struct world *world)
{
    world->is_off = world->is_off || ++world->step == world->cut_step;
    return world->is_off;
}

static unsigned send(struct world *world, enum gw_cert_event_kind kind, bool is_good)
{
    struct gw_cert_event event = {.kind = kind, .now_ms = world->now_ms, .slot = gw_cert_slot_in_use(&world->cert),
                                  .is_good = is_good, .seconds = 300};
    return gw_cert_step(&world->cert, &event);
}

static bool is_usable(const struct slot *slot)
{
    return slot->key != 0 && slot->key == slot->certificate;
}

/// Does what the machine says, until it says no more or the supply is cut.
static void act(struct world *world, unsigned actions)
{
    while (actions != 0u && !world->is_off) {
        struct slot *spare = &world->slots[gw_cert_spare(&world->cert)];
        unsigned more = 0;
        if ((actions & GW_CERT_DO_MAKE_KEY) != 0u) {
            *spare = (struct slot){0, 0};
            if (cuts_here(world)) {
                return;
            }
            spare->key = world->next_key++;
            if (cuts_here(world)) {
                return;
            }
            more |= send(world, GW_CERT_KEY_DONE, true);
        }
        if ((actions & GW_CERT_DO_STORE) != 0u) {
            spare->certificate = 0;
            if (cuts_here(world)) {
                return;
            }
            spare->certificate = world->plan.is_fitting ? spare->key : 0;
            if (cuts_here(world)) {
                return;
            }
            more |= send(world, GW_CERT_STORE_DONE, is_usable(spare));
        }
        if ((actions & GW_CERT_DO_REPORT) != 0u) {
            if (cuts_here(world)) {
                return;
            }
            world->reported = world->reports == 0 ? world->cert.outcome : world->reported;
            world->reports++;
            if (world->cert.outcome == GW_CERT_COMMITTED) {
                world->has_committed = true;
            }
        }
        if ((actions & GW_CERT_DO_SAVE) != 0u) {
            bool is_saved = gw_cert_save(&world->cert, &world->journal);
            world->is_off = world->is_off || world->flash.is_off;
            if (world->is_off) {
                return;
            }
            more |= send(world, GW_CERT_SAVE_DONE, is_saved);
        }
        if ((actions & GW_CERT_DO_CONNECT) != 0u && cuts_here(world)) {
            return;
        }
        actions = more;
    }
}

/// The link, until the trial is over.
static void connect(struct world *world)
{
    for (int i = 0; i < 40; i++) {
        bool is_trial = world->cert.phase == GW_CERT_TRIAL || world->cert.phase == GW_CERT_CONFIRMED;
        if (world->is_off || !is_trial) {
            return;
        }
        world->now_ms += 10000;
        if (!world->plan.is_reachable) {
            act(world, send(world, GW_CERT_DISCONNECTED, false));
        } else if (world->plan.is_rejected) {
            act(world, send(world, GW_CERT_REJECTED, false));
        } else if (world->plan.is_accepted) {
            act(world, send(world, GW_CERT_CONNECTED, false));
            if (world->plan.is_confirming && !cuts_here(world)) {
                act(world, send(world, GW_CERT_PUBACKED, false));
            }
        }
        if (!world->is_off) {
            act(world, send(world, GW_CERT_TICK, false));
        }
    }
}

static void boot(struct world *world)
{
    flash_power_on(&world->flash);
    world->is_off = false;
    world->cut_step = 0;
    world->now_ms = 0;
    CHECK(gw_log_mount(&world->journal, &world->flash.block) == GW_STORE_OK);
    unsigned actions = gw_cert_start(&world->cert, &world->journal);
    CHECK((actions & GW_CERT_DO_CONNECT) != 0u);
    act(world, actions);
}

static void make(struct world *world, struct plan plan)
{
    memset(world, 0, sizeof *world);
    flash_make(&world->flash, 256, 3, 4, true);
    world->slots[GW_CERT_SLOT_A] = (struct slot){1, 1};
    world->next_key = 2;
    world->plan = plan;
    boot(world);
}

static void renew(struct world *world)
{
    act(world, send(world, GW_CERT_REQUEST, false));
    if (world->is_off || world->cert.phase != GW_CERT_KEYED) {
        return;
    }
    CHECK(world->reports == 1 && world->reported == GW_CERT_CSR_READY);
    world->reports = 0;
    act(world, send(world, GW_CERT_INSTALL, false));
    connect(world);
}

/// After anything: the slot in use has a certificate that the broker takes, and the device can be renewed again.
static void check_alive(struct world *world)
{
    CHECK(world->cert.phase == GW_CERT_STEADY || world->cert.phase == GW_CERT_KEYED);
    CHECK(gw_cert_slot_in_use(&world->cert) == world->cert.active && is_usable(&world->slots[world->cert.active]));
    // The old one, or a new one that the broker has confirmed; and nobody was told otherwise.
    int key = world->slots[world->cert.active].key;
    bool is_proven = world->plan.is_accepted && world->plan.is_reachable && world->plan.is_confirming
        && !world->plan.is_rejected;
    CHECK(key == 1 || is_proven);
    CHECK(world->has_committed == (key != 1));
}

static void check_renewable(struct world *world)
{
    int before = world->slots[world->cert.active].key;
    world->plan = (struct plan){true, true, false, true, true};
    world->reports = 0;
    renew(world);
    CHECK(world->cert.phase == GW_CERT_STEADY && world->reported == GW_CERT_COMMITTED && world->reports == 1);
    CHECK(world->slots[world->cert.active].key != before && is_usable(&world->slots[world->cert.active]));
    boot(world);
    CHECK(world->slots[world->cert.active].key != before && world->cert.phase == GW_CERT_STEADY);
}

static const struct {
    struct plan plan;
    enum gw_cert_outcome outcome;
} plans[] = {
    {{true, true, false, true, true}, GW_CERT_COMMITTED},
    {{false, true, false, true, true}, GW_CERT_NOT_USABLE},
    {{true, false, true, true, false}, GW_CERT_NOT_ACCEPTED},
    {{true, false, false, true, false}, GW_CERT_TOO_LATE},
    {{true, true, false, false, false}, GW_CERT_TOO_LATE},
    {{true, true, false, true, false}, GW_CERT_TOO_LATE},
};

static void test_plans(void)
{
    static struct world world;
    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++) {
        make(&world, plans[i].plan);
        renew(&world);
        CHECK(world.reports == 1 && world.reported == plans[i].outcome);
        check_alive(&world);
        check_renewable(&world);
        flash_free(&world.flash);
    }
}

/// The supply fails at every step of the slots and during every operation of the flash, in every plan and every way.
static void test_cuts(void)
{
    static struct world world;
    unsigned long count = 0;
    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++) {
        for (int tear = -1; tear < TEAR_COUNT; tear++) {
            for (uint32_t at = 1;; at++) {
                make(&world, plans[i].plan);
                uint32_t steps = world.step, operations = world.flash.operations;
                world.cut_step = tear < 0 ? steps + at : 0u;
                world.flash.cut_at = tear < 0 ? 0u : operations + at;
                world.flash.tear = tear < 0 ? TEAR_NOTHING : (enum tear)tear;
                renew(&world);
                bool was_cut = world.is_off;
                if (was_cut) {
                    count++;
                    boot(&world);
                    check_alive(&world);
                    if (world.cert.phase == GW_CERT_KEYED) {
                        // The request is out or is asked for again: the renewal may go on.
                        world.reports = 0;
                        act(&world, send(&world, GW_CERT_INSTALL, false));
                        connect(&world);
                        CHECK(world.reports == 1);
                        check_alive(&world);
                    }
                    check_renewable(&world);
                }
                flash_free(&world.flash);
                if (!was_cut) {
                    break;
                }
            }
        }
    }
    printf("certificates: %lu cuts, each left a slot that connects\n", count);
}

static void test_refusals(void)
{
    static struct world world;
    make(&world, plans[0].plan);
    // A certificate for which no key waits; events that nobody waits for.
    CHECK(send(&world, GW_CERT_INSTALL, false) == GW_CERT_DO_REPORT && world.cert.outcome == GW_CERT_NO_KEY);
    static const enum gw_cert_event_kind strays[] = {GW_CERT_KEY_DONE, GW_CERT_STORE_DONE, GW_CERT_SAVE_DONE,
        GW_CERT_CONNECTED, GW_CERT_PUBACKED, GW_CERT_DISCONNECTED, GW_CERT_REJECTED, GW_CERT_TICK};
    for (size_t i = 0; i < sizeof strays / sizeof strays[0]; i++) {
        CHECK(send(&world, strays[i], true) == 0u && world.cert.phase == GW_CERT_STEADY);
    }
    // A key that cannot be made; one renewal at a time.
    CHECK(send(&world, GW_CERT_REQUEST, false) == GW_CERT_DO_MAKE_KEY);
    CHECK(send(&world, GW_CERT_REQUEST, false) == GW_CERT_DO_REPORT && world.cert.outcome == GW_CERT_BUSY);
    CHECK(send(&world, GW_CERT_INSTALL, false) == GW_CERT_DO_REPORT && world.cert.outcome == GW_CERT_BUSY);
    CHECK(send(&world, GW_CERT_KEY_DONE, false) == (GW_CERT_DO_REPORT | GW_CERT_DO_SAVE));
    CHECK(world.cert.outcome == GW_CERT_NO_KEY && send(&world, GW_CERT_SAVE_DONE, true) == 0u);
    CHECK(world.cert.phase == GW_CERT_STEADY);
    // The flash refuses: the request is not handed out, the trial not begun, the commit not made.
    CHECK(send(&world, GW_CERT_REQUEST, false) == GW_CERT_DO_MAKE_KEY);
    CHECK(send(&world, GW_CERT_KEY_DONE, true) == GW_CERT_DO_SAVE);
    CHECK(send(&world, GW_CERT_SAVE_DONE, false) == GW_CERT_DO_REPORT && world.cert.outcome == GW_CERT_NOT_SAVED);
    CHECK(world.cert.phase == GW_CERT_STEADY);
    world.cert.phase = GW_CERT_KEYED;
    CHECK(send(&world, GW_CERT_INSTALL, false) == GW_CERT_DO_STORE);
    CHECK(send(&world, GW_CERT_STORE_DONE, true) == GW_CERT_DO_SAVE);
    CHECK(send(&world, GW_CERT_SAVE_DONE, false) == GW_CERT_DO_REPORT && world.cert.phase == GW_CERT_KEYED);
    CHECK(send(&world, GW_CERT_INSTALL, false) == GW_CERT_DO_STORE);
    CHECK(send(&world, GW_CERT_STORE_DONE, true) == GW_CERT_DO_SAVE);
    CHECK(send(&world, GW_CERT_SAVE_DONE, true) == GW_CERT_DO_CONNECT);
    CHECK(gw_cert_slot_in_use(&world.cert) == GW_CERT_SLOT_B);
    // Nothing counts that comes from the old connection; a PUBACK counts only after the CONNACK.
    struct gw_cert_event old = {.kind = GW_CERT_CONNECTED, .now_ms = world.now_ms, .slot = GW_CERT_SLOT_A};
    CHECK(gw_cert_step(&world.cert, &old) == 0u && world.cert.phase == GW_CERT_TRIAL);
    CHECK(send(&world, GW_CERT_PUBACKED, false) == 0u && world.cert.phase == GW_CERT_TRIAL);
    CHECK(send(&world, GW_CERT_CONNECTED, false) == 0u && world.cert.phase == GW_CERT_CONFIRMED);
    old.kind = GW_CERT_PUBACKED;
    CHECK(gw_cert_step(&world.cert, &old) == 0u && world.cert.phase == GW_CERT_CONFIRMED);
    // A connection that is lost before the PUBACK begins anew.
    CHECK(send(&world, GW_CERT_DISCONNECTED, false) == 0u && send(&world, GW_CERT_PUBACKED, false) == 0u);
    CHECK(send(&world, GW_CERT_CONNECTED, false) == 0u && send(&world, GW_CERT_REQUEST, false) == GW_CERT_DO_REPORT);
    CHECK(send(&world, GW_CERT_PUBACKED, false) == GW_CERT_DO_SAVE && world.cert.phase == GW_CERT_COMMIT);
    CHECK(gw_cert_slot_in_use(&world.cert) == GW_CERT_SLOT_B && world.cert.active == GW_CERT_SLOT_A);
    CHECK(send(&world, GW_CERT_SAVE_DONE, false)
          == (GW_CERT_DO_REPORT | GW_CERT_DO_SAVE | GW_CERT_DO_CONNECT));
    CHECK(world.cert.outcome == GW_CERT_NOT_SAVED && gw_cert_slot_in_use(&world.cert) == GW_CERT_SLOT_A);
    CHECK(send(&world, GW_CERT_SAVE_DONE, false) == 0u && world.cert.phase == GW_CERT_STEADY);
    flash_free(&world.flash);
}

static void test_records(void)
{
    static struct world world;
    // The last good record counts; others in the journal do not disturb it.
    static const struct {
        uint8_t kind, bytes[5], length;
    } strange[] = {{3, {1, 1, 0, 0xFE, 0}, 5}, {4, {1, 1, 0, 0xFE, 0}, 4}, {3, {2, 1, 0, 0xFE, 0}, 4},
                   {3, {1, 2, 0, 0xFD, 0}, 4}, {3, {1, 1, 0, 0xFF, 0}, 4}};
    make(&world, plans[0].plan);
    for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++) {
        struct gw_record record = {.kind = strange[i].kind, .stamp_at = GW_STAMP_NONE};
        CHECK(gw_log_append(&world.journal, &record, strange[i].bytes, strange[i].length) == GW_STORE_OK);
    }
    boot(&world);
    CHECK(world.cert.active == GW_CERT_SLOT_A && world.cert.phase == GW_CERT_STEADY && world.reports == 0);
    // Through many turns of the ring.
    for (int i = 0; i < 50; i++) {
        world.cert.active = i % 3 == 0 ? GW_CERT_SLOT_A : GW_CERT_SLOT_B;
        CHECK(gw_cert_save(&world.cert, &world.journal));
        struct gw_cert read;
        CHECK(gw_cert_start(&read, &world.journal) == GW_CERT_DO_CONNECT && read.active == world.cert.active);
    }
    // A flash that cannot be read says nothing of the slots.
    world.flash.is_off = true;
    CHECK(gw_cert_start(&world.cert, &world.journal) == 0u);
    flash_free(&world.flash);
}

static void test_expiry(void)
{
    const uint64_t now = 1771425000u, day = 86400u;
    uint32_t days = 0;
    CHECK(gw_cert_judge(now + 91u * day, now, &days) == GW_CERT_VALID && days == 91u);
    CHECK(gw_cert_judge(now + 90u * day, now, NULL) == GW_CERT_EXPIRES_SOON);
    CHECK(gw_cert_judge(now + 14u * day + 1u, now, NULL) == GW_CERT_EXPIRES_SOON);
    CHECK(gw_cert_judge(now + 14u * day, now, &days) == GW_CERT_EXPIRES_NOW && days == 14u);
    CHECK(gw_cert_judge(now + 1u, now, &days) == GW_CERT_EXPIRES_NOW && days == 0u);
    CHECK(gw_cert_judge(now, now, &days) == GW_CERT_EXPIRED && days == 0u);
    CHECK(gw_cert_judge(now - 1u, now, &days) == GW_CERT_EXPIRED && days == 0u);
    CHECK(gw_cert_judge(now, 0, &days) == GW_CERT_EXPIRY_UNKNOWN && days == 0u);
}

void test_cert(void)
{
    test_plans();
    test_cuts();
    test_refusals();
    test_records();
    test_expiry();
}
