#pragma once
#include "esp_err.h"
typedef enum { GPIO_NUM_NC = -1, GPIO_NUM_0, GPIO_NUM_MAX = 22 } gpio_num_t;
esp_err_t gpio_install_isr_service(int flags);
esp_err_t gpio_pullup_en(gpio_num_t gpio_num);
