#include "gw/gw_rtu.h"

#include <string.h>

#include "gw/gw_crc.h"

#define EXCEPTION_FLAG 0x80u
#define EXCEPTION_LENGTH 5u

static bool asks_for_bits(uint8_t function)
{
    return function <= 2u;
}

uint16_t gw_rtu_data_bytes(const gw_rtu_request_t *request)
{
    return (uint16_t)(asks_for_bits(request->function) ? (request->count + 7u) / 8u : request->count * 2u);
}

bool gw_rtu_request_is_valid(const gw_rtu_request_t *request)
{
    const uint16_t limit = asks_for_bits(request->function) ? GW_RTU_BIT_LIMIT : GW_RTU_REGISTER_LIMIT;
    return request->slave >= 1u && request->slave <= 247u && request->function >= 1u && request->function <= 4u
           && request->count >= 1u && request->count <= limit
           && (uint32_t)request->address + request->count <= 65536u;
}

void gw_rtu_init(gw_rtu_receiver_t *receiver)
{
    memset(receiver, 0, sizeof *receiver);
}

void gw_rtu_ask(gw_rtu_receiver_t *receiver, const gw_rtu_request_t *request)
{
    uint8_t *bytes = receiver->request;
    if (receiver->state == GW_RTU_WAITING) {
        receiver->counts.noise += receiver->length;
    }
    receiver->asked = *request;
    receiver->state = GW_RTU_WAITING;
    receiver->exception = 0;
    receiver->heard_answer = false;
    receiver->length = 0;
    bytes[0] = request->slave;
    bytes[1] = request->function;
    bytes[2] = (uint8_t)(request->address >> 8);
    bytes[3] = (uint8_t)request->address;
    bytes[4] = (uint8_t)(request->count >> 8);
    bytes[5] = (uint8_t)request->count;
    // Of all fields the checksum alone has its low byte first.
    const uint16_t crc = gw_crc(bytes, 6);
    bytes[6] = (uint8_t)crc;
    bytes[7] = (uint8_t)(crc >> 8);
}

// ---------------------------------------------------------------------------------------------------------------------
// The receiver
// ---------------------------------------------------------------------------------------------------------------------

/// What begins at some place of the buffer.
typedef enum {
    FRAME_NONE,      ///< No frame: noise.
    FRAME_PARTIAL,   ///< Something that may become one.
    FRAME_ANSWER,    ///< The answer that was asked for.
    FRAME_EXCEPTION, ///< The exception to it.
    FRAME_ECHO,      ///< The request itself.
    FRAME_FOREIGN,   ///< A whole frame that was not asked for.
    FRAME_BROKEN,    ///< The answer's header, and a wrong checksum.
} frame_t;

/// Judges the bytes from one place on.
///
/// @param length  Becomes the frame's length where a whole one stands there.
static frame_t judge(const gw_rtu_receiver_t *receiver, size_t at, size_t *length)
{
    const uint8_t *bytes = &receiver->buffer[at];
    const size_t count = receiver->length - at;

    // The echo first: its third byte is half an address and would be taken for a length.
    const size_t compared = count < GW_RTU_REQUEST_LENGTH ? count : GW_RTU_REQUEST_LENGTH;
    const bool is_like_echo = memcmp(bytes, receiver->request, compared) == 0;
    if (is_like_echo && compared == GW_RTU_REQUEST_LENGTH) {
        *length = GW_RTU_REQUEST_LENGTH;
        return FRAME_ECHO;
    }
    if (bytes[0] < 1u || bytes[0] > 247u) {
        return FRAME_NONE;
    }
    if (count < 2u) {
        return FRAME_PARTIAL;
    }
    const uint8_t function = bytes[1] & (uint8_t)~EXCEPTION_FLAG;
    const bool is_exception = (bytes[1] & EXCEPTION_FLAG) != 0u;
    if (function < 1u || function > 4u) {
        return FRAME_NONE;
    }
    if (count < 3u) {
        return FRAME_PARTIAL;
    }
    const size_t expected = is_exception ? EXCEPTION_LENGTH : EXCEPTION_LENGTH + bytes[2];
    if (!is_exception && (bytes[2] < 1u || bytes[2] > 2u * GW_RTU_REGISTER_LIMIT)) {
        return is_like_echo ? FRAME_PARTIAL : FRAME_NONE;
    }
    if (count < expected) {
        return FRAME_PARTIAL;
    }
    const bool is_ours = bytes[0] == receiver->asked.slave && function == receiver->asked.function
                         && (is_exception || bytes[2] == gw_rtu_data_bytes(&receiver->asked));
    if (gw_crc(bytes, expected) != 0u) {
        // It may still become the echo, which is longer than an exception or an answer of one or two bytes.
        if (is_like_echo) {
            return FRAME_PARTIAL;
        }
        return is_ours ? FRAME_BROKEN : FRAME_NONE;
    }
    *length = expected;
    if (!is_ours) {
        return FRAME_FOREIGN;
    }
    return is_exception ? FRAME_EXCEPTION : FRAME_ANSWER;
}

static void drop(gw_rtu_receiver_t *receiver, size_t count)
{
    receiver->length = (uint16_t)(receiver->length - count);
    memmove(receiver->buffer, &receiver->buffer[count], receiver->length);
}

/// Takes the answer that stands at some place of the buffer; what is before it was noise.
static void take(gw_rtu_receiver_t *receiver, size_t at, size_t length, frame_t frame)
{
    receiver->counts.noise += (uint32_t)at;
    drop(receiver, at);
    receiver->length = (uint16_t)length;
    if (frame == FRAME_ANSWER) {
        receiver->state = GW_RTU_ANSWER;
        receiver->counts.answers++;
    } else {
        receiver->state = GW_RTU_EXCEPTION;
        receiver->exception = receiver->buffer[2];
        receiver->counts.exceptions++;
    }
}

/// Judges what stands at the start of the buffer until that is a frame still under way, or the answer.
static void search(gw_rtu_receiver_t *receiver)
{
    while (receiver->length > 0u) {
        size_t length = 0;
        const frame_t frame = judge(receiver, 0, &length);
        switch (frame) {
        case FRAME_PARTIAL:
            return;
        case FRAME_ANSWER:
        case FRAME_EXCEPTION:
            take(receiver, 0, length, frame);
            return;
        case FRAME_ECHO:
            receiver->counts.echoes++;
            drop(receiver, length);
            break;
        case FRAME_FOREIGN:
            receiver->counts.foreign++;
            drop(receiver, length);
            break;
        case FRAME_BROKEN:
            receiver->counts.broken++;
            receiver->heard_answer = true;
            receiver->counts.noise++;
            drop(receiver, 1);
            break;
        default:
            receiver->counts.noise++;
            drop(receiver, 1);
            break;
        }
    }
}

size_t gw_rtu_feed(gw_rtu_receiver_t *receiver, const uint8_t *bytes, size_t count)
{
    size_t used = 0;
    // The longest frame that is waited for has 255 bytes, so after each search there is room for one byte more.
    for (; used < count && receiver->state == GW_RTU_WAITING; used++) {
        receiver->buffer[receiver->length] = bytes[used];
        receiver->length++;
        search(receiver);
    }
    return used;
}

void gw_rtu_silence(gw_rtu_receiver_t *receiver)
{
    for (size_t at = 1; receiver->state == GW_RTU_WAITING && at < receiver->length; at++) {
        size_t length = 0;
        const frame_t frame = judge(receiver, at, &length);
        if (frame == FRAME_ANSWER || frame == FRAME_EXCEPTION) {
            take(receiver, at, length, frame);
        } else if (frame == FRAME_ECHO || frame == FRAME_FOREIGN) {
            // What stands inside another frame is no answer. The loop steps over the last byte itself.
            at += length - 1u;
        }
    }
}

void gw_rtu_words(const gw_rtu_receiver_t *receiver, uint16_t first, uint16_t count, uint16_t *words)
{
    const uint8_t *data = &receiver->buffer[3];
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t item = first + i;
        if (asks_for_bits(receiver->asked.function)) {
            // The first bit is the lowest of the first byte (§6.1).
            words[i] = (uint16_t)((data[item / 8u] >> (item % 8u)) & 1u);
        } else {
            words[i] = (uint16_t)((data[2u * item] << 8) | data[2u * item + 1u]);
        }
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Times
// ---------------------------------------------------------------------------------------------------------------------

uint32_t gw_rtu_t35_us(uint32_t baud)
{
    // 3.5 × 11 bits, rounded up: 38.5 million bit µs.
    return baud > 19200u ? 1750u : (38500000u + baud - 1u) / baud;
}

uint32_t gw_rtu_t15_us(uint32_t baud)
{
    return baud > 19200u ? 750u : (16500000u + baud - 1u) / baud;
}

uint32_t gw_rtu_wire_ms(uint32_t baud, uint32_t characters)
{
    return (characters * 11000u + baud - 1u) / baud;
}
