// Answers that may still come, and the requests that settle them: see "Late answers" in gw_poll.h.
#include "gw_poll_inner.h"

/// All that tells one answer from another: the function and the number of data bytes.
static uint16_t shape_of(const gw_rtu_request_t *request)
{
    return (uint16_t)((request->function << 8) | gw_rtu_data_bytes(request));
}

bool gw_poll_could_be_mistaken(const gw_slave_t *slave, const gw_rtu_request_t *request)
{
    uint32_t i = 0;
    while (i < slave->shape_count && i < GW_POLL_SHAPES && slave->shapes[i] != shape_of(request)) {
        i++;
    }
    // Found, or more are outstanding than were remembered: then anything could be.
    return i < slave->shape_count;
}

bool gw_poll_could_mistake_exception(const gw_slave_t *slave, uint8_t function)
{
    uint32_t i = 0;
    while (i < slave->shape_count && i < GW_POLL_SHAPES && slave->shapes[i] >> 8 != function) {
        i++;
    }
    return i < slave->shape_count;
}

void gw_poll_give_up(gw_slave_t *slave, const gw_rtu_request_t *request, uint64_t now)
{
    // One moment for all shapes: the older ones are then kept for longer than they need be, which is safe.
    slave->gave_up_at = now;
    if (gw_poll_could_be_mistaken(slave, request)) {
        return;
    }
    if (slave->shape_count < GW_POLL_SHAPES) {
        slave->shapes[slave->shape_count] = shape_of(request);
    }
    slave->shape_count++;
}

bool gw_poll_find_distinct(const gw_slave_t *slave, gw_rtu_request_t *request)
{
    // A shorter read of the same block is best, because the slave certainly has those registers.
    gw_rtu_request_t candidate = *request;
    const uint16_t step = gw_table_holds_bits(request->function) ? 8 : 1;
    while (candidate.count > step) {
        candidate.count = (uint16_t)(candidate.count - step);
        if (!gw_poll_could_be_mistaken(slave, &candidate)) {
            *request = candidate;
            return true;
        }
    }
    // Where the block is too short for that, another function is asked for: an exception proves the order as well.
    candidate.count = 1;
    for (uint8_t function = 1; function <= 4u; function++) {
        candidate.function = function;
        if (function != request->function && !gw_poll_could_mistake_exception(slave, function)) {
            *request = candidate;
            return true;
        }
    }
    return false;
}
