#include "board.h"

// NS16550 at the address that QEMU's virt board gives it; one byte a register.
#define UART ((volatile uint8_t *)0x10000000u)
#define DATA 0
#define INTERRUPTS 1
#define FIFO 2
#define FORMAT 3
#define STATUS 5

#define STATUS_RECEIVED 0x01u
#define STATUS_ROOM 0x20u
#define STATUS_SENT 0x40u

bool uart_has_bytes(void)
{
    return (UART[STATUS] & STATUS_RECEIVED) != 0u;
}

static bool reset(void *context)
{
    (void)context;
    UART[INTERRUPTS] = 0;
    UART[FORMAT] = 0x03; // 8N1; the speed of an emulated line is that of what stands behind it
    UART[FIFO] = 0x07;   // on, and empty
    return true;
}

static int32_t receive(void *context, void *bytes, uint32_t size)
{
    uint8_t *to = bytes;
    int32_t count = 0;
    (void)context;
    while ((uint32_t)count < size && uart_has_bytes()) {
        to[count] = UART[DATA];
        count++;
    }
    return count;
}

static bool send(void *context, const void *bytes, uint32_t length)
{
    const uint8_t *from = bytes;
    (void)context;
    while (uart_has_bytes()) {
        (void)UART[DATA];
    }
    for (uint32_t i = 0; i < length; i++) {
        while ((UART[STATUS] & STATUS_ROOM) == 0u) {
        }
        UART[DATA] = from[i];
    }
    while ((UART[STATUS] & STATUS_SENT) == 0u) {
    }
    return true;
}

struct gw_hal_line uart_line(void)
{
    (void)reset(NULL);
    return (struct gw_hal_line){.reset = reset, .send = send, .receive = receive};
}
