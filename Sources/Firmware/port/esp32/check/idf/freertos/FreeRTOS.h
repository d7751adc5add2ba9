#pragma once
#include "esp_err.h"
#include "sdkconfig.h"
typedef int BaseType_t;
typedef unsigned int UBaseType_t;
typedef uint32_t TickType_t;
#define pdTRUE 1
#define pdFALSE 0
#define pdPASS 1
#define portMAX_DELAY ((TickType_t)0xFFFFFFFFu)
#define tskNO_AFFINITY 0x7FFFFFFF
#define pdMS_TO_TICKS(milliseconds) ((TickType_t)(((TickType_t)(milliseconds) * (TickType_t)CONFIG_FREERTOS_HZ) / (TickType_t)1000u))
