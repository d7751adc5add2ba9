// One exchange: answers that are late, broken, refused, in pieces, or none.
#include "gw/gw_crc.h"
#include "simulated_line.h"

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

void test_poll_exchange(void)
{
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
}
