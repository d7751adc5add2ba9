// What the files of the poller share. No one else looks in here.
#ifndef GW_POLL_INNER_H
#define GW_POLL_INNER_H

#include "gw/gw_poll.h"

// ---- The plan: gw_poll_plan.c --------------------------------------------------------------------------------------

/// Makes the plan of all slaves anew, every block as large as the limits let it be.
void gw_poll_plan(gw_poll_t *poll);

/// Whether a point is read by a block.
bool gw_poll_serves(const gw_poll_block_t *block, const gw_point_t *point);

/// Replaces a refused block by smaller ones, if it can be split.
void gw_poll_split(gw_poll_t *poll, uint32_t at);

// ---- Answers that may still come: gw_poll_late.c -------------------------------------------------------------------

/// Whether the answer to a request could be taken for an outstanding one.
bool gw_poll_could_be_mistaken(const gw_slave_t *slave, const gw_rtu_request_t *request);

/// Whether an exception could be the answer to an outstanding request: it carries the function and no length.
bool gw_poll_could_mistake_exception(const gw_slave_t *slave, uint8_t function);

/// Notes that a request was given up and its answer may still come.
void gw_poll_give_up(gw_slave_t *slave, const gw_rtu_request_t *request, uint64_t now);

/// Finds a request to the same slave whose answer cannot be mistaken; false if every candidate is outstanding too.
bool gw_poll_find_distinct(const gw_slave_t *slave, gw_rtu_request_t *request);

// ---- One exchange: gw_poll_exchange.c ------------------------------------------------------------------------------

/// Asks a slave for its first pending block, or for something that settles what is outstanding.
///
/// @return false if it could not be asked and has failed instead.
bool gw_poll_ask(gw_poll_t *poll, uint8_t index);

/// Waits for the answer; returns the moment until which, or 0 if the exchange has ended.
uint64_t gw_poll_await(gw_poll_t *poll);

/// Ends the exchange under way with whatever the receiver has.
void gw_poll_finish(gw_poll_t *poll);

/// Fails the points that a block serves, but those that another block has read.
void gw_poll_settle_block(gw_poll_t *poll, const gw_poll_block_t *block, gw_sample_outcome_t outcome);

/// Fails everything of a slave that is still pending.
///
/// @param outcome    GW_SAMPLE_NONE leaves the points with the failure that is known.
/// @param is_over    Whether nothing of it is asked any more in this cycle.
void gw_poll_settle_slave(gw_poll_t *poll, uint8_t slave, gw_sample_outcome_t outcome, bool is_over);

#endif
