// Requests, and the receiver in everything a line brings.

#include "gw/gw_crc.h"
#include "tests.h"

static gw_rtu_receiver_t receiver;

/// Appends the checksum; returns the frame's length.
static size_t seal(uint8_t *frame, size_t length)
{
    const uint16_t crc = gw_crc(frame, length);
    frame[length] = (uint8_t)crc;
    frame[length + 1u] = (uint8_t)(crc >> 8);
    return length + 2u;
}

/// Builds an answer of registers 0x1100, 0x1101 ...
static size_t answer(uint8_t *frame, uint8_t slave, uint8_t function, uint8_t data_bytes)
{
    frame[0] = slave;
    frame[1] = function;
    frame[2] = data_bytes;
    for (size_t i = 0; i < data_bytes; i++) {
        frame[3u + i] = (uint8_t)(i % 2u == 0u ? 0x11u : i / 2u);
    }
    return seal(frame, 3u + data_bytes);
}

static void ask(uint8_t slave, uint8_t function, uint16_t address, uint16_t count)
{
    const gw_rtu_request_t request = {slave, function, address, count};
    CHECK(gw_rtu_request_is_valid(&request));
    gw_rtu_init(&receiver);
    gw_rtu_ask(&receiver, &request);
}

static void a_request_is_that_of_the_specification(void)
{
    static const uint8_t expected[8] = {0x11, 0x03, 0x00, 0x6B, 0x00, 0x03, 0x76, 0x87};
    ask(0x11, 3, 0x6B, 3);
    CHECK(memcmp(receiver.request, expected, 8) == 0);
    static const gw_rtu_request_t wrong[] = {
        {0, 3, 0, 1}, {248, 3, 0, 1}, {1, 0, 0, 1}, {1, 5, 0, 1}, {1, 3, 0, 0}, {1, 3, 0, 126},
        {1, 1, 0, 2001}, {1, 3, 65535, 2},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        CHECK(!gw_rtu_request_is_valid(&wrong[i]));
    }
    const gw_rtu_request_t bits = {1, 2, 0, 2000};
    CHECK(gw_rtu_request_is_valid(&bits));
    CHECK_EQUAL(gw_rtu_data_bytes(&bits), 250);
}

static void answers_are_taken_in_pieces_of_any_size(void)
{
    uint8_t frame[256];
    const size_t length = answer(frame, 5, 4, 250);
    CHECK_EQUAL(length, 255);
    for (size_t piece = 1; piece <= length; piece++) {
        ask(5, 4, 100, 125);
        for (size_t at = 0; at < length; at += piece) {
            CHECK_EQUAL(receiver.state, GW_RTU_WAITING);
            const size_t count = length - at < piece ? length - at : piece;
            CHECK_EQUAL(gw_rtu_feed(&receiver, &frame[at], count), count);
        }
        CHECK_EQUAL(receiver.state, GW_RTU_ANSWER);
    }
    uint16_t words[3] = {0};
    gw_rtu_words(&receiver, 122, 3, words);
    CHECK_EQUAL(words[0], 0x117A);
    CHECK_EQUAL(words[2], 0x117C);
    // What comes behind the answer is nobody's.
    CHECK_EQUAL(gw_rtu_feed(&receiver, frame, 4), 0);
    CHECK_EQUAL(receiver.counts.answers, 1);
}

static void bits_are_unpacked_from_the_lowest(void)
{
    uint8_t frame[16] = {2, 1, 2, 0xCD, 0x06};
    ask(2, 1, 0x13, 11);
    const size_t length = seal(frame, 5);
    CHECK_EQUAL(gw_rtu_feed(&receiver, frame, length), length);
    uint16_t words[11] = {0};
    static const uint16_t expected[11] = {1, 0, 1, 1, 0, 0, 1, 1, 0, 1, 1};
    gw_rtu_words(&receiver, 0, 11, words);
    CHECK(memcmp(words, expected, sizeof words) == 0);
    gw_rtu_words(&receiver, 9, 1, words);
    CHECK_EQUAL(words[0], 1);
}

static void an_answer_is_found_behind_noise_echo_and_foreign_frames(void)
{
    uint8_t line[1200];
    for (unsigned variant = 0; variant < 64u; variant++) {
        size_t length = 0;
        ask(7, 3, 0x0204, 2);
        if ((variant & 1u) != 0u) {
            static const uint8_t noise[] = {0x00, 0xFF, 0x00, 0xF8};
            memcpy(&line[length], noise, sizeof noise);
            length += sizeof noise;
        }
        if ((variant & 2u) != 0u) {
            memcpy(&line[length], receiver.request, 8);
            length += 8;
        }
        if ((variant & 4u) != 0u) {
            length += answer(&line[length], 8, 3, 4); // another slave
        }
        if ((variant & 8u) != 0u) {
            length += answer(&line[length], 7, 4, 4); // another function
        }
        if ((variant & 16u) != 0u) {
            length += answer(&line[length], 7, 3, 6); // a late answer to a longer request
        }
        if ((variant & 32u) != 0u) {
            length += answer(&line[length], 7, 3, 4);
            line[length - 1u] ^= 0x40u; // broken
        }
        CHECK_EQUAL(gw_rtu_feed(&receiver, line, length), length);
        CHECK_EQUAL(receiver.state, GW_RTU_WAITING);
        length = answer(line, 7, 3, 4);
        (void)gw_rtu_feed(&receiver, line, length);
        gw_rtu_silence(&receiver);
        CHECK_EQUAL(receiver.state, GW_RTU_ANSWER);
        CHECK_EQUAL(receiver.buffer[6], 1);
        CHECK_EQUAL(receiver.counts.echoes, (variant & 2u) != 0u ? 1 : 0);
        CHECK_EQUAL(receiver.heard_answer, (variant & 32u) != 0u);
        CHECK_EQUAL(receiver.counts.broken, (variant & 32u) != 0u ? 1 : 0);
    }
}

static void echoes_of_every_address_are_told_from_answers(void)
{
    uint8_t line[32];
    // The third byte of the echo is half an address, and looks like a length.
    for (uint32_t high = 0; high < 256u; high++) {
        for (uint16_t count = 1; count <= 4u; count++) {
            ask(1, 3, (uint16_t)(high << 8 | 5u), count);
            memcpy(line, receiver.request, 8);
            const size_t length = 8u + answer(&line[8], 1, 3, (uint8_t)(2u * count));
            CHECK_EQUAL(gw_rtu_feed(&receiver, line, length), length);
            CHECK_EQUAL(receiver.state, GW_RTU_ANSWER);
            CHECK_EQUAL(receiver.counts.echoes, 1);
        }
    }
    // An answer that begins like the echo and is complete before it.
    ask(1, 3, 0x0211, 1);
    size_t length = answer(line, 1, 3, 2);
    CHECK_EQUAL(gw_rtu_feed(&receiver, line, length), length);
    CHECK_EQUAL(receiver.state, GW_RTU_ANSWER);
}

static void an_exception_is_taken_for_the_function_that_was_asked(void)
{
    uint8_t frame[8] = {9, 0x84, 2};
    ask(9, 4, 0, 1);
    size_t length = seal(frame, 3);
    CHECK_EQUAL(gw_rtu_feed(&receiver, frame, length), 5);
    CHECK_EQUAL(receiver.state, GW_RTU_EXCEPTION);
    CHECK_EQUAL(receiver.exception, 2);
    ask(9, 3, 0, 1);
    CHECK_EQUAL(gw_rtu_feed(&receiver, frame, length), 5);
    CHECK_EQUAL(receiver.state, GW_RTU_WAITING);
    CHECK_EQUAL(receiver.counts.foreign, 1);
    frame[4] ^= 1u;
    ask(9, 4, 0, 1);
    (void)gw_rtu_feed(&receiver, frame, length);
    CHECK_EQUAL(receiver.state, GW_RTU_WAITING);
    CHECK_EQUAL(receiver.counts.broken, 1);
}

static void silence_finds_a_short_answer_behind_the_header_of_a_long_one(void)
{
    uint8_t line[64] = {9, 3, 200}; // noise that promises 200 bytes
    ask(9, 3, 0, 1);
    size_t length = 3u + answer(&line[3], 9, 3, 2);
    CHECK_EQUAL(gw_rtu_feed(&receiver, line, length), length);
    CHECK_EQUAL(receiver.state, GW_RTU_WAITING);
    gw_rtu_silence(&receiver);
    CHECK_EQUAL(receiver.state, GW_RTU_ANSWER);
    CHECK_EQUAL(receiver.counts.noise, 3);
    gw_rtu_silence(&receiver);
    CHECK_EQUAL(receiver.counts.answers, 1);
    // A pause inside a frame throws nothing away.
    ask(9, 3, 0, 4);
    length = answer(line, 9, 3, 8);
    for (size_t i = 0; i < length; i++) {
        (void)gw_rtu_feed(&receiver, &line[i], 1);
        gw_rtu_silence(&receiver);
    }
    CHECK_EQUAL(receiver.state, GW_RTU_ANSWER);
    // An answer inside a whole frame of another slave is not taken, and neither is the echo.
    ask(9, 3, 0, 1);
    line[0] = 200;
    line[1] = 3;
    line[2] = 240;
    length = 3;
    memcpy(&line[length], receiver.request, 8);
    length += 8u;
    line[length] = 8;
    line[length + 1u] = 3;
    line[length + 2u] = 8;
    const size_t inner = length + 3u;
    (void)answer(&line[inner], 9, 3, 2);
    line[inner + 7u] = 0;
    length = length + seal(&line[length], 11);
    CHECK_EQUAL(gw_rtu_feed(&receiver, line, length), length);
    gw_rtu_silence(&receiver);
    CHECK_EQUAL(receiver.state, GW_RTU_WAITING);
}

static void nothing_is_taken_while_nothing_is_asked(void)
{
    uint8_t frame[16];
    const size_t length = answer(frame, 1, 3, 2);
    gw_rtu_init(&receiver);
    CHECK_EQUAL(gw_rtu_feed(&receiver, frame, length), 0);
    gw_rtu_silence(&receiver);
    CHECK_EQUAL(receiver.state, GW_RTU_IDLE);
    // A new request forgets what came for the one before.
    ask(1, 3, 0, 1);
    (void)gw_rtu_feed(&receiver, frame, 4);
    const gw_rtu_request_t next = {1, 3, 1, 1};
    gw_rtu_ask(&receiver, &next);
    (void)gw_rtu_feed(&receiver, &frame[4], length - 4u);
    CHECK_EQUAL(receiver.state, GW_RTU_WAITING);
    CHECK(receiver.counts.noise >= 4u);
}

static void floods_leave_the_receiver_sound(void)
{
    uint32_t random = 1;
    ask(1, 3, 0, 125);
    for (unsigned i = 0; i < 20000u; i++) {
        random = random * 1664525u + 1013904223u;
        // Few different bytes: headers are frequent.
        static const uint8_t bytes[8] = {1, 3, 250, 0x83, 2, 4, 0, 0xFF};
        const uint8_t byte = bytes[random >> 29];
        (void)gw_rtu_feed(&receiver, &byte, 1);
        if (random % 64u == 0u) {
            gw_rtu_silence(&receiver);
        }
        if (receiver.state != GW_RTU_WAITING) {
            ask(1, 3, 0, 125);
        }
    }
    CHECK(receiver.length < GW_RTU_FRAME_LIMIT);
}

static void times_follow_the_specification(void)
{
    CHECK_EQUAL(gw_rtu_t35_us(9600), 4011);
    CHECK_EQUAL(gw_rtu_t15_us(9600), 1719);
    CHECK_EQUAL(gw_rtu_t35_us(19200), 2006);
    CHECK_EQUAL(gw_rtu_t15_us(19200), 860);
    CHECK_EQUAL(gw_rtu_t35_us(19201), 1750);
    CHECK_EQUAL(gw_rtu_t15_us(115200), 750);
    CHECK_EQUAL(gw_rtu_wire_ms(9600, 255), 293);
}

void test_rtu(void)
{
    RUN(a_request_is_that_of_the_specification);
    RUN(answers_are_taken_in_pieces_of_any_size);
    RUN(bits_are_unpacked_from_the_lowest);
    RUN(an_answer_is_found_behind_noise_echo_and_foreign_frames);
    RUN(echoes_of_every_address_are_told_from_answers);
    RUN(an_exception_is_taken_for_the_function_that_was_asked);
    RUN(silence_finds_a_short_answer_behind_the_header_of_a_long_one);
    RUN(nothing_is_taken_while_nothing_is_asked);
    RUN(floods_leave_the_receiver_sound);
    RUN(times_follow_the_specification);
}
