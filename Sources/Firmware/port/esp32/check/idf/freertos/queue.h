#pragma once
#include "freertos/FreeRTOS.h"
typedef struct QueueDefinition *QueueHandle_t;
QueueHandle_t check_queue_create(UBaseType_t count, UBaseType_t size);
#define xQueueCreate(count, size) check_queue_create(count, size)
BaseType_t check_queue_send(QueueHandle_t queue, const void *item, TickType_t ticks);
#define xQueueSend(queue, item, ticks) check_queue_send(queue, item, ticks)
BaseType_t xQueueReceive(QueueHandle_t queue, void *const item, TickType_t ticks);
