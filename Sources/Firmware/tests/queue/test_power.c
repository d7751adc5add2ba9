// The supply fails during every single program and erase of random work, in every way; a model says what must be left.
#include "flash.h"
#include "gw/gw_queue.h"
#include "test.h"

#include <string.h>

enum { MODEL_MAX = 4000, BYTES_MAX = 300 };

enum fate {
    PENDING,  // Appended and neither released nor dropped.
    RELEASED, // Its release returned.
    DROPPED,  // Gave way.
};

struct entry {
    uint32_t sequence;
    uint16_t length;
    enum fate fate;
};

struct model {
    struct entry entries[MODEL_MAX]; // In the order of their appends.
    uint32_t count;
    uint32_t dropped;
    uint32_t in_flight[MODEL_MAX]; // Sequences, in no order; also of some that have been dropped since.
    uint32_t in_flight_count;
    uint32_t appending; // The sequence of the append that was cut; 0 for none.
    uint16_t appending_length;
    uint32_t releasing; // The sequence of the release that was cut; 0 for none.
};

static unsigned long cuts, verdicts;

static void content(uint32_t sequence, uint8_t *bytes, uint32_t length)
{
    uint64_t random = sequence;
    for (uint32_t i = 0; i < length; i++) {
        // Sometimes bytes that look like an erased flash or like a record.
        uint32_t value = next_random(&random);
        bytes[i] = sequence % 7u == 0u ? 0xFFu : sequence % 11u == 0u ? 0xA5u : (uint8_t)value;
    }
}

/// The oldest records that wait have been dropped until the counter is what the queue says.
static void take_drops(struct model *model, uint32_t dropped)
{
    for (uint32_t i = 0; i < model->count && model->dropped < dropped; i++) {
        if (model->entries[i].fate == PENDING) {
            model->entries[i].fate = DROPPED;
            model->dropped++;
        }
    }
    CHECK(model->dropped == dropped);
}

/// Compares everything that can be read with the model.
static void verify(struct model *model, const struct gw_queue *queue)
{
    struct gw_log_cursor cursor = gw_log_walk_start(&queue->log);
    struct gw_record record;
    uint8_t bytes[BYTES_MAX];
    uint8_t expected[BYTES_MAX];
    uint32_t at = 0, last = 0, waiting = 0;
    bool is_released = false;
    verdicts++;
    take_drops(model, queue->log.dropped);
    while (gw_log_walk(&queue->log, &cursor, &record, bytes, sizeof bytes, &is_released) == GW_STORE_OK) {
        CHECK(record.sequence > last); // The order is kept, nothing is there twice.
        last = record.sequence;
        content(record.sequence, expected, record.length);
        CHECK(record.length <= BYTES_MAX && memcmp(bytes, expected, record.length) == 0);
        CHECK(record.uptime_ms == record.sequence * 1000u && record.kind == record.sequence % 3u);
        waiting += !is_released;
        if (record.sequence == model->appending) {
            // It is whole: it counts, whatever its caller was told.
            CHECK(!is_released && record.length == model->appending_length);
            model->entries[model->count++] = (struct entry){record.sequence, record.length, PENDING};
            model->appending = 0;
        }
        while (at < model->count && model->entries[at].sequence < record.sequence) {
            CHECK(model->entries[at].fate != PENDING); // Nothing that waits is missing.
            at++;
        }
        CHECK(at < model->count && model->entries[at].sequence == record.sequence);
        if (at < model->count) {
            struct entry *entry = &model->entries[at];
            CHECK(record.length == entry->length);
            if (record.sequence == model->releasing) {
                entry->fate = is_released ? RELEASED : PENDING;
                model->releasing = 0;
            }
            // What was released stays released; what waits is not called released. A dropped one is not there at all.
            CHECK(is_released ? entry->fate == RELEASED : entry->fate == PENDING);
            at++;
        }
    }
    for (; at < model->count; at++) {
        CHECK(model->entries[at].fate != PENDING);
    }
    CHECK(queue->log.pending == waiting);
    uint32_t expected_waiting = 0;
    for (uint32_t i = 0; i < model->count; i++) {
        expected_waiting += model->entries[i].fate == PENDING;
    }
    CHECK(waiting == expected_waiting); // appended = released + dropped + waiting
}

static struct entry *find(struct model *model, uint32_t sequence)
{
    for (uint32_t i = 0; i < model->count; i++) {
        if (model->entries[i].sequence == sequence) {
            return &model->entries[i];
        }
    }
    return NULL;
}

static void append(struct model *model, struct gw_queue *queue, struct flash *flash, uint64_t *random)
{
    uint8_t bytes[BYTES_MAX];
    uint32_t largest = gw_log_largest(&queue->log) < BYTES_MAX ? gw_log_largest(&queue->log) : BYTES_MAX;
    uint32_t length = 1u + next_random(random) % (next_random(random) % 4u == 0u ? largest : 40u);
    struct gw_record record = {.uptime_ms = queue->log.sequence * 1000u, .stamp_at = GW_STAMP_NONE,
                               .kind = (uint8_t)(queue->log.sequence % 3u)};
    uint32_t sequence = queue->log.sequence;
    content(sequence, bytes, length);
    enum gw_store_result result = gw_queue_append(queue, &record, bytes, length);
    if (flash->is_off) {
        CHECK(result == GW_STORE_FLASH);
        model->appending = sequence;
        model->appending_length = (uint16_t)length;
        return;
    }
    CHECK(result == GW_STORE_OK && record.sequence == sequence);
    take_drops(model, queue->log.dropped);
    model->entries[model->count++] = (struct entry){sequence, (uint16_t)length, PENDING};
}

static void hand_out(struct model *model, struct gw_queue *queue)
{
    struct gw_record record;
    uint8_t bytes[BYTES_MAX];
    uint8_t expected[BYTES_MAX];
    enum gw_store_result result = gw_queue_next(queue, &record, bytes, sizeof bytes);
    if (result != GW_STORE_OK) {
        CHECK(result == GW_STORE_EMPTY || result == GW_STORE_WINDOW);
        CHECK(result != GW_STORE_EMPTY || queue->log.pending == queue->slot_count);
        return;
    }
    struct entry *entry = find(model, record.sequence);
    CHECK(entry != NULL && entry->fate == PENDING);
    content(record.sequence, expected, record.length);
    CHECK(memcmp(bytes, expected, record.length) == 0);
    // The oldest that waits and is not in flight.
    for (uint32_t i = 0; i < model->count && model->entries[i].sequence < record.sequence; i++) {
        bool is_in_flight = false;
        for (uint32_t j = 0; j < model->in_flight_count; j++) {
            is_in_flight = is_in_flight || model->in_flight[j] == model->entries[i].sequence;
        }
        CHECK(model->entries[i].fate != PENDING || is_in_flight);
    }
    if (model->in_flight_count < MODEL_MAX) {
        model->in_flight[model->in_flight_count++] = record.sequence;
    }
}

static void confirm(struct model *model, struct gw_queue *queue, struct flash *flash, uint64_t *random)
{
    if (model->in_flight_count == 0u) {
        return;
    }
    uint32_t index = next_random(random) % model->in_flight_count;
    uint32_t sequence = model->in_flight[index];
    model->in_flight[index] = model->in_flight[--model->in_flight_count];
    struct entry *entry = find(model, sequence);
    enum gw_store_result result = gw_queue_release(queue, sequence);
    if (entry == NULL || entry->fate == DROPPED) {
        CHECK(result == GW_STORE_UNKNOWN);
    } else if (flash->is_off) {
        CHECK(result == GW_STORE_FLASH);
        model->releasing = sequence;
    } else {
        CHECK(result == GW_STORE_OK);
        entry->fate = RELEASED;
        CHECK(gw_queue_release(queue, sequence) == GW_STORE_UNKNOWN);
    }
}

/// Random work until the supply fails or the steps are done.
static void work(struct model *model, struct gw_queue *queue, struct flash *flash, uint64_t *random, uint32_t steps)
{
    uint32_t appends_of_ten = 4u + next_random(random) % 3u;
    for (uint32_t step = 0; step < steps && !flash->is_off && model->count + 2u < MODEL_MAX; step++) {
        uint32_t dice = next_random(random) % 20u;
        if (dice < appends_of_ten) {
            append(model, queue, flash, random);
        } else if (dice < 12u) {
            hand_out(model, queue);
        } else if (dice < 18u) {
            confirm(model, queue, flash, random);
        } else if (dice == 18u) {
            gw_queue_give_back_all(queue);
            model->in_flight_count = 0;
        } else if (model->in_flight_count > 0u) {
            struct entry *entry = find(model, model->in_flight[0]);
            enum gw_store_result result = gw_queue_give_back(queue, model->in_flight[0]);
            CHECK(result == (entry->fate == PENDING ? GW_STORE_OK : GW_STORE_UNKNOWN));
            model->in_flight[0] = model->in_flight[--model->in_flight_count];
        }
    }
}

static void remount(struct model *model, struct gw_queue *queue, struct flash *flash)
{
    uint32_t operations = flash->operations;
    flash_power_on(flash);
    model->in_flight_count = 0;
    CHECK(gw_queue_mount(queue, &flash->block, 1u + (uint8_t)(operations % GW_QUEUE_WINDOW_MAX)) == GW_STORE_OK);
    CHECK(flash->operations == operations); // Mounting only reads.
    verify(model, queue);
    model->appending = 0; // Verified: it is there or it is not.
    model->releasing = 0;
}

/// One run: work, the cut, a mount, work again with a second cut, a mount, work to the end. Returns the operations of
/// the first part.
static uint32_t run(uint64_t seed, uint32_t block_size, uint32_t blocks, uint32_t unit, uint32_t cut_at, enum tear tear)
{
    static struct model model;
    struct flash flash;
    struct gw_queue queue;
    uint64_t random = seed;
    memset(&model, 0, sizeof model);
    flash_make(&flash, block_size, blocks, unit, seed % 2u == 0u);
    flash.random = seed * 31u + cut_at;
    remount(&model, &queue, &flash);
    flash.cut_at = cut_at;
    flash.tear = tear;
    work(&model, &queue, &flash, &random, 130);
    uint32_t operations = flash.operations;
    cuts += flash.is_off;
    remount(&model, &queue, &flash);
    if (cut_at > 0u) {
        random += cut_at;
        flash.cut_at = flash.operations + 1u + next_random(&random) % 60u;
        flash.tear = (enum tear)(next_random(&random) % TEAR_COUNT);
        work(&model, &queue, &flash, &random, 80);
        cuts += flash.is_off;
        remount(&model, &queue, &flash);
        work(&model, &queue, &flash, &random, 40);
        verify(&model, &queue);
        // Everything that waits can be published and then is gone.
        uint32_t rounds = 0;
        gw_queue_give_back_all(&queue);
        model.in_flight_count = 0;
        while (queue.log.pending > 0u && rounds++ < MODEL_MAX) {
            hand_out(&model, &queue);
            confirm(&model, &queue, &flash, &random);
        }
        remount(&model, &queue, &flash);
        CHECK(queue.log.pending == 0u);
    }
    flash_free(&flash);
    return operations;
}

void test_power(unsigned seeds)
{
    // Bytes of a block, blocks, bytes of a unit.
    static const uint32_t shapes[][3] = {
        {256, 3, 1}, {256, 6, 4}, {512, 5, 16}, {512, 8, 4}, {1024, 4, 64}, {4096, 3, 4},
    };
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        const uint32_t *shape = shapes[seed % (sizeof shapes / sizeof shapes[0])];
        uint32_t operations = run(seed, shape[0], shape[1], shape[2], 0, TEAR_NOTHING);
        for (uint32_t cut = 1; cut <= operations; cut++) {
            for (int tear = 0; tear < TEAR_COUNT; tear++) {
                (void)run(seed, shape[0], shape[1], shape[2], cut, (enum tear)tear);
            }
        }
    }
    printf("power: %lu cuts, %lu mounted and compared with the model\n", cuts, verdicts);
}
