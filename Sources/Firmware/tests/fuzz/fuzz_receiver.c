// Whatever bytes come in whatever pieces: the receiver stays in its buffer, and what it takes has a right checksum.

#include <stdlib.h>

#include "gw/gw_crc.h"
#include "gw/gw_rtu.h"

/// The first six bytes are the request; then pieces: a length, and as many bytes. A length of 0 is a silence.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 6u) {
        return 0;
    }
    const gw_rtu_request_t request = {
        data[0], data[1], (uint16_t)(data[2] << 8 | data[3]), (uint16_t)(data[4] << 8 | data[5]),
    };
    if (!gw_rtu_request_is_valid(&request)) {
        return 0;
    }
    gw_rtu_receiver_t receiver;
    gw_rtu_init(&receiver);
    gw_rtu_ask(&receiver, &request);
    for (size_t at = 6; at < size;) {
        size_t count = data[at];
        at++;
        count = count < size - at ? count : size - at;
        if (count == 0u) {
            gw_rtu_silence(&receiver);
        } else if (gw_rtu_feed(&receiver, &data[at], count) < count && receiver.state == GW_RTU_WAITING) {
            abort();
        }
        at += count;
    }
    if (receiver.state == GW_RTU_ANSWER) {
        if (receiver.buffer[0] != request.slave || receiver.buffer[1] != request.function
            || receiver.length != 5u + gw_rtu_data_bytes(&request) || gw_crc(receiver.buffer, receiver.length) != 0u) {
            abort();
        }
        uint16_t words[GW_RTU_BIT_LIMIT];
        gw_rtu_words(&receiver, 0, request.count, words);
    } else if (receiver.state == GW_RTU_EXCEPTION) {
        if (receiver.buffer[0] != request.slave || gw_crc(receiver.buffer, 5) != 0u) {
            abort();
        }
    } else if (receiver.length >= GW_RTU_FRAME_LIMIT) {
        abort();
    }
    return 0;
}
