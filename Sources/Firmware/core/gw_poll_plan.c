// The requests that read all points of a line: planned once, and split where a slave refuses one.
//
// Points are taken by the order of their addresses and a new block is opened only where a limit forces it. That is the
// minimum: a block that ends earlier can never let a later one begin later. There is no sorted copy of the points; the
// next one is looked for each time, which costs time only when a plan is made.
#include <string.h>

#include "gw_poll_inner.h"

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

bool gw_poll_serves(const gw_poll_block_t *block, const gw_point_t *point)
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
        if (key > after && key < next && gw_poll_serves(range, point)) {
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

void gw_poll_plan(gw_poll_t *poll)
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

/// Holes go first: a slave that lacks a register in between refuses the whole block. Without a hole the points are
/// halved until the bad one stands alone.
void gw_poll_split(gw_poll_t *poll, uint32_t at)
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
        return;
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
        poll->plan_changed = poll->now;
    }
}
