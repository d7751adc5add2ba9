#include "simulated_line.h"

#include "gw/gw_crc.h"

gw_point_t points[POINTS];
gw_sample_t samples[POINTS];
gw_poll_block_t blocks[POINTS];
gw_poll_slave_t settings[SLAVES];
gw_poll_config_t config;
gw_poll_t poll;
slave_t slaves[SLAVES];
flight_t flights[32];
static size_t flight_count;
uint64_t now;
uint32_t sent;
uint8_t first_asked;

void set_up(uint16_t slave_count, uint16_t points_each)
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

void start(void)
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

void answer(const uint8_t *request)
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

uint64_t cycle(uint64_t time)
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

uint32_t read_count(void)
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

uint32_t outcome_count(gw_sample_outcome_t outcome)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < config.point_count; i++) {
        count += samples[i].outcome == (uint8_t)outcome ? 1u : 0u;
    }
    return count;
}
