#include "gw/gw_poll.h"

#include <string.h>

/// Exceptions that ask for patience (Modbus V1.1b3 §7).
static bool means_later(uint8_t exception)
{
    // Acknowledge, busy, and a gateway whose path or target is not there.
    return exception == 5u || exception == 6u || exception == 10u || exception == 11u;
}

// ---------------------------------------------------------------------------------------------------------------------
// The plan
//
// Points are taken by the order of their addresses and a new block is opened only where a limit forces it. That is the
// minimum: a block that ends earlier can never let a later one begin later. There is no sorted copy of the points; the
// next one is looked for each time, which costs time only when a plan is made.
// ---------------------------------------------------------------------------------------------------------------------

/// A span of addresses as one number that sorts by its start and then by its width, which is 1, 2 or 4.
#define KEY(start, width) ((uint32_t)(start) * 8u + (width))
#define KEY_START(key) ((key) / 8u)
#define KEY_END(key) ((key) / 8u + (key) % 8u)
#define KEY_NONE UINT32_MAX

/// The address behind a block. A count of 0 stands for a whole table, which 16 bits do not hold; no block has it.
static uint32_t end_of(const gw_poll_block_t *block)
{
    return block->count > 0u ? (uint32_t)block->address + block->count : 65536u;
}

/// Whether a point is read by a block.
static bool serves(const gw_poll_block_t *block, const gw_point_t *point)
{
    return point->table == block->table && point->address >= block->address
           && (uint32_t)point->address + gw_type_width(point->type) <= end_of(block);
}

/// The span behind another one, among the points that a block serves.
static uint32_t next_key(const gw_poll_t *poll, const gw_poll_block_t *range, uint32_t after)
{
    const gw_poll_slave_t *slave = &poll->config.slaves[range->slave];
    uint32_t next = KEY_NONE;
    for (uint32_t i = 0; i < slave->point_count; i++) {
        const gw_point_t *point = &poll->config.points[slave->first_point + i];
        const uint32_t key = KEY(point->address, gw_type_width(point->type));
        if (key > after && key < next && serves(range, point)) {
            next = key;
        }
    }
    return next;
}

/// Opens a place in the plan. There always is one: every block serves a point of its own.
static void insert_block(gw_poll_t *poll, uint32_t at, const gw_poll_block_t *range, uint32_t start, uint32_t end)
{
    gw_poll_block_t *place = &poll->blocks[at];
    memmove(place + 1, place, (poll->block_count - at) * sizeof *place);
    poll->block_count++;
    place->slave = range->slave;
    place->table = range->table;
    place->is_pending = true;
    place->address = (uint16_t)start;
    place->count = (uint16_t)(end - start);
}

/// Plans blocks for the points of a range; returns how many there are.
static uint32_t plan_range(gw_poll_t *poll, uint32_t at, const gw_poll_block_t *range, uint32_t gap)
{
    const bool holds_bits = gw_table_holds_bits(range->table);
    const uint32_t limit = holds_bits ? 16u * poll->config.register_limit : poll->config.register_limit;
    const uint32_t most = holds_bits && limit > GW_RTU_BIT_LIMIT ? GW_RTU_BIT_LIMIT : limit;
    uint32_t count = 0;
    uint32_t start = 0;
    uint32_t end = 0;
    for (uint32_t key = next_key(poll, range, 0); key != KEY_NONE; key = next_key(poll, range, key)) {
        const uint32_t longer = KEY_END(key) > end ? KEY_END(key) : end;
        if (end > 0u && KEY_START(key) <= end + gap && longer - start <= most) {
            end = longer;
            continue;
        }
        if (end > 0u) {
            insert_block(poll, at + count, range, start, end);
            count++;
        }
        start = KEY_START(key);
        end = KEY_END(key);
    }
    if (end > 0u) {
        insert_block(poll, at + count, range, start, end);
        count++;
    }
    return count;
}

static void plan(gw_poll_t *poll)
{
    poll->block_count = 0;
    poll->is_plan_changed = false;
    for (uint32_t slave = 0; slave < poll->config.slave_count; slave++) {
        for (uint32_t table = GW_TABLE_COIL; table <= GW_TABLE_INPUT; table++) {
            const gw_poll_block_t all = {.slave = (uint8_t)slave, .table = (uint8_t)table};
            const uint32_t gap = gw_table_holds_bits(all.table) ? 16u * poll->config.register_gap
                                                                : poll->config.register_gap;
            (void)plan_range(poll, poll->block_count, &all, gap);
        }
    }
}

/// Replaces a refused block by smaller ones; false if it cannot be split.
///
/// Holes go first: a slave that lacks a register in between refuses the whole block. Without a hole the points are
/// halved until the bad one stands alone.
static bool split(gw_poll_t *poll, uint32_t at, uint64_t now)
{
    const gw_poll_block_t whole = poll->blocks[at];
    uint32_t spans = 0;
    for (uint32_t key = next_key(poll, &whole, 0); key != KEY_NONE; key = next_key(poll, &whole, key)) {
        spans++;
    }
    uint32_t middle = 0;
    uint32_t first_end = 0;
    uint32_t key = next_key(poll, &whole, 0);
    for (uint32_t i = 0; i < spans / 2u; i++) {
        first_end = KEY_END(key) > first_end ? KEY_END(key) : first_end;
        key = next_key(poll, &whole, key);
        middle = KEY_START(key);
    }
    const uint32_t end = end_of(&whole);
    // Spans that overlap over the whole block cannot be told apart by asking for less.
    if (spans < 2u || middle == whole.address || first_end == end) {
        return false;
    }
    poll->block_count--;
    memmove(&poll->blocks[at], &poll->blocks[at + 1u], (poll->block_count - at) * sizeof poll->blocks[0]);
    const uint32_t parts = plan_range(poll, at, &whole, 0);
    if (parts == 1u) {
        poll->blocks[at].count = (uint16_t)(first_end - whole.address);
        insert_block(poll, at + 1u, &whole, middle, end);
    }
    if (!poll->is_plan_changed) {
        poll->is_plan_changed = true;
        poll->plan_changed = now;
    }
    return true;
}

// ---------------------------------------------------------------------------------------------------------------------
// Answers that may still come
// ---------------------------------------------------------------------------------------------------------------------

/// All that tells one answer from another: the function and the number of data bytes.
static uint16_t shape_of(const gw_rtu_request_t *request)
{
    return (uint16_t)((request->function << 8) | gw_rtu_data_bytes(request));
}

/// Whether the answer to a request could be taken for an outstanding one.
static bool could_be_mistaken(const gw_slave_t *slave, const gw_rtu_request_t *request)
{
    uint32_t i = 0;
    while (i < slave->shape_count && i < GW_POLL_SHAPES && slave->shapes[i] != shape_of(request)) {
        i++;
    }
    // Found, or more are outstanding than were remembered: then anything could be.
    return i < slave->shape_count;
}

/// Whether an exception could be the answer to an outstanding request: it carries the function and no length.
static bool could_mistake_exception(const gw_slave_t *slave, uint8_t function)
{
    uint32_t i = 0;
    while (i < slave->shape_count && i < GW_POLL_SHAPES && slave->shapes[i] >> 8 != function) {
        i++;
    }
    return i < slave->shape_count;
}

/// Notes that a request was given up and its answer may still come.
static void give_up(gw_slave_t *slave, const gw_rtu_request_t *request, uint64_t now)
{
    // One moment for all shapes: the older ones are then kept for longer than they need be, which is safe.
    slave->gave_up_at = now;
    if (could_be_mistaken(slave, request)) {
        return;
    }
    if (slave->shape_count < GW_POLL_SHAPES) {
        slave->shapes[slave->shape_count] = shape_of(request);
    }
    slave->shape_count++;
}

/// Finds a request to the same slave whose answer cannot be mistaken; false if every candidate is outstanding too.
static bool find_distinct(const gw_slave_t *slave, gw_rtu_request_t *request)
{
    // A shorter read of the same block is best, because the slave certainly has those registers.
    gw_rtu_request_t candidate = *request;
    const uint16_t step = gw_table_holds_bits(request->function) ? 8 : 1;
    while (candidate.count > step) {
        candidate.count = (uint16_t)(candidate.count - step);
        if (!could_be_mistaken(slave, &candidate)) {
            *request = candidate;
            return true;
        }
    }
    // Where the block is too short for that, another function is asked for: an exception proves the order as well.
    candidate.count = 1;
    for (uint8_t function = 1; function <= 4u; function++) {
        candidate.function = function;
        if (function != request->function && !could_mistake_exception(slave, function)) {
            *request = candidate;
            return true;
        }
    }
    return false;
}

// ---------------------------------------------------------------------------------------------------------------------
// Slaves
// ---------------------------------------------------------------------------------------------------------------------

static void note_answered(gw_slave_t *slave)
{
    slave->state = GW_SLAVE_ONLINE;
    slave->failures = 0;
    slave->probe_ms = 0;
    slave->not_before = 0;
}

static void note_failed(gw_poll_t *poll, gw_slave_t *slave, uint64_t now)
{
    if (slave->failures < UINT32_MAX) {
        slave->failures++;
    }
    const uint32_t doublings = slave->failures <= 10u ? slave->failures - 1u : 10u;
    uint64_t wait = (uint64_t)poll->config.backoff_ms << doublings;
    if (slave->state != GW_SLAVE_OFFLINE && slave->failures < poll->config.attempts) {
        slave->state = GW_SLAVE_SUSPECT;
    } else {
        wait = slave->state == GW_SLAVE_OFFLINE ? (uint64_t)slave->probe_ms * 2u : wait;
        slave->state = GW_SLAVE_OFFLINE;
        slave->probe_ms = wait < GW_POLL_LONGEST_PROBE_MS ? (uint32_t)wait : GW_POLL_LONGEST_PROBE_MS;
        wait = slave->probe_ms;
    }
    slave->not_before = now + wait;
}

/// Fails the points that a block serves, but those that another block has read.
static void settle_block(gw_poll_t *poll, const gw_poll_block_t *block, gw_sample_outcome_t outcome)
{
    const gw_poll_slave_t *slave = &poll->config.slaves[block->slave];
    for (uint32_t i = 0; i < slave->point_count; i++) {
        const uint32_t index = slave->first_point + i;
        gw_sample_t *sample = &poll->samples[index];
        if (serves(block, &poll->config.points[index]) && sample->outcome != GW_SAMPLE_READ) {
            sample->outcome = (uint8_t)outcome;
            sample->exception = outcome == GW_SAMPLE_EXCEPTION ? poll->receiver.exception : 0u;
        }
    }
}

/// Fails everything of a slave that is still pending.
///
/// @param outcome    GW_SAMPLE_NONE leaves the points with the failure that is known.
/// @param is_over    Whether nothing of it is asked any more in this cycle.
static void settle_slave(gw_poll_t *poll, uint8_t slave, gw_sample_outcome_t outcome, bool is_over)
{
    for (uint32_t i = 0; i < poll->block_count; i++) {
        gw_poll_block_t *block = &poll->blocks[i];
        if (block->slave == slave && block->is_pending) {
            if (outcome != GW_SAMPLE_NONE) {
                settle_block(poll, block, outcome);
            }
            block->is_pending = !is_over;
        }
    }
}

/// Takes a request of the slave that failed, and decides what becomes of the others.
static void fail_slave(gw_poll_t *poll, gw_sample_outcome_t outcome, uint64_t now)
{
    gw_slave_t *slave = &poll->slaves[poll->slave];
    const bool was_offline = slave->state == GW_SLAVE_OFFLINE;
    note_failed(poll, slave, now);
    // An offline slave has one request a cycle; one that has just used up its attempts has none left.
    settle_slave(poll, poll->slave, outcome, was_offline || slave->state == GW_SLAVE_OFFLINE);
}

// ---------------------------------------------------------------------------------------------------------------------
// One exchange
// ---------------------------------------------------------------------------------------------------------------------

/// Takes the values of the block that was asked for.
static void take_values(gw_poll_t *poll)
{
    gw_poll_block_t *block = &poll->blocks[poll->block];
    const gw_poll_slave_t *slave = &poll->config.slaves[block->slave];
    for (uint32_t i = 0; i < slave->point_count; i++) {
        const gw_point_t *point = &poll->config.points[slave->first_point + i];
        gw_sample_t *sample = &poll->samples[slave->first_point + i];
        if (serves(block, point)) {
            const uint16_t first = (uint16_t)(point->address - block->address);
            gw_rtu_words(&poll->receiver, first, gw_type_width(point->type), sample->words);
            sample->outcome = GW_SAMPLE_READ;
            sample->exception = 0;
        }
    }
    block->is_pending = false;
}

static void take_exception(gw_poll_t *poll, uint64_t now)
{
    gw_slave_t *slave = &poll->slaves[poll->slave];
    const gw_rtu_request_t *asked = &poll->receiver.asked;
    const uint8_t exception = poll->receiver.exception;
    slave->exceptions++;
    if (could_mistake_exception(slave, asked->function)) {
        give_up(slave, asked, now);
    } else {
        slave->shape_count = 0;
        if (poll->is_settling) {
            return; // as good a proof as values; the block itself is asked for next
        }
    }
    if (means_later(exception)) {
        fail_slave(poll, GW_SAMPLE_EXCEPTION, now);
        return;
    }
    note_answered(slave);
    poll->blocks[poll->block].is_pending = false;
    settle_block(poll, &poll->blocks[poll->block], GW_SAMPLE_EXCEPTION);
    if (!poll->is_settling && (exception == 2u || exception == 3u)) {
        (void)split(poll, poll->block, now); // illegal address or count: less may be legal
    }
}

/// Ends the exchange under way with whatever the receiver has.
static void finish(gw_poll_t *poll, uint64_t now)
{
    gw_slave_t *slave = &poll->slaves[poll->slave];
    const uint32_t silence = gw_rtu_t35_us(poll->config.baud) / 1000u + 2u;
    poll->is_asking = false;
    poll->quiet_until = now + silence;
    if (poll->receiver.state == GW_RTU_ANSWER) {
        slave->answers++;
        slave->shape_count = 0;
        if (!poll->is_settling) {
            note_answered(slave);
            take_values(poll);
        }
    } else if (poll->receiver.state == GW_RTU_EXCEPTION) {
        take_exception(poll, now);
    } else {
        // Something was heard of the answer if its header was there, whole or not.
        const bool is_broken = poll->receiver.heard_answer
                               || (poll->receiver.length >= 2u
                                   && memcmp(poll->receiver.buffer, poll->receiver.request, 2) == 0);
        poll->quiet_until = now + (silence > GW_POLL_DISTURBED_MS ? silence : GW_POLL_DISTURBED_MS);
        if (is_broken) {
            slave->broken++;
        } else {
            slave->timeouts++;
        }
        give_up(slave, &poll->receiver.asked, now);
        fail_slave(poll, is_broken ? GW_SAMPLE_BROKEN : GW_SAMPLE_TIMEOUT, now);
    }
}

/// Waits for the answer; returns the moment until which, or 0 if the exchange has ended.
static uint64_t await_answer(gw_poll_t *poll, uint64_t now)
{
    uint64_t limit = poll->first_byte_by;
    if (poll->has_heard) {
        // A frame under way is let come to its end; something that never ends is not.
        const uint64_t gap_ends = poll->last_byte + GW_POLL_BYTE_GAP_MS;
        limit = gap_ends > limit ? gap_ends : limit;
        limit = limit < poll->last_byte_by ? limit : poll->last_byte_by;
        const uint64_t silent_at = poll->last_byte + gw_rtu_t35_us(poll->config.baud) / 1000u + 2u;
        if (!poll->knows_silence && silent_at < limit) {
            if (now < silent_at) {
                return silent_at;
            }
            poll->knows_silence = true;
            gw_rtu_silence(&poll->receiver);
        }
    }
    if (now >= limit) {
        gw_rtu_silence(&poll->receiver);
    }
    if (now >= limit || poll->receiver.state != GW_RTU_WAITING) {
        finish(poll, now);
        return 0;
    }
    return limit;
}

/// Asks a slave for its first pending block, or for something that settles what is outstanding.
///
/// @return false if it could not be asked and has failed instead.
static bool ask(gw_poll_t *poll, uint8_t index, uint64_t now)
{
    gw_slave_t *slave = &poll->slaves[index];
    const gw_poll_slave_t *config = &poll->config.slaves[index];
    uint16_t at = 0;
    while (poll->blocks[at].slave != index || !poll->blocks[at].is_pending) {
        at++;
    }
    const gw_poll_block_t *block = &poll->blocks[at];
    gw_rtu_request_t request = {config->address, block->table, block->address, block->count};
    poll->slave = index;
    poll->block = at;
    poll->is_settling = false;
    if (slave->shape_count > 0u && now - slave->gave_up_at >= GW_POLL_ANSWER_LIFETIME_MS) {
        slave->shape_count = 0;
    }
    if (could_be_mistaken(slave, &request)) {
        if (!find_distinct(slave, &request)) {
            fail_slave(poll, GW_SAMPLE_UNSETTLED, now);
            return false;
        }
        poll->is_settling = true;
        poll->settling++;
    }
    gw_rtu_ask(&poll->receiver, &request);
    slave->requests++;
    poll->is_asking = true;
    poll->has_heard = false;
    poll->knows_silence = false;
    poll->first_byte_by = now + gw_rtu_wire_ms(poll->config.baud, GW_RTU_REQUEST_LENGTH) + config->timeout_ms;
    // The longest frame and an echo in front of it.
    poll->last_byte_by = poll->first_byte_by + gw_rtu_wire_ms(poll->config.baud, GW_RTU_FRAME_LIMIT + 8u)
                         + GW_POLL_BYTE_GAP_MS;
    return true;
}

// ---------------------------------------------------------------------------------------------------------------------
// The cycle
// ---------------------------------------------------------------------------------------------------------------------

/// The choice of a slave to ask.
typedef struct {
    bool is_found;
    bool is_anyone_waiting;
    uint8_t slave;
    uint64_t earliest; ///< When the first of those that wait may be asked.
} choice_t;

static bool has_pending(const gw_poll_t *poll, uint8_t slave)
{
    for (uint32_t i = 0; i < poll->block_count; i++) {
        if (poll->blocks[i].slave == slave && poll->blocks[i].is_pending) {
            return true;
        }
    }
    return false;
}

/// Whoever may be asked is asked, in the order of the configuration, slaves in doubt after those that are well.
static choice_t choose(gw_poll_t *poll, uint64_t now)
{
    choice_t choice = {.is_found = false, .earliest = UINT64_MAX};
    bool is_in_doubt = true;
    for (uint8_t i = 0; i < poll->config.slave_count; i++) {
        const gw_slave_t *slave = &poll->slaves[i];
        if (!has_pending(poll, i)) {
            continue;
        }
        if ((slave->not_before > now ? slave->not_before : now) >= poll->deadline) {
            settle_slave(poll, i, slave->state == GW_SLAVE_SUSPECT ? GW_SAMPLE_NONE : GW_SAMPLE_OVER, true);
            continue;
        }
        choice.is_anyone_waiting = true;
        if (slave->not_before > now) {
            choice.earliest = slave->not_before < choice.earliest ? slave->not_before : choice.earliest;
        } else if (is_in_doubt && (!choice.is_found || slave->failures == 0u)) {
            choice.is_found = true;
            choice.slave = i;
            is_in_doubt = slave->failures > 0u;
        }
    }
    return choice;
}

gw_poll_action_t gw_poll_step(gw_poll_t *poll, uint64_t now)
{
    gw_poll_action_t action = {.kind = GW_POLL_WAIT};
    if (poll->is_asking) {
        action.until = await_answer(poll, now);
        if (poll->is_asking) {
            return action;
        }
    }
    // A slave that cannot be asked fails at once, and the next one is looked for: at most one round per slave.
    while (poll->is_in_cycle) {
        const choice_t choice = choose(poll, now);
        if (!choice.is_anyone_waiting) {
            poll->is_in_cycle = false;
            break;
        }
        if (!choice.is_found) {
            action.until = choice.earliest;
            return action;
        }
        if (now < poll->quiet_until) {
            action.until = poll->quiet_until;
            return action;
        }
        if (ask(poll, choice.slave, now)) {
            action.kind = GW_POLL_SEND;
            action.bytes = poll->receiver.request;
            action.length = GW_RTU_REQUEST_LENGTH;
            return action;
        }
    }
    action.kind = GW_POLL_DONE;
    return action;
}

void gw_poll_feed(gw_poll_t *poll, const uint8_t *bytes, size_t count, uint64_t now)
{
    if (count == 0u) {
        return;
    }
    size_t used = 0;
    if (poll->is_asking) {
        poll->has_heard = true;
        poll->knows_silence = false;
        poll->last_byte = now;
        used = gw_rtu_feed(&poll->receiver, bytes, count);
        if (poll->receiver.state != GW_RTU_WAITING) {
            finish(poll, now);
        }
    }
    if (used < count) {
        poll->unasked += (uint32_t)(count - used);
        poll->quiet_until = now + GW_POLL_DISTURBED_MS;
    }
}

bool gw_poll_begin(gw_poll_t *poll, uint64_t now, uint64_t deadline)
{
    if (poll->is_in_cycle) {
        return false;
    }
    if (poll->is_plan_changed && now - poll->plan_changed > GW_POLL_PLAN_LIFETIME_MS) {
        plan(poll);
    }
    poll->is_in_cycle = true;
    poll->deadline = deadline;
    memset(poll->samples, 0, poll->config.point_count * sizeof poll->samples[0]);
    for (uint32_t i = 0; i < poll->block_count; i++) {
        gw_poll_block_t *block = &poll->blocks[i];
        const gw_slave_t *slave = &poll->slaves[block->slave];
        block->is_pending = slave->state != GW_SLAVE_OFFLINE || slave->not_before <= now;
        if (!block->is_pending) {
            settle_block(poll, block, GW_SAMPLE_OFFLINE);
        }
    }
    return true;
}

static gw_poll_fault_t check(const gw_poll_config_t *config)
{
    if (config->slave_count < 1u || config->slave_count > GW_POLL_SLAVES || config->baud < 300u
        || config->baud > 4000000u) {
        return GW_POLL_BAD_LINE;
    }
    for (uint32_t i = 0; i < config->slave_count; i++) {
        const gw_poll_slave_t *slave = &config->slaves[i];
        if (slave->address < 1u || slave->address > 247u || slave->timeout_ms < 1u || slave->timeout_ms > 5000u
            || slave->point_count < 1u
            || (uint32_t)slave->first_point + slave->point_count > config->point_count) {
            return GW_POLL_BAD_SLAVE;
        }
        for (uint32_t earlier = 0; earlier < i; earlier++) {
            if (config->slaves[earlier].address == slave->address) {
                return GW_POLL_BAD_SLAVE;
            }
        }
    }
    for (uint32_t i = 0; i < config->point_count; i++) {
        if (gw_point_check(&config->points[i]) != GW_POINT_OK) {
            return GW_POLL_BAD_POINT;
        }
    }
    return GW_POLL_OK;
}

gw_poll_fault_t gw_poll_init(gw_poll_t *poll, const gw_poll_config_t *config, gw_sample_t *samples,
                             gw_poll_block_t *blocks, size_t block_capacity)
{
    const gw_poll_fault_t fault = check(config);
    if (fault != GW_POLL_OK) {
        return fault;
    }
    if (block_capacity < config->point_count) {
        return GW_POLL_NO_ROOM;
    }
    memset(poll, 0, sizeof *poll);
    poll->config = *config;
    poll->samples = samples;
    poll->blocks = blocks;
    if (poll->config.attempts == 0u) {
        poll->config.attempts = 3;
    }
    if (poll->config.backoff_ms == 0u) {
        poll->config.backoff_ms = 1000;
    }
    if (poll->config.register_limit == 0u || poll->config.register_limit > GW_RTU_REGISTER_LIMIT) {
        poll->config.register_limit = GW_RTU_REGISTER_LIMIT;
    }
    gw_rtu_init(&poll->receiver);
    plan(poll);
    return GW_POLL_OK;
}

uint16_t gw_poll_break_even_gap(uint32_t baud)
{
    // 13 characters of 11 bits, two silences and 5 ms, over two characters.
    const uint32_t two_characters_us = 22000000u / baud;
    const uint32_t request_us = 143000000u / baud + 2u * gw_rtu_t35_us(baud) + 5000u;
    return (uint16_t)(request_us / two_characters_us);
}
