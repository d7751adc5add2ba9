#pragma once
#include "freertos/queue.h"
typedef enum { UART_NUM_0, UART_NUM_1, UART_NUM_MAX } uart_port_t;
typedef enum { UART_DATA_8_BITS = 3 } uart_word_length_t;
typedef enum { UART_STOP_BITS_1 = 1, UART_STOP_BITS_2 = 3 } uart_stop_bits_t;
typedef enum { UART_PARITY_DISABLE = 0, UART_PARITY_EVEN = 2, UART_PARITY_ODD = 3 } uart_parity_t;
typedef enum { UART_HW_FLOWCTRL_DISABLE = 0, UART_HW_FLOWCTRL_RTS = 1 } uart_hw_flowcontrol_t;
typedef enum { UART_MODE_UART = 0, UART_MODE_RS485_HALF_DUPLEX = 1 } uart_mode_t;
typedef enum { UART_SCLK_DEFAULT = 4 } soc_periph_uart_clk_src_legacy_t;
typedef soc_periph_uart_clk_src_legacy_t uart_sclk_t;
#define UART_PIN_NO_CHANGE (-1)
typedef struct {
    int baud_rate;
    uart_word_length_t data_bits;
    uart_parity_t parity;
    uart_stop_bits_t stop_bits;
    uart_hw_flowcontrol_t flow_ctrl;
    uint8_t rx_flow_ctrl_thresh;
    union {
        uart_sclk_t source_clk;
    };
} uart_config_t;
esp_err_t uart_driver_install(uart_port_t port, int rx_size, int tx_size, int queue_size, QueueHandle_t *queue, int flags);
esp_err_t uart_driver_delete(uart_port_t port);
bool uart_is_driver_installed(uart_port_t port);
esp_err_t uart_param_config(uart_port_t port, const uart_config_t *config);
#if CHECK_IDF == 6
// A macro for five arguments and for seven.
esp_err_t check_uart_set_pin(uart_port_t port, int tx, int rx, int rts, int cts);
#define uart_set_pin(...) check_uart_set_pin(__VA_ARGS__)
#else
esp_err_t uart_set_pin(uart_port_t port, int tx, int rx, int rts, int cts);
#endif
esp_err_t uart_set_mode(uart_port_t port, uart_mode_t mode);
esp_err_t uart_set_rx_timeout(uart_port_t port, const uint8_t characters);
esp_err_t uart_flush_input(uart_port_t port);
int uart_write_bytes(uart_port_t port, const void *bytes, size_t length);
esp_err_t uart_wait_tx_done(uart_port_t port, TickType_t ticks);
int uart_read_bytes(uart_port_t port, void *bytes, uint32_t length, TickType_t ticks);
esp_err_t uart_get_buffered_data_len(uart_port_t port, size_t *length);
