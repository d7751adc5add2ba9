// A line in memory for the tests of the poller: slaves that answer, are late, are busy, refuse or are dead.
#ifndef SIMULATED_LINE_H
#define SIMULATED_LINE_H

#include "tests.h"

#define POINTS 48u
#define SLAVES 8u

/// How a simulated slave behaves. Register n of slave s holds s × 1000 + n; bit n is set if n is a multiple of 3.
typedef struct {
    uint32_t delay_ms;    ///< From the end of the request to the answer.
    uint32_t late_once;   ///< The next answer comes this much later.
    uint32_t dead_for;    ///< So many requests are not answered.
    uint32_t broken_for;  ///< So many answers have a wrong checksum.
    uint8_t exception;    ///< Given instead of values, while exception_for lasts.
    uint32_t exception_for;
    uint32_t bad_register; ///< Requests that touch it are refused with exception 2; 65536 for none.
    uint32_t asked;
    uint64_t busy_until; ///< A slave answers one request after the other.
} slave_t;

/// An answer on its way.
typedef struct {
    uint64_t at;
    size_t length;
    uint8_t bytes[256];
} flight_t;

extern gw_point_t points[POINTS];
extern gw_sample_t samples[POINTS];
extern gw_poll_block_t blocks[POINTS];
extern gw_poll_slave_t settings[SLAVES];
extern gw_poll_config_t config;
extern gw_poll_t poll;
extern slave_t slaves[SLAVES];
extern flight_t flights[32];
extern uint64_t now;
extern uint32_t sent;
extern uint8_t first_asked;

/// Begins with so many slaves of so many holding registers each, at 0, 1, 2 ...
void set_up(uint16_t slave_count, uint16_t points_each);

/// Makes the poller for what was set up.
void start(void);

/// Lets the slave that a request names answer it.
void answer(const uint8_t *request);

/// Runs a cycle; returns how long it took.
uint64_t cycle(uint64_t time);

/// Checks that whatever was read is the truth; returns how many points were read.
uint32_t read_count(void);

/// How many points have an outcome.
uint32_t outcome_count(gw_sample_outcome_t outcome);

#endif
