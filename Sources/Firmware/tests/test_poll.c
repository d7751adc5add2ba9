// The poller against a simulated line: slaves that answer, are late, are busy, refuse or are dead.

#include "gw/gw_crc.h"
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

static gw_point_t points[POINTS];
static gw_sample_t samples[POINTS];
static gw_poll_block_t blocks[POINTS];
static gw_poll_slave_t settings[SLAVES];
static gw_poll_config_t config;
static gw_poll_t poll;
static slave_t slaves[SLAVES];
static flight_t flights[32];
static size_t flight_count;
static uint64_t now;
static uint32_t sent;
static uint8_t first_asked;

/// Begins with so many slaves of so many holding registers each, at 0, 1, 2 ...
static void set_up(uint16_t slave_count, uint16_t points_each)
{
    memset(slaves, 0, sizeof slaves);
    memset(&config, 0, sizeof config);
    flight_count = 0;
    now = 1000000;
    sent = 0;
    for (uint16_t i = 0; i < slave_count; i++) {
        slaves[i].delay_ms = 10;
        slaves[i].bad_register = 65536;
        settings[i] = (gw_poll_slave_t){
            .address = (uint8_t)(i + 1u),
            .timeout_ms = 500,
            .first_point = (uint16_t)(i * points_each),
            .point_count = points_each,
        };
        for (uint16_t j = 0; j < points_each; j++) {
            points[i * points_each + j] = (gw_point_t){
                .table = GW_TABLE_HOLDING,
                .type = GW_TYPE_UINT16,
                .address = j,
                .scale = GW_DECIMAL_ONE,
            };
        }
    }
    config.slaves = settings;
    config.slave_count = slave_count;
    config.points = points;
    config.point_count = (uint16_t)(slave_count * points_each);
    config.baud = 19200;
}

static void start(void)
{
    CHECK_EQUAL(gw_poll_init(&poll, &config, samples, blocks, POINTS), GW_POLL_OK);
}

static void add_checksum(flight_t *flight)
{
    const uint16_t crc = gw_crc(flight->bytes, flight->length);
    flight->bytes[flight->length] = (uint8_t)crc;
    flight->bytes[flight->length + 1u] = (uint8_t)(crc >> 8);
    flight->length += 2u;
}

/// Lets the slave that a request names answer it.
static void answer(const uint8_t *request)
{
    slave_t *slave = &slaves[request[0] - 1u];
    const uint32_t address = (uint32_t)(request[2] << 8 | request[3]);
    const uint32_t count = (uint32_t)(request[4] << 8 | request[5]);
    const bool is_bits = request[1] <= 2u;
    slave->asked++;
    first_asked = sent == 0u ? request[0] : first_asked;
    sent++;
    if (slave->dead_for > 0u) {
        slave->dead_for--;
        return;
    }
    flight_t *flight = &flights[flight_count];
    flight_count++;
    memset(flight, 0, sizeof *flight);
    const uint64_t begins = slave->busy_until > now ? slave->busy_until : now;
    flight->at = begins + slave->delay_ms + slave->late_once;
    slave->busy_until = flight->at;
    slave->late_once = 0;
    flight->bytes[0] = request[0];
    flight->bytes[1] = request[1];
    const bool is_refused = address <= slave->bad_register && slave->bad_register < address + count;
    if (slave->exception_for > 0u || is_refused) {
        flight->bytes[1] |= 0x80u;
        flight->bytes[2] = slave->exception_for > 0u ? slave->exception : 2u;
        slave->exception_for -= slave->exception_for > 0u ? 1u : 0u;
        flight->length = 3;
    } else {
        const uint32_t data = is_bits ? (count + 7u) / 8u : 2u * count;
        flight->bytes[2] = (uint8_t)data;
        for (uint32_t i = 0; i < count; i++) {
            const uint32_t value = request[0] * 1000u + address + i;
            if (is_bits) {
                flight->bytes[3u + i / 8u] |= (uint8_t)(((address + i) % 3u == 0u ? 1u : 0u) << (i % 8u));
            } else {
                flight->bytes[3u + 2u * i] = (uint8_t)(value >> 8);
                flight->bytes[4u + 2u * i] = (uint8_t)value;
            }
        }
        flight->length = 3u + data;
    }
    add_checksum(flight);
    if (slave->broken_for > 0u) {
        slave->broken_for--;
        flight->bytes[flight->length - 1u] ^= 0x55u;
    }
}

/// Lets time pass up to a moment, or up to the next answer, which is fed.
static void pass(uint64_t until)
{
    size_t first = flight_count;
    for (size_t i = 0; i < flight_count; i++) {
        if (flights[i].at <= until && (first == flight_count || flights[i].at < flights[first].at)) {
            first = i;
        }
    }
    if (first == flight_count) {
        now = until > now ? until : now;
        return;
    }
    now = flights[first].at > now ? flights[first].at : now;
    const flight_t flight = flights[first];
    flight_count--;
    flights[first] = flights[flight_count];
    gw_poll_feed(&poll, flight.bytes, flight.length, now);
}

/// Runs a cycle; returns how long it took.
static uint64_t cycle(uint64_t time)
{
    const uint64_t begun = now;
    CHECK(gw_poll_begin(&poll, now, now + time));
    CHECK(!gw_poll_begin(&poll, now, now + time));
    for (unsigned steps = 0; steps < 100000u; steps++) {
        const gw_poll_action_t action = gw_poll_step(&poll, now);
        if (action.kind == GW_POLL_DONE) {
            return now - begun;
        }
        if (action.kind == GW_POLL_SEND) {
            CHECK_EQUAL(action.length, 8);
            answer(action.bytes);
        } else {
            CHECK(action.until > now);
            pass(action.until);
        }
    }
    CHECK(false);
    return 0;
}

/// Checks that whatever was read is the truth; returns how many points were read.
static uint32_t read_count(void)
{
    uint32_t count = 0;
    for (uint32_t s = 0; s < config.slave_count; s++) {
        for (uint32_t i = 0; i < settings[s].point_count; i++) {
            const uint32_t index = settings[s].first_point + i;
            if (samples[index].outcome == GW_SAMPLE_READ) {
                const bool is_bit = gw_table_holds_bits(points[index].table);
                const uint32_t address = points[index].address;
                const uint32_t bit = address % 3u == 0u ? 1u : 0u;
                CHECK_EQUAL(samples[index].words[0], is_bit ? bit : (uint16_t)((s + 1u) * 1000u + address));
                count++;
            }
        }
    }
    return count;
}

static uint32_t outcome_count(gw_sample_outcome_t outcome)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < config.point_count; i++) {
        count += samples[i].outcome == (uint8_t)outcome ? 1u : 0u;
    }
    return count;
}

static void a_healthy_line_is_read_in_one_request_a_slave(void)
{
    set_up(8, 6);
    start();
    CHECK_EQUAL(poll.slaves[0].state, GW_SLAVE_UNKNOWN);
    const uint64_t took = cycle(60000);
    CHECK_EQUAL(read_count(), 48);
    CHECK_EQUAL(sent, 8);
    CHECK(took < 200u);
    CHECK_EQUAL(poll.slaves[7].state, GW_SLAVE_ONLINE);
    CHECK_EQUAL(gw_poll_step(&poll, now).kind, GW_POLL_DONE);
}

static void blocks_join_over_holes_and_stop_at_limits(void)
{
    static const uint16_t addresses[8] = {0, 1, 4, 9, 200, 324, 325, 65535};
    set_up(1, 8);
    for (size_t i = 0; i < 8u; i++) {
        points[i].address = addresses[7u - i];
    }
    start();
    CHECK_EQUAL(poll.block_count, 6); // 0-1, 4, 9, 200, 324-325, 65535
    config.register_gap = 3;
    start();
    CHECK_EQUAL(poll.block_count, 5);
    CHECK_EQUAL(poll.blocks[0].count, 5);
    config.register_gap = 200;
    start();
    CHECK_EQUAL(poll.block_count, 4); // 0-9, 200-324 (125), 325, 65535
    CHECK_EQUAL(poll.blocks[1].count, 125);
    cycle(60000);
    CHECK_EQUAL(read_count(), 8);
    config.register_limit = 2;
    start();
    CHECK_EQUAL(poll.block_count, 6);
    CHECK_EQUAL(gw_poll_break_even_gap(19200), 14);
    CHECK(gw_poll_break_even_gap(115200) > 30u);
}

static void tables_and_widths_are_read_in_their_own_blocks(void)
{
    set_up(1, 12);
    for (uint16_t i = 0; i < 12u; i++) {
        points[i].table = (uint8_t)(GW_TABLE_COIL + i % 4u);
        points[i].type = gw_table_holds_bits(points[i].table) ? GW_TYPE_BOOL : GW_TYPE_UINT64;
        points[i].address = (uint16_t)(i / 4u * (gw_table_holds_bits(points[i].table) ? 900u : 4u));
    }
    config.register_gap = 125;
    start();
    CHECK_EQUAL(poll.block_count, 4);
    CHECK_EQUAL(poll.blocks[0].count, 1801);
    cycle(60000);
    CHECK_EQUAL(read_count(), 12);
    CHECK_EQUAL(samples[3].words[3], 1003);
    // More bits than one answer holds.
    points[8].address = 2000;
    start();
    CHECK_EQUAL(poll.block_count, 5);
}

static void a_dead_slave_costs_one_request_a_probe_and_starves_nobody(void)
{
    set_up(8, 2);
    start();
    slaves[0].dead_for = UINT32_MAX;
    uint64_t took = cycle(300000);
    CHECK_EQUAL(read_count(), 14);
    CHECK_EQUAL(outcome_count(GW_SAMPLE_TIMEOUT), 2);
    CHECK_EQUAL(slaves[0].asked, 3);
    CHECK(took > 4500u && took < 4800u); // three timeouts, and the waits of 1 s and 2 s between them
    CHECK_EQUAL(poll.slaves[0].state, GW_SLAVE_OFFLINE);
    CHECK_EQUAL(poll.slaves[0].probe_ms, 4000);
    // Not due: no request at all.
    took = cycle(300000);
    CHECK_EQUAL(slaves[0].asked, 3);
    CHECK_EQUAL(outcome_count(GW_SAMPLE_OFFLINE), 2);
    CHECK(took < 200u);
    static const uint32_t intervals[5] = {8000, 16000, 30000, 30000, 30000};
    for (size_t i = 0; i < 5u; i++) {
        now += 30000;
        cycle(300000);
        CHECK_EQUAL(slaves[0].asked, 4 + i);
        CHECK_EQUAL(poll.slaves[0].probe_ms, intervals[i]);
        CHECK_EQUAL(read_count(), 14);
    }
    // It comes back with one answered probe.
    slaves[0].dead_for = 0;
    now += 300000;
    cycle(300000);
    CHECK_EQUAL(read_count(), 16);
    CHECK_EQUAL(poll.slaves[0].state, GW_SLAVE_ONLINE);
    CHECK_EQUAL(poll.slaves[0].not_before, 0);
}

static void the_others_are_read_while_a_slave_waits_for_its_retry(void)
{
    set_up(8, 1);
    start();
    slaves[0].dead_for = 1;
    const uint64_t took = cycle(300000);
    CHECK_EQUAL(read_count(), 8);
    CHECK_EQUAL(sent, 10); // eight, the dead one's settling request and its block
    CHECK(took > 1500u && took < 1700u);
    CHECK_EQUAL(poll.settling, 1);
}

static void the_deadline_ends_a_cycle(void)
{
    set_up(2, 1);
    start();
    slaves[0].dead_for = UINT32_MAX;
    const uint64_t took = cycle(1000);
    CHECK(took < 1100u);
    CHECK_EQUAL(samples[0].outcome, GW_SAMPLE_TIMEOUT); // the failure that is known
    CHECK_EQUAL(samples[1].outcome, GW_SAMPLE_READ);
    CHECK_EQUAL(poll.slaves[0].state, GW_SLAVE_SUSPECT);
    now += 1;
    cycle(0);
    CHECK_EQUAL(samples[1].outcome, GW_SAMPLE_OVER);
}

static void a_slave_in_doubt_is_asked_after_the_others(void)
{
    set_up(3, 1);
    start();
    slaves[0].dead_for = 1;
    cycle(1000);
    CHECK_EQUAL(poll.slaves[0].state, GW_SLAVE_SUSPECT);
    now += 60000;
    sent = 0;
    cycle(60000);
    CHECK_EQUAL(first_asked, 2);
    CHECK_EQUAL(read_count(), 3);
    // Among several in doubt the order is the configuration's.
    set_up(2, 1);
    start();
    slaves[0].dead_for = 1;
    slaves[1].dead_for = 1;
    cycle(1050);
    now += 60000;
    sent = 0;
    cycle(60000);
    CHECK_EQUAL(first_asked, 1);
}

static void a_late_answer_never_becomes_another_value(void)
{
    for (uint32_t late = 510; late < 3000u; late += 35u) {
        set_up(2, 6);
        for (uint16_t i = 0; i < 6u; i++) {
            points[i].address = (uint16_t)(i * 10u); // six blocks of one shape
        }
        start();
        for (unsigned round = 0; round < 6u; round++) {
            slaves[0].late_once = round % 2u == 0u ? late : 0u;
            cycle(20000);
            CHECK(read_count() >= 6u);
            now += 1000;
        }
        CHECK(poll.settling > 0u);
        CHECK_EQUAL(read_count(), 12);
    }
}

static void what_may_still_come_is_forgotten_after_its_lifetime(void)
{
    set_up(1, 1);
    start();
    slaves[0].dead_for = 1;
    cycle(600);
    CHECK_EQUAL(poll.slaves[0].shape_count, 1);
    now += 10000;
    cycle(1000);
    CHECK_EQUAL(poll.settling, 0);
    CHECK_EQUAL(read_count(), 1);
}

static void a_slave_of_which_too_much_is_outstanding_is_left_alone(void)
{
    set_up(1, 1);
    points[0].type = GW_TYPE_FLOAT64;
    config.backoff_ms = 1;
    config.attempts = 100;
    settings[0].timeout_ms = 20;
    start();
    slaves[0].dead_for = UINT32_MAX;
    cycle(9000);
    // Four registers, three, two, one; then a bit of another function, and so on until nothing is distinct.
    CHECK(slaves[0].asked <= 8u);
    CHECK_EQUAL(samples[0].outcome, GW_SAMPLE_UNSETTLED);
    slaves[0].dead_for = 0;
    now += 60000;
    cycle(60000);
    CHECK_EQUAL(read_count(), 1);
}

static void an_exception_fails_its_registers_and_shows_that_the_slave_is_alive(void)
{
    set_up(2, 2);
    start();
    slaves[0].exception = 4;
    slaves[0].exception_for = 1;
    cycle(60000);
    CHECK_EQUAL(read_count(), 2);
    CHECK_EQUAL(samples[0].outcome, GW_SAMPLE_EXCEPTION);
    CHECK_EQUAL(samples[0].exception, 4);
    CHECK_EQUAL(poll.slaves[0].state, GW_SLAVE_ONLINE);
    CHECK_EQUAL(poll.slaves[0].exceptions, 1);
    CHECK_EQUAL(sent, 2);
}

static void a_busy_slave_is_asked_again(void)
{
    set_up(1, 2);
    start();
    slaves[0].exception = 6;
    slaves[0].exception_for = 2;
    const uint64_t took = cycle(60000);
    CHECK_EQUAL(read_count(), 2);
    CHECK_EQUAL(sent, 3);
    CHECK(took > 3000u && took < 3200u);
    CHECK_EQUAL(poll.settling, 0);
}

static void a_refused_block_is_split_until_the_bad_register_stands_alone(void)
{
    set_up(1, 7);
    points[6].address = 9; // a hole at 6 to 8
    config.register_gap = 10;
    start();
    CHECK_EQUAL(poll.block_count, 1);
    slaves[0].bad_register = 7;
    cycle(60000);
    CHECK_EQUAL(read_count(), 7);
    CHECK_EQUAL(poll.block_count, 2);
    slaves[0].bad_register = 4;
    cycle(60000);
    CHECK_EQUAL(read_count(), 6);
    CHECK_EQUAL(samples[4].outcome, GW_SAMPLE_EXCEPTION);
    const uint32_t before = sent;
    cycle(60000);
    CHECK_EQUAL(read_count(), 6);
    CHECK_EQUAL(sent - before, poll.block_count); // the plan is remembered
    // After an hour the whole block is tried again.
    slaves[0].bad_register = 65536;
    now += GW_POLL_PLAN_LIFETIME_MS + 1u;
    cycle(60000);
    CHECK_EQUAL(poll.block_count, 1);
    CHECK_EQUAL(read_count(), 7);
    // One span alone, and spans that overlap altogether, cannot be split.
    set_up(1, 2);
    points[1].address = 0;
    points[1].type = GW_TYPE_UINT32;
    start();
    slaves[0].bad_register = 1;
    cycle(60000);
    CHECK_EQUAL(sent, 1);
    CHECK_EQUAL(poll.block_count, 1);
}

static void broken_answers_are_retried_and_told_from_silence(void)
{
    set_up(1, 3);
    start();
    slaves[0].broken_for = 1;
    cycle(60000);
    CHECK_EQUAL(read_count(), 3);
    CHECK_EQUAL(poll.slaves[0].broken, 1);
    CHECK_EQUAL(poll.slaves[0].timeouts, 0);
    slaves[0].broken_for = 9;
    cycle(60000);
    CHECK_EQUAL(outcome_count(GW_SAMPLE_BROKEN), 3);
    CHECK_EQUAL(poll.slaves[0].state, GW_SLAVE_OFFLINE);
}

static void a_settling_request_may_be_refused_or_fail(void)
{
    set_up(1, 1);
    start();
    // The settling request asks another function, and the exception to it proves the order as well as values do.
    slaves[0].dead_for = 1;
    cycle(600);
    slaves[0].exception = 1;
    slaves[0].exception_for = 1;
    now += 1000;
    cycle(3000);
    CHECK_EQUAL(read_count(), 1);
    CHECK_EQUAL(poll.settling, 1);
    // An exception that could be the old request's answer proves nothing, and its registers fail.
    set_up(1, 2);
    start();
    slaves[0].dead_for = 1;
    cycle(600);
    slaves[0].exception = 2;
    slaves[0].exception_for = 1;
    now += 1000;
    cycle(100);
    CHECK_EQUAL(outcome_count(GW_SAMPLE_EXCEPTION), 2);
    CHECK_EQUAL(poll.slaves[0].shape_count, 2);
    CHECK_EQUAL(poll.slaves[0].state, GW_SLAVE_ONLINE);
}

static void a_babbling_line_ends_with_the_cycle(void)
{
    static const uint8_t noise[4] = {0xFF, 0x00, 0xFF, 0x00};
    set_up(1, 1);
    start();
    slaves[0].dead_for = UINT32_MAX;
    CHECK(gw_poll_begin(&poll, now, now + 3000u));
    const uint64_t begun = now;
    for (;;) {
        const gw_poll_action_t action = gw_poll_step(&poll, now);
        if (action.kind == GW_POLL_DONE) {
            break;
        }
        if (action.kind == GW_POLL_WAIT) {
            now += 3;
            gw_poll_feed(&poll, noise, sizeof noise, now);
        }
    }
    CHECK(now - begun < 4000u);
    CHECK(samples[0].outcome != GW_SAMPLE_READ);
    CHECK(poll.unasked > 0u);
    gw_poll_feed(&poll, noise, 0, now);
}

static void an_answer_in_pieces_with_pauses_is_taken(void)
{
    set_up(1, 2);
    start();
    CHECK(gw_poll_begin(&poll, now, now + 3000u));
    gw_poll_action_t action = gw_poll_step(&poll, now);
    CHECK_EQUAL(action.kind, GW_POLL_SEND);
    answer(action.bytes);
    now += 505; // just before the timeout of 500 ms and 5 ms of request
    for (size_t i = 0; i < flights[0].length; i++) {
        gw_poll_feed(&poll, &flights[0].bytes[i], 1, now);
        action = gw_poll_step(&poll, now);
        now += i % 2u == 0u ? 15u : 1u;
    }
    CHECK_EQUAL(gw_poll_step(&poll, now).kind, GW_POLL_DONE);
    CHECK_EQUAL(read_count(), 2);
    // What follows an answer is unasked, and is let pass.
    gw_poll_feed(&poll, flights[0].bytes, 3, now);
    CHECK_EQUAL(poll.unasked, 3);
    CHECK(gw_poll_begin(&poll, now, now + 3000u));
    action = gw_poll_step(&poll, now);
    CHECK_EQUAL(action.kind, GW_POLL_WAIT);
    CHECK_EQUAL(action.until, now + GW_POLL_DISTURBED_MS);
}

static void an_exception_behind_noise_is_taken_before_the_timeout(void)
{
    uint8_t line[8] = {1, 3, 60, 1, 0x83, 4, 0, 0};
    const uint16_t crc = gw_crc(&line[3], 3);
    line[6] = (uint8_t)crc;
    line[7] = (uint8_t)(crc >> 8);
    set_up(1, 1);
    start();
    CHECK(gw_poll_begin(&poll, now, now + 3000u));
    CHECK_EQUAL(gw_poll_step(&poll, now).kind, GW_POLL_SEND);
    gw_poll_feed(&poll, line, sizeof line, now + 10u);
    gw_poll_action_t action = gw_poll_step(&poll, now + 10u);
    CHECK_EQUAL(action.until, now + 14u);
    (void)gw_poll_step(&poll, action.until);
    CHECK_EQUAL(samples[0].outcome, GW_SAMPLE_EXCEPTION);
}

static void configurations_that_do_not_fit_are_refused(void)
{
    set_up(2, 2);
    CHECK_EQUAL(gw_poll_init(&poll, &config, samples, blocks, 3), GW_POLL_NO_ROOM);
#define REFUSED(fault, change)                                                                                         \
    set_up(2, 2);                                                                                                      \
    change;                                                                                                            \
    CHECK_EQUAL(gw_poll_init(&poll, &config, samples, blocks, POINTS), fault)
    REFUSED(GW_POLL_BAD_LINE, config.slave_count = 0);
    REFUSED(GW_POLL_BAD_LINE, config.slave_count = 9);
    REFUSED(GW_POLL_BAD_LINE, config.baud = 299);
    REFUSED(GW_POLL_BAD_LINE, config.baud = 4000001);
    REFUSED(GW_POLL_BAD_SLAVE, settings[1].address = 0);
    REFUSED(GW_POLL_BAD_SLAVE, settings[1].address = 248);
    REFUSED(GW_POLL_BAD_SLAVE, settings[1].address = 1);
    REFUSED(GW_POLL_BAD_SLAVE, settings[1].timeout_ms = 0);
    REFUSED(GW_POLL_BAD_SLAVE, settings[1].timeout_ms = 5001);
    REFUSED(GW_POLL_BAD_SLAVE, settings[1].point_count = 0);
    REFUSED(GW_POLL_BAD_SLAVE, settings[1].point_count = 3);
    REFUSED(GW_POLL_BAD_POINT, points[3].scale.digits = 0);
    REFUSED(GW_POLL_OK, config.register_limit = 126);
#undef REFUSED
    CHECK_EQUAL(poll.config.register_limit, 125);
}

void test_poll(void)
{
    RUN(a_healthy_line_is_read_in_one_request_a_slave);
    RUN(blocks_join_over_holes_and_stop_at_limits);
    RUN(tables_and_widths_are_read_in_their_own_blocks);
    RUN(a_dead_slave_costs_one_request_a_probe_and_starves_nobody);
    RUN(the_others_are_read_while_a_slave_waits_for_its_retry);
    RUN(the_deadline_ends_a_cycle);
    RUN(a_slave_in_doubt_is_asked_after_the_others);
    RUN(a_late_answer_never_becomes_another_value);
    RUN(what_may_still_come_is_forgotten_after_its_lifetime);
    RUN(a_slave_of_which_too_much_is_outstanding_is_left_alone);
    RUN(an_exception_fails_its_registers_and_shows_that_the_slave_is_alive);
    RUN(a_busy_slave_is_asked_again);
    RUN(a_refused_block_is_split_until_the_bad_register_stands_alone);
    RUN(broken_answers_are_retried_and_told_from_silence);
    RUN(a_settling_request_may_be_refused_or_fail);
    RUN(a_babbling_line_ends_with_the_cycle);
    RUN(an_answer_in_pieces_with_pauses_is_taken);
    RUN(an_exception_behind_noise_is_taken_before_the_timeout);
    RUN(configurations_that_do_not_fit_are_refused);
}
