// One exchange: a request, its answer or none, and what that means for the slave and its points.
#include <string.h>

#include "gw_poll_inner.h"

/// Exceptions that ask for patience (Modbus V1.1b3 §7).
static bool means_later(uint8_t exception)
{
    // Acknowledge, busy, and a gateway whose path or target is not there.
    return exception == 5u || exception == 6u || exception == 10u || exception == 11u;
}

// ---- Slaves ---------------------------------------------------------------------------------------------------------

static void note_answered(gw_slave_t *slave)
{
    slave->state = GW_SLAVE_ONLINE;
    slave->failures = 0;
    slave->probe_ms = 0;
    slave->not_before = 0;
}

static void note_failed(gw_poll_t *poll, gw_slave_t *slave)
{
    if (slave->failures < UINT32_MAX) {
        slave->failures++;
    }
    uint64_t wait = poll->config.backoff_ms;
    for (uint32_t i = 1; i < slave->failures && i <= 10u; i++) {
        wait += wait;
    }
    if (slave->state != GW_SLAVE_OFFLINE && slave->failures < poll->config.attempts) {
        slave->state = GW_SLAVE_SUSPECT;
    } else {
        wait = slave->state == GW_SLAVE_OFFLINE ? (uint64_t)slave->probe_ms * 2u : wait;
        slave->state = GW_SLAVE_OFFLINE;
        slave->probe_ms = wait < GW_POLL_LONGEST_PROBE_MS ? (uint32_t)wait : GW_POLL_LONGEST_PROBE_MS;
        wait = slave->probe_ms;
    }
    slave->not_before = poll->now + wait;
}

void gw_poll_settle_block(gw_poll_t *poll, const gw_poll_block_t *block, gw_sample_outcome_t outcome)
{
    const gw_poll_slave_t *slave = &poll->config.slaves[block->slave];
    for (uint32_t i = 0; i < slave->point_count; i++) {
        const uint32_t index = slave->first_point + i;
        gw_sample_t *sample = &poll->samples[index];
        if (gw_poll_serves(block, &poll->config.points[index]) && sample->outcome != GW_SAMPLE_READ) {
            sample->outcome = (uint8_t)outcome;
            sample->exception = outcome == GW_SAMPLE_EXCEPTION ? poll->receiver.exception : 0u;
        }
    }
}

void gw_poll_settle_slave(gw_poll_t *poll, uint8_t slave, gw_sample_outcome_t outcome, bool is_over)
{
    for (uint32_t i = 0; i < poll->block_count; i++) {
        gw_poll_block_t *block = &poll->blocks[i];
        if (block->slave == slave && block->is_pending) {
            if (outcome != GW_SAMPLE_NONE) {
                gw_poll_settle_block(poll, block, outcome);
            }
            block->is_pending = !is_over;
        }
    }
}

/// Takes a request of the slave that failed, and decides what becomes of the others.
static void fail_slave(gw_poll_t *poll, gw_sample_outcome_t outcome)
{
    gw_slave_t *slave = &poll->slaves[poll->slave];
    const bool was_offline = slave->state == GW_SLAVE_OFFLINE;
    note_failed(poll, slave);
    // An offline slave has one request a cycle; one that has just used up its attempts has none left.
    gw_poll_settle_slave(poll, poll->slave, outcome, was_offline || slave->state == GW_SLAVE_OFFLINE);
}

// ---- The exchange ---------------------------------------------------------------------------------------------------

/// Takes the values of the block that was asked for.
static void take_values(gw_poll_t *poll)
{
    gw_poll_block_t *block = &poll->blocks[poll->block];
    const gw_poll_slave_t *slave = &poll->config.slaves[block->slave];
    for (uint32_t i = 0; i < slave->point_count; i++) {
        const gw_point_t *point = &poll->config.points[slave->first_point + i];
        gw_sample_t *sample = &poll->samples[slave->first_point + i];
        if (gw_poll_serves(block, point)) {
            const uint16_t first = (uint16_t)(point->address - block->address);
            gw_rtu_words(&poll->receiver, first, gw_type_width(point->type), sample->words);
            sample->outcome = GW_SAMPLE_READ;
            sample->exception = 0;
        }
    }
    block->is_pending = false;
}

static void take_exception(gw_poll_t *poll)
{
    gw_slave_t *slave = &poll->slaves[poll->slave];
    const gw_rtu_request_t *asked = &poll->receiver.asked;
    const uint8_t exception = poll->receiver.exception;
    slave->exceptions++;
    if (gw_poll_could_mistake_exception(slave, asked->function)) {
        gw_poll_give_up(slave, asked, poll->now);
    } else {
        slave->shape_count = 0;
        if (poll->is_settling) {
            return; // as good a proof as values; the block itself is asked for next
        }
    }
    if (means_later(exception)) {
        fail_slave(poll, GW_SAMPLE_EXCEPTION);
        return;
    }
    note_answered(slave);
    poll->blocks[poll->block].is_pending = false;
    gw_poll_settle_block(poll, &poll->blocks[poll->block], GW_SAMPLE_EXCEPTION);
    if (!poll->is_settling && (exception == 2u || exception == 3u)) {
        gw_poll_split(poll, poll->block); // illegal address or count: less may be legal
    }
}

void gw_poll_finish(gw_poll_t *poll)
{
    gw_slave_t *slave = &poll->slaves[poll->slave];
    const uint32_t silence = gw_rtu_t35_us(poll->config.baud) / 1000u + 2u;
    poll->is_asking = false;
    poll->quiet_until = poll->now + silence;
    if (poll->receiver.state == GW_RTU_ANSWER) {
        slave->answers++;
        slave->shape_count = 0;
        if (!poll->is_settling) {
            note_answered(slave);
            take_values(poll);
        }
    } else if (poll->receiver.state == GW_RTU_EXCEPTION) {
        take_exception(poll);
    } else {
        // Something was heard of the answer if its header was there, whole or not.
        const bool is_broken = poll->receiver.heard_answer
                               || (poll->receiver.length >= 2u
                                   && memcmp(poll->receiver.buffer, poll->receiver.request, 2) == 0);
        poll->quiet_until = poll->now + (silence > GW_POLL_DISTURBED_MS ? silence : GW_POLL_DISTURBED_MS);
        if (is_broken) {
            slave->broken++;
        } else {
            slave->timeouts++;
        }
        gw_poll_give_up(slave, &poll->receiver.asked, poll->now);
        fail_slave(poll, is_broken ? GW_SAMPLE_BROKEN : GW_SAMPLE_TIMEOUT);
    }
}

uint64_t gw_poll_await(gw_poll_t *poll)
{
    uint64_t limit = poll->first_byte_by;
    if (poll->has_heard) {
        // A frame under way is let come to its end; something that never ends is not.
        const uint64_t gap_ends = poll->last_byte + GW_POLL_BYTE_GAP_MS;
        limit = gap_ends > limit ? gap_ends : limit;
        limit = limit < poll->last_byte_by ? limit : poll->last_byte_by;
        const uint64_t silent_at = poll->last_byte + gw_rtu_t35_us(poll->config.baud) / 1000u + 2u;
        if (!poll->knows_silence && silent_at < limit) {
            if (poll->now < silent_at) {
                return silent_at;
            }
            poll->knows_silence = true;
            gw_rtu_silence(&poll->receiver);
        }
    }
    if (poll->now >= limit) {
        gw_rtu_silence(&poll->receiver);
    }
    if (poll->now >= limit || poll->receiver.state != GW_RTU_WAITING) {
        gw_poll_finish(poll);
        return 0;
    }
    return limit;
}

bool gw_poll_ask(gw_poll_t *poll, uint8_t index)
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
    if (slave->shape_count > 0u && poll->now - slave->gave_up_at >= GW_POLL_ANSWER_LIFETIME_MS) {
        slave->shape_count = 0;
    }
    if (gw_poll_could_be_mistaken(slave, &request)) {
        if (!gw_poll_find_distinct(slave, &request)) {
            fail_slave(poll, GW_SAMPLE_UNSETTLED);
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
    poll->first_byte_by = poll->now + gw_rtu_wire_ms(poll->config.baud, GW_RTU_REQUEST_LENGTH) + config->timeout_ms;
    // The longest frame and an echo in front of it.
    poll->last_byte_by = poll->first_byte_by + gw_rtu_wire_ms(poll->config.baud, GW_RTU_FRAME_LIMIT + 8u)
                         + GW_POLL_BYTE_GAP_MS;
    return true;
}
