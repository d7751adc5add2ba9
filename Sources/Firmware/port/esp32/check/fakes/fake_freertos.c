#include <stdlib.h>
#include <string.h>

#include "esp_system.h"
#include "esp_task_wdt.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/queue.h"
#include "freertos/semphr.h"
#include "freertos/task.h"
#include "world.h"

// ---- Tasks: those that run for ever are driven by world_run(); one that ends is run when its time has come. ---------

struct tskTaskControlBlock {
    int notified;
};

static struct tskTaskControlBlock the_task;
static TaskFunction_t short_task;

BaseType_t xTaskCreate(TaskFunction_t function, const char *name, const uint32_t stack_bytes, void *argument,
                       UBaseType_t priority, TaskHandle_t *task)
{
    (void)argument;
    (void)priority;
    CHECK(stack_bytes >= 3072u);
    if (strcmp(name, "ota") == 0) {
        short_task = function;
    }
    if (task != NULL) {
        *task = &the_task;
    }
    return pdPASS;
}

void fake_task_step(void)
{
    const TaskFunction_t run = short_task;
    short_task = NULL;
    if (run != NULL) {
        run(NULL);
    }
}

void vTaskDelete(TaskHandle_t task)
{
    (void)task;
}

void vTaskDelay(const TickType_t ticks)
{
    world->now_us += (uint64_t)ticks * 1000u;
    fake_broker_begin();
}

TickType_t xTaskGetTickCount(void)
{
    return (TickType_t)world_ms();
}

BaseType_t check_notify(TaskHandle_t task)
{
    task->notified++;
    return pdPASS;
}

void check_notify_from_isr(TaskHandle_t task, BaseType_t *has_woken)
{
    task->notified++;
    *has_woken = pdTRUE;
}

uint32_t check_notify_take(BaseType_t clears, TickType_t ticks)
{
    (void)clears;
    if (the_task.notified == 0) {
        world_advance(world->now_us + (uint64_t)ticks * 1000u);
    }
    const uint32_t count = (uint32_t)the_task.notified;
    the_task.notified = 0;
    return count;
}

// ---- Queues --------------------------------------------------------------------------------------------------------

struct QueueDefinition {
    size_t size;
    unsigned room;
    unsigned count;
    uint8_t *items;
};

QueueHandle_t check_queue_create(UBaseType_t count, UBaseType_t size)
{
    QueueHandle_t queue = calloc(1, sizeof *queue);
    queue->size = size;
    queue->room = count;
    queue->items = calloc(count, size > 0u ? size : 1u);
    return queue;
}

BaseType_t check_queue_send(QueueHandle_t queue, const void *item, TickType_t ticks)
{
    (void)ticks;
    if (queue->count == queue->room) {
        CHECK(ticks != portMAX_DELAY); // it would hang
        return pdFALSE;
    }
    memcpy(queue->items + queue->count * queue->size, item, queue->size);
    queue->count++;
    return pdTRUE;
}

BaseType_t xQueueReceive(QueueHandle_t queue, void *const item, TickType_t ticks)
{
    (void)ticks;
    if (queue == NULL || queue->count == 0u) {
        return pdFALSE;
    }
    memcpy(item, queue->items, queue->size);
    queue->count--;
    memmove(queue->items, queue->items + queue->size, queue->count * queue->size);
    return pdTRUE;
}

void link_turn(uint32_t wait_ms);

SemaphoreHandle_t check_semaphore_create(void)
{
    return check_queue_create(1, 0);
}

BaseType_t check_semaphore_give(SemaphoreHandle_t semaphore)
{
    semaphore->count = 1;
    return pdTRUE;
}

BaseType_t check_semaphore_take(SemaphoreHandle_t semaphore, TickType_t ticks)
{
    // The other task runs meanwhile.
    for (int i = 0; i < 40 && semaphore->count == 0u && ticks > 0u; i++) {
        link_turn(0);
    }
    const BaseType_t result = semaphore->count > 0u ? pdTRUE : pdFALSE;
    semaphore->count = 0;
    return result;
}

// ---- System, watchdog, timers --------------------------------------------------------------------------------------

void esp_restart(void)
{
    world_exit(END_RESTART);
}

esp_reset_reason_t esp_reset_reason(void)
{
    return (esp_reset_reason_t)world->reset_reason;
}

uint32_t esp_get_minimum_free_heap_size(void)
{
    return 123456u;
}

esp_err_t esp_task_wdt_add(TaskHandle_t task)
{
    (void)task;
    world->is_watched = true;
    world->watchdog_at_us = 0;
    return ESP_OK;
}

esp_err_t esp_task_wdt_reset(void)
{
    CHECK(world->is_watched); // feeding what nobody watches is an error on a board
    const uint64_t since = world->watchdog_at_us == 0u ? 0u : world->now_us - world->watchdog_at_us;
    world->watchdog_longest_us = since > world->watchdog_longest_us ? since : world->watchdog_longest_us;
    world->watchdog_at_us = world->now_us;
    world->watchdog_feeds++;
    return ESP_OK;
}

struct esp_timer {
    esp_timer_cb_t callback;
    uint64_t due_us;
};

static struct esp_timer timers[4];
static unsigned timer_count;

int64_t esp_timer_get_time(void)
{
    return (int64_t)(world->now_us - world->boot_us);
}

esp_err_t esp_timer_create(const esp_timer_create_args_t *wanted, esp_timer_handle_t *timer)
{
    *timer = &timers[timer_count++];
    (*timer)->callback = wanted->callback;
    return ESP_OK;
}

esp_err_t esp_timer_start_once(esp_timer_handle_t timer, uint64_t microseconds)
{
    timer->due_us = world->now_us + microseconds;
    return ESP_OK;
}

esp_err_t esp_timer_stop(esp_timer_handle_t timer)
{
    timer->due_us = 0;
    return ESP_OK;
}

void fake_timer_step(void)
{
    for (unsigned i = 0; i < timer_count; i++) {
        if (timers[i].due_us != 0u && timers[i].due_us <= world->now_us) {
            timers[i].due_us = 0;
            timers[i].callback(NULL);
        }
    }
}
