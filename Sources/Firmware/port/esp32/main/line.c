#include "line.h"

#include "driver/gpio.h"
#include "driver/uart.h"
#include "driver/uart_select.h"
#include "esp_log.h"
#include "sdkconfig.h"

#include "gateway.h"

/// Two answers of the greatest length; the driver wants more than its hardware's 128 bytes.
#define RECEIVE_BUFFER 512

/// Silence, in characters, after which the UART hands on what it has: with less an answer comes in crumbs, with more it
/// comes late. 3 is below the 3.5 characters that end a frame (serial line V1.02 §2.5.1.1).
#define QUIET_CHARACTERS 3u

/// At the most: start bit, eight data bits, parity or a second stop bit, stop bit.
#define CHARACTER_BITS 11u

static const char *const tag = "line";
static const uart_port_t port = (uart_port_t)CONFIG_GW_LINE_UART;
static uint32_t bits_per_second;
static uart_parity_t parity;
static uart_stop_bits_t stop_bits;

/// In the interrupt: bytes are in the driver's buffer.
static void on_bytes(uart_port_t uart, uart_select_notif_t what, BaseType_t *has_woken)
{
    (void)uart;
    if (what != UART_SELECT_WRITE_NOTIF) {
        gateway_wake_from_interrupt(has_woken);
    }
}

static bool set_up(void)
{
    const uart_config_t config = {
        .baud_rate = (int)bits_per_second,
        .data_bits = UART_DATA_8_BITS,
        .parity = parity,
        .stop_bits = stop_bits,
        .flow_ctrl = UART_HW_FLOWCTRL_DISABLE, // RTS is the transmitter's enable
        .source_clk = UART_SCLK_DEFAULT,
    };
    // The mode comes after the driver: the driver's installation would undo it.
    if (uart_driver_install(port, RECEIVE_BUFFER, 0, 0, NULL, 0) != ESP_OK || uart_param_config(port, &config) != ESP_OK
        || uart_set_pin(port, CONFIG_GW_LINE_TX_GPIO, CONFIG_GW_LINE_RX_GPIO, CONFIG_GW_LINE_DE_GPIO,
                        UART_PIN_NO_CHANGE) != ESP_OK
        || uart_set_mode(port, UART_MODE_RS485_HALF_DUPLEX) != ESP_OK
        || uart_set_rx_timeout(port, QUIET_CHARACTERS) != ESP_OK || uart_flush_input(port) != ESP_OK) {
        return false;
    }
    // While the gateway sends, the transceiver lets go of RX, and what floats reads as bytes. Not every release of ESP-IDF
    // pulls it up by itself; a classic ESP32 cannot at 34 to 39, and needs a resistor there.
    (void)gpio_pullup_en((gpio_num_t)CONFIG_GW_LINE_RX_GPIO);
    uart_set_select_notif_callback(port, on_bytes);
    return true;
}

/// From nothing each time: whatever state the driver and the peripheral were in is gone with it.
static bool reset(void *context)
{
    (void)context;
    if (uart_is_driver_installed(port)) {
        (void)uart_driver_delete(port);
    }
    if (!set_up()) {
        ESP_LOGE(tag, "UART %d cannot be set up for %u bit/s: look at its pins in the menu \"Gateway\"", (int)port,
                 (unsigned)bits_per_second);
        return false;
    }
    return true;
}

/// Ticks that `length` characters take on the wire, and 5 ms.
static TickType_t wire_ticks(uint32_t length)
{
    const uint32_t milliseconds = length * CHARACTER_BITS * 1000u / bits_per_second + 5u;
    return pdMS_TO_TICKS(milliseconds) + 1u;
}

static bool send(void *context, const void *bytes, uint32_t length)
{
    (void)context;
    return uart_is_driver_installed(port) && uart_flush_input(port) == ESP_OK
        && uart_write_bytes(port, bytes, length) == (int)length
        && uart_wait_tx_done(port, wire_ticks(length)) == ESP_OK;
}

static int32_t receive(void *context, void *bytes, uint32_t size)
{
    (void)context;
    // uart_read_bytes() waits until all it was asked for is there: so it is asked for what there is.
    size_t waiting = 0;
    if (!uart_is_driver_installed(port) || uart_get_buffered_data_len(port, &waiting) != ESP_OK) {
        return -1;
    }
    const uint32_t count = waiting < size ? (uint32_t)waiting : size;
    return count > 0u ? uart_read_bytes(port, bytes, count, 0) : 0;
}

bool line_open(struct gw_hal_line *line, uint32_t baud, enum line_format format)
{
    *line = (struct gw_hal_line){.context = NULL, .reset = reset, .send = send, .receive = receive};
    bits_per_second = baud;
    parity = format == LINE_8E1 ? UART_PARITY_EVEN : format == LINE_8O1 ? UART_PARITY_ODD : UART_PARITY_DISABLE;
    stop_bits = format == LINE_8N2 ? UART_STOP_BITS_2 : UART_STOP_BITS_1;
    return reset(NULL);
}
