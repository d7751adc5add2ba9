/// The UART, and behind it meters that answer holding register N with N + 1000 times their address, after 10 ms.
#include <string.h>

#include "driver/gpio.h"
#include "driver/uart.h"
#include "driver/uart_select.h"
#include "gw/gw_crc.h"
#include "world.h"

static bool is_installed;
static uart_select_notif_callback_t callback;
static uint8_t received[512];
static size_t received_length;
static uint8_t answer[300];
static size_t answer_length;
static uint64_t answer_us;

static void listen(const uint8_t *request, size_t length)
{
    const uint8_t address = request[0];
    world->requests++;
    if (length != 8u || world->is_dead[address] || world->uart_is_stuck || (request[1] != 3u && request[1] != 4u)) {
        return;
    }
    const uint32_t first = (uint32_t)request[2] << 8 | request[3];
    const uint32_t count = (uint32_t)request[4] << 8 | request[5];
    size_t at = 0;
    if (world->has_foreign_bytes) {
        answer[at++] = 0x00;
        answer[at++] = 0xFF;
    }
    const size_t begin = at;
    answer[at++] = address;
    answer[at++] = request[1];
    answer[at++] = (uint8_t)(2u * count);
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t value = first + i + 1000u * address;
        answer[at++] = (uint8_t)(value >> 8);
        answer[at++] = (uint8_t)value;
    }
    const uint16_t crc = gw_crc(answer + begin, at - begin);
    answer[at++] = (uint8_t)crc;
    answer[at++] = (uint8_t)(crc >> 8);
    answer_length = at;
    answer_us = world->now_us + 10000u;
}

void fake_line_step(void)
{
    if (answer_length > 0u && answer_us <= world->now_us) {
        BaseType_t has_woken = pdFALSE;
        CHECK(received_length + answer_length <= sizeof received);
        memcpy(received + received_length, answer, answer_length);
        received_length += answer_length;
        answer_length = 0;
        if (callback != NULL) {
            callback(UART_NUM_1, UART_SELECT_READ_NOTIF, &has_woken);
        }
    }
}

uint64_t fake_line_next_us(void);
uint64_t fake_line_next_us(void)
{
    return answer_length > 0u ? answer_us : UINT64_MAX;
}

esp_err_t uart_driver_install(uart_port_t port, int rx_size, int tx_size, int queue_size, QueueHandle_t *queue, int flags)
{
    CHECK(port == UART_NUM_1 && !is_installed && rx_size > 128 && tx_size == 0 && queue_size == 0 && queue == NULL && flags == 0);
    world->uart_mode = UART_MODE_UART;
    world->uart_installs++;
    world->uart_is_stuck = false;
    is_installed = true;
    return ESP_OK;
}

esp_err_t uart_driver_delete(uart_port_t port)
{
    CHECK(port == UART_NUM_1 && is_installed);
    is_installed = false;
    callback = NULL;
    received_length = 0;
    return ESP_OK;
}

bool uart_is_driver_installed(uart_port_t port)
{
    return port == UART_NUM_1 && is_installed;
}

esp_err_t uart_param_config(uart_port_t port, const uart_config_t *config)
{
    CHECK(port == UART_NUM_1 && config->flow_ctrl == UART_HW_FLOWCTRL_DISABLE && config->data_bits == UART_DATA_8_BITS);
    world->uart_baud = config->baud_rate;
    world->uart_parity = (int)config->parity;
    world->uart_stop_bits = (int)config->stop_bits;
    return ESP_OK;
}

static esp_err_t set_pins(int tx, int rx, int rts)
{
    world->uart_pins[0] = tx;
    world->uart_pins[1] = rx;
    world->uart_pins[2] = rts;
    return ESP_OK;
}

#if CHECK_IDF == 6
esp_err_t check_uart_set_pin(uart_port_t port, int tx, int rx, int rts, int cts)
#else
esp_err_t uart_set_pin(uart_port_t port, int tx, int rx, int rts, int cts)
#endif
{
    CHECK(port == UART_NUM_1 && cts == UART_PIN_NO_CHANGE);
    return set_pins(tx, rx, rts);
}

esp_err_t gpio_pullup_en(gpio_num_t gpio)
{
    world->pulled_up = (int)gpio;
    return ESP_OK;
}

esp_err_t uart_set_mode(uart_port_t port, uart_mode_t mode)
{
    CHECK(port == UART_NUM_1 && is_installed);
    world->uart_mode = (int)mode;
    return ESP_OK;
}

esp_err_t uart_set_rx_timeout(uart_port_t port, const uint8_t characters)
{
    CHECK(port == UART_NUM_1 && characters > 0u && characters <= 126u);
    return ESP_OK;
}

esp_err_t uart_flush_input(uart_port_t port)
{
    CHECK(port == UART_NUM_1 && is_installed);
    received_length = 0;
    return ESP_OK;
}

int uart_write_bytes(uart_port_t port, const void *bytes, size_t length)
{
    CHECK(port == UART_NUM_1 && is_installed && world->uart_mode == UART_MODE_RS485_HALF_DUPLEX);
    world->now_us += length * 1146u; // 11 bits at 9600 bit/s
    listen(bytes, length);
    return (int)length;
}

esp_err_t uart_wait_tx_done(uart_port_t port, TickType_t ticks)
{
    CHECK(port == UART_NUM_1 && ticks > 0u);
    return ESP_OK;
}

int uart_read_bytes(uart_port_t port, void *bytes, uint32_t length, TickType_t ticks)
{
    CHECK(port == UART_NUM_1 && length <= received_length && ticks == 0u);
    memcpy(bytes, received, length);
    received_length -= length;
    memmove(received, received + length, received_length);
    return (int)length;
}

esp_err_t uart_get_buffered_data_len(uart_port_t port, size_t *length)
{
    CHECK(port == UART_NUM_1 && is_installed);
    *length = received_length;
    return ESP_OK;
}

void uart_set_select_notif_callback(uart_port_t port, uart_select_notif_callback_t wanted)
{
    CHECK(port == UART_NUM_1 && is_installed);
    callback = wanted;
}
