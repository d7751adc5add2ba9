#pragma once
#include "esp_err.h"
esp_err_t gpio_install_isr_service(int flags);
