#pragma once
#include "esp_err.h"
uint32_t esp_random(void);
void esp_fill_random(void *bytes, size_t length);
