/// @file gw_rtu.h
/// Modbus RTU of a master: requests, and a receiver that finds their answers in whatever the line brings.
///
/// Sources: Modbus application protocol V1.1b3 (§), Modbus over serial line V1.02 (serial §).
#ifndef GW_RTU_H
#define GW_RTU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The bytes of a read request: slave, function, address, count, checksum.
#define GW_RTU_REQUEST_LENGTH 8u

/// The longest frame (serial §2.5.1).
#define GW_RTU_FRAME_LIMIT 256u

/// The most registers, or bits, that one request may ask for (§6.1, §6.3).
#define GW_RTU_REGISTER_LIMIT 125u
#define GW_RTU_BIT_LIMIT 2000u

/// One read request: so many items of one table from one address on.
typedef struct {
    uint8_t slave;    ///< 1 to 247 (serial §2.2).
    uint8_t function; ///< 1 to 4: a gw_table_t.
    uint16_t address; ///< The first item, zero-based.
    uint16_t count;   ///< Registers, or bits for functions 1 and 2.
} gw_rtu_request_t;

/// What the line brought since the receiver was made. The numbers only grow; they wrap after 2^32.
typedef struct {
    uint32_t answers;        ///< Answers that were taken.
    uint32_t exceptions;     ///< Exceptions that were taken.
    uint32_t echoes;         ///< Own requests that came back, as half-duplex adapters without a switch do.
    uint32_t foreign;        ///< Whole frames that were not taken: another slave, another function, another length.
    uint32_t broken;         ///< Frames that began as an answer to the request and had a wrong checksum.
    uint32_t noise;          ///< Bytes that belonged to no frame.
} gw_rtu_counts_t;

/// How far the answer is.
typedef enum {
    GW_RTU_IDLE = 0,  ///< Nothing was asked.
    GW_RTU_WAITING,   ///< The answer is not here yet.
    GW_RTU_ANSWER,    ///< The answer is here: gw_rtu_words reads it.
    GW_RTU_EXCEPTION, ///< The slave refused: `exception` says why.
} gw_rtu_state_t;

/// A receiver. Its members are to be read, not written.
typedef struct {
    gw_rtu_state_t state;
    uint8_t exception; ///< The code of an exception (§7).
    bool heard_answer; ///< Whether something that began as an answer to this request was broken.
    gw_rtu_request_t asked;
    gw_rtu_counts_t counts;
    uint16_t length;                              ///< Bytes in the buffer.
    uint8_t request[GW_RTU_REQUEST_LENGTH];       ///< The request as it was sent, to know its echo.
    uint8_t buffer[GW_RTU_FRAME_LIMIT];           ///< What came and is not judged yet; then the answer.
} gw_rtu_receiver_t;

/// The bytes of data that a request's answer carries (§6.1, §6.3).
uint16_t gw_rtu_data_bytes(const gw_rtu_request_t *request);

/// Whether a request is within the specification's limits: slave, function, count, and the end of the table.
bool gw_rtu_request_is_valid(const gw_rtu_request_t *request);

/// Makes a receiver that has asked nothing, with all counts 0.
void gw_rtu_init(gw_rtu_receiver_t *receiver);

/// Begins an exchange: forgets what came before, and leaves the bytes to send in `receiver->request`.
///
/// @param request  One that gw_rtu_request_is_valid passes.
void gw_rtu_ask(gw_rtu_receiver_t *receiver, const gw_rtu_request_t *request);

/// Takes bytes as they come, one or many at a time.
///
/// The header of a frame says its length after three bytes, so the end of an answer is known without waiting for
/// silence. Whatever looks like the header of a frame is waited for; if its checksum is wrong, the search goes on one
/// byte behind its start. So an answer is found behind noise, behind the request's echo and behind foreign frames, in
/// a buffer of one frame.
///
/// Taken are only frames with the slave, the function and the number of data bytes that were asked for, or the
/// exception to that function. RTU has no transaction number: a late answer to an older request of the same shape
/// cannot be told apart here, and gw_poll.h keeps such a request from being made. A request's echo is identical to an
/// answer of three data bytes that happen to equal it: it is then taken for the echo, because a lost value is better
/// than a wrong one.
///
/// @return How many bytes were used. All, unless the answer was complete before the end; the others are nobody's.
size_t gw_rtu_feed(gw_rtu_receiver_t *receiver, const uint8_t *bytes, size_t count);

/// Says that the line has been silent for t3.5 or longer.
///
/// Something that looked like the header of a long frame may be noise, with a shorter answer behind it: now that is
/// looked for. Nothing is thrown away, so a pause inside a frame does no harm (UART drivers make such pauses).
void gw_rtu_silence(gw_rtu_receiver_t *receiver);

/// Copies items of an answer: one word per register; for functions 1 and 2 one per bit, 0 or 1.
///
/// @param first  Counted from the first item that was asked for; first + count is at most what was asked for.
void gw_rtu_words(const gw_rtu_receiver_t *receiver, uint16_t first, uint16_t count, uint16_t *words);

/// The silence that ends a frame, t3.5, in microseconds: 3.5 characters of 11 bits, fixed above 19200 bit/s (serial
/// §2.5.1.1).
///
/// @param baud  In bit/s, not 0.
uint32_t gw_rtu_t35_us(uint32_t baud);

/// The longest pause inside a frame, t1.5, in microseconds: 1.5 characters, fixed above 19200 bit/s (serial §2.5.1.1).
///
/// The receiver does not need it: it goes by length and checksum, because UART drivers hand over bytes in packets.
uint32_t gw_rtu_t15_us(uint32_t baud);

/// The time that characters of 11 bits take up on the wire, in milliseconds, rounded up.
///
/// @param characters  At most 300.
uint32_t gw_rtu_wire_ms(uint32_t baud, uint32_t characters);

#ifdef __cplusplus
}
#endif

#endif
