#pragma once
#include "freertos/queue.h"
typedef QueueHandle_t SemaphoreHandle_t;
SemaphoreHandle_t check_semaphore_create(void);
#define xSemaphoreCreateBinary() check_semaphore_create()
BaseType_t check_semaphore_give(SemaphoreHandle_t semaphore);
#define xSemaphoreGive(semaphore) check_semaphore_give(semaphore)
BaseType_t check_semaphore_take(SemaphoreHandle_t semaphore, TickType_t ticks);
#define xSemaphoreTake(semaphore, ticks) check_semaphore_take(semaphore, ticks)
