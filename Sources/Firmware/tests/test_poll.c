// The cycle and its plan: whom to ask, what with, and when it is over.
#include "simulated_line.h"

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
    RUN(configurations_that_do_not_fit_are_refused);
}
