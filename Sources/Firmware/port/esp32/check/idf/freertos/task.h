#pragma once
#include "freertos/FreeRTOS.h"
typedef struct tskTaskControlBlock *TaskHandle_t;
typedef void (*TaskFunction_t)(void *);
BaseType_t xTaskCreate(TaskFunction_t function, const char *name, const uint32_t stack_bytes, void *argument,
                       UBaseType_t priority, TaskHandle_t *task);
void vTaskDelete(TaskHandle_t task);
void vTaskDelay(const TickType_t ticks);
TickType_t xTaskGetTickCount(void);
BaseType_t check_notify(TaskHandle_t task);
#define xTaskNotifyGive(task) check_notify(task)
void check_notify_from_isr(TaskHandle_t task, BaseType_t *has_woken);
#define vTaskNotifyGiveFromISR(task, has_woken) check_notify_from_isr(task, has_woken)
uint32_t check_notify_take(BaseType_t clears, TickType_t ticks);
#define ulTaskNotifyTake(clears, ticks) check_notify_take(clears, ticks)
