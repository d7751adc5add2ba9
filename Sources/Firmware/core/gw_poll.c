// The cycle: whom to ask next, and when it is over.
#include <string.h>

#include "gw_poll_inner.h"

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
static choice_t choose(gw_poll_t *poll)
{
    const uint64_t now = poll->now;
    choice_t choice = {.is_found = false, .earliest = UINT64_MAX};
    bool is_in_doubt = true;
    for (uint8_t i = 0; i < poll->config.slave_count; i++) {
        const gw_slave_t *slave = &poll->slaves[i];
        if (!has_pending(poll, i)) {
            continue;
        }
        if ((slave->not_before > now ? slave->not_before : now) >= poll->deadline) {
            gw_poll_settle_slave(poll, i, slave->state == GW_SLAVE_SUSPECT ? GW_SAMPLE_NONE : GW_SAMPLE_OVER, true);
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
    poll->now = now;
    if (poll->is_asking) {
        action.until = gw_poll_await(poll);
        if (poll->is_asking) {
            return action;
        }
    }
    // A slave that cannot be asked fails at once, and the next one is looked for: at most one round per slave.
    while (poll->is_in_cycle) {
        const choice_t choice = choose(poll);
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
        if (gw_poll_ask(poll, choice.slave)) {
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
    poll->now = now;
    if (poll->is_asking) {
        poll->has_heard = true;
        poll->knows_silence = false;
        poll->last_byte = now;
        used = gw_rtu_feed(&poll->receiver, bytes, count);
        if (poll->receiver.state != GW_RTU_WAITING) {
            gw_poll_finish(poll);
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
        gw_poll_plan(poll);
    }
    poll->is_in_cycle = true;
    poll->deadline = deadline;
    memset(poll->samples, 0, poll->config.point_count * sizeof poll->samples[0]);
    for (uint32_t i = 0; i < poll->block_count; i++) {
        gw_poll_block_t *block = &poll->blocks[i];
        const gw_slave_t *slave = &poll->slaves[block->slave];
        block->is_pending = slave->state != GW_SLAVE_OFFLINE || slave->not_before <= now;
        if (!block->is_pending) {
            gw_poll_settle_block(poll, block, GW_SAMPLE_OFFLINE);
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
    gw_poll_plan(poll);
    return GW_POLL_OK;
}

uint16_t gw_poll_break_even_gap(uint32_t baud)
{
    // 13 characters of 11 bits, two silences and 5 ms, over two characters.
    const uint32_t two_characters_us = 22000000u / baud;
    const uint32_t request_us = 143000000u / baud + 2u * gw_rtu_t35_us(baud) + 5000u;
    return (uint16_t)(request_us / two_characters_us);
}
