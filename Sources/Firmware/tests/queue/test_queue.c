// The queue without cuts: the window, the order, drops, dates, a flash that fails, and what it wears.
#include "flash.h"
#include "gw/gw_queue.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

static struct flash flash;
static struct gw_queue queue;
static struct gw_record record;
static uint8_t bytes[4096];

static void begin(uint32_t block_size, uint32_t blocks, uint32_t unit, uint8_t window)
{
    flash_make(&flash, block_size, blocks, unit, true);
    CHECK(gw_queue_mount(&queue, &flash.block, window) == GW_STORE_OK);
}

static enum gw_store_result append_at(const char *text, uint64_t uptime_ms, uint32_t wall_s)
{
    struct gw_record made = {.uptime_ms = uptime_ms, .wall_s = wall_s, .stamp_at = GW_STAMP_NONE, .kind = 9};
    return gw_queue_append(&queue, &made, text, (uint32_t)strlen(text));
}

static enum gw_store_result append(const char *text)
{
    return append_at(text, 0, 0);
}

/// Whether the next record says this.
static bool gives(const char *text)
{
    return gw_queue_next(&queue, &record, bytes, sizeof bytes) == GW_STORE_OK && record.length == strlen(text)
        && memcmp(bytes, text, record.length) == 0;
}

static void remount(void)
{
    CHECK(gw_queue_mount(&queue, &flash.block, 8) == GW_STORE_OK);
}

static void test_geometry(void)
{
    static const struct {
        uint32_t block_size, block_count, unit;
        uint8_t window;
    } bad[] = {{4096, 2, 4, 1}, {4096, 3, 0, 1}, {4096, 3, 3, 1}, {4096, 3, 128, 1}, {4098, 3, 4, 1}, {128, 3, 4, 1},
               {4096, 3, 4, 0}, {4096, 3, 4, 9}, {0x80000000u, 4, 4, 1}};
    begin(4096, 4, 4, 1);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct gw_block block = flash.block;
        block.block_size = bad[i].block_size;
        block.block_count = bad[i].block_count;
        block.unit = bad[i].unit;
        CHECK(gw_queue_mount(&queue, &block, bad[i].window) == GW_STORE_GEOMETRY);
    }
    CHECK(gw_queue_mount(&queue, &flash.block, 1) == GW_STORE_OK);
    CHECK(gw_log_largest(&queue.log) == 4096 - 32 - 32 - 4);
    CHECK(append("kept") == GW_STORE_OK);
    // Other sizes: what lies there is not ours.
    struct gw_block other = flash.block;
    other.block_count = 3;
    CHECK(gw_queue_mount(&queue, &other, 1) == GW_STORE_OK && queue.log.pending == 0u);
    other = flash.block;
    other.block_size = 2048;
    CHECK(gw_queue_mount(&queue, &other, 1) == GW_STORE_OK && queue.log.pending == 0u);
    remount();
    CHECK(queue.log.pending == 1u);
    flash_free(&flash);
    flash_make(&flash, 0x20000, 3, 1, true);
    CHECK(gw_queue_mount(&queue, &flash.block, 1) == GW_STORE_OK && gw_log_largest(&queue.log) == 65535u);
    flash_free(&flash);
}

static void test_sizes(void)
{
    begin(256, 3, 16, 2);
    uint32_t largest = gw_log_largest(&queue.log);
    memset(bytes, 'x', sizeof bytes);
    CHECK(gw_queue_append(&queue, &record, bytes, 0) == GW_STORE_SIZE);
    CHECK(gw_queue_append(&queue, &record, bytes, largest + 1u) == GW_STORE_SIZE);
    CHECK(flash.operations == 0u);
    struct gw_record made = {.kind = 1, .stamp_at = GW_STAMP_NONE};
    CHECK(gw_queue_append(&queue, &made, bytes, largest) == GW_STORE_OK && made.sequence == 1u && made.boot == 1u);
    // Too small a buffer takes nothing away.
    CHECK(gw_queue_next(&queue, &record, bytes, largest - 1u) == GW_STORE_SIZE && record.length == largest);
    CHECK(gw_queue_next(&queue, &record, bytes, largest) == GW_STORE_OK && record.length == largest);
    CHECK(gw_queue_release(&queue, 1) == GW_STORE_OK && queue.log.pending == 0u);
    flash_free(&flash);
}

static void test_window(void)
{
    begin(4096, 3, 4, 2);
    CHECK(gw_queue_next(&queue, &record, bytes, sizeof bytes) == GW_STORE_EMPTY);
    CHECK(append("one") == GW_STORE_OK && append("two") == GW_STORE_OK && append("three") == GW_STORE_OK);
    CHECK(gives("one") && record.sequence == 1u && record.kind == 9u && record.boot == 1u);
    CHECK(gives("two"));
    CHECK(gw_queue_next(&queue, &record, bytes, sizeof bytes) == GW_STORE_WINDOW);
    // The link gives the second one back: it comes again, before the third.
    CHECK(gw_queue_give_back(&queue, 2) == GW_STORE_OK && gives("two"));
    CHECK(gw_queue_give_back(&queue, 3) == GW_STORE_UNKNOWN);
    // A disconnect: all of them, in order.
    gw_queue_give_back_all(&queue);
    CHECK(gives("one") && gives("two"));
    // A PUBACK out of order is kept across a restart, one that nobody waits for changes nothing.
    CHECK(gw_queue_release(&queue, 2) == GW_STORE_OK && gw_queue_release(&queue, 2) == GW_STORE_UNKNOWN);
    CHECK(gw_queue_release(&queue, 3) == GW_STORE_UNKNOWN && gw_queue_release(&queue, 77) == GW_STORE_UNKNOWN);
    CHECK(queue.log.pending == 2u && gives("three"));
    remount();
    CHECK(queue.log.pending == 2u && queue.log.boot == 2u && gives("one") && gives("three"));
    CHECK(gw_queue_next(&queue, &record, bytes, sizeof bytes) == GW_STORE_EMPTY);
    CHECK(gw_queue_release(&queue, 3) == GW_STORE_OK && gw_queue_release(&queue, 1) == GW_STORE_OK);
    remount();
    CHECK(queue.log.pending == 0u && queue.log.sequence == 4u && queue.log.dropped == 0u);
    CHECK(gw_queue_next(&queue, &record, bytes, sizeof bytes) == GW_STORE_EMPTY);
    CHECK(append("four") == GW_STORE_OK && gives("four") && record.sequence == 4u && record.boot == 2u);
    flash_free(&flash);
}

static void test_drops(void)
{
    char text[101];
    begin(256, 4, 4, 2);
    memset(text, 'x', 100);
    text[100] = '\0';
    CHECK(append(text) == GW_STORE_OK && gives(text)); // One in flight when its block goes.
    for (int i = 0; i < 9; i++) {
        CHECK(append(text) == GW_STORE_OK);
    }
    // One record to a block, three blocks that count: 10 appended, 3 wait.
    CHECK(queue.log.pending == 3u && queue.log.dropped == 7u && queue.slot_count == 0u);
    CHECK(gw_queue_release(&queue, 1) == GW_STORE_UNKNOWN); // The PUBACK of the dropped one comes late.
    CHECK(gives(text) && record.sequence == 8u);
    remount();
    CHECK(queue.log.pending == 3u && queue.log.dropped == 7u && gives(text) && record.sequence == 8u);
    // What was released is not dropped.
    CHECK(gw_queue_release(&queue, 8) == GW_STORE_OK && append(text) == GW_STORE_OK);
    CHECK(queue.log.pending == 3u && queue.log.dropped == 7u);
    CHECK(append(text) == GW_STORE_OK && queue.log.dropped == 8u);
    flash_free(&flash);
}

static void test_dates(void)
{
    begin(4096, 3, 4, 8);
    // Boot 1: two cycles before the clock is trusted, one after, and an idle stretch.
    CHECK(append_at("1a", 5000, 0) == GW_STORE_OK && append_at("1b", 305999, 0) == GW_STORE_OK);
    CHECK(append_at("1c", 605250, 1771425000) == GW_STORE_OK);
    // Boot 2 never learns the time.
    remount();
    CHECK(append_at("2a", 1000, 0) == GW_STORE_OK && append_at("2b", 2000, 0) == GW_STORE_OK);
    // Boot 3 learns it after its first cycle, and with it the latest uptime that is kept.
    remount();
    CHECK(append_at("3a", 0xFFFFFFFFFFFFu, 0) == GW_STORE_OK && append_at("3b", 4000, 0) == GW_STORE_OK);
    CHECK(gives("1a") && record.wall_s == 1771425000u - 601u); // (1771425000000 - 605250 + 5000) / 1000
    CHECK(gives("1b") && record.wall_s == 1771425000u - 300u);
    CHECK(gives("1c") && record.wall_s == 1771425000u && record.uptime_ms == 605250u);
    CHECK(gives("2a") && record.wall_s == 0u && gives("2b") && record.wall_s == 0u && record.boot == 2u);
    CHECK(gw_queue_discard(&queue, record.sequence) == GW_STORE_OK && queue.discarded == 1u && queue.log.pending == 6u);
    CHECK(gw_queue_discard(&queue, record.sequence) == GW_STORE_UNKNOWN && queue.discarded == 1u);
    CHECK(gives("3a") && record.wall_s == 0u && record.uptime_ms == 0xFFFFFFFFFFFFu);
    CHECK(gw_queue_give_back(&queue, record.sequence) == GW_STORE_OK);
    gw_queue_anchor(&queue, 1771425600000u);
    CHECK(gives("3a") && gives("3b") && record.wall_s == 1771425604u);
    // The time of this boot outlasts the dating of an earlier one.
    gw_queue_give_back_all(&queue);
    CHECK(gives("1a") && record.wall_s == 1771424399u && gives("1b") && gives("1c") && gives("2a") && gives("3a"));
    CHECK(gives("3b") && record.wall_s == 1771425604u);
    // A wall time smaller than the uptime tells nothing.
    remount();
    CHECK(append_at("4a", 1000, 0) == GW_STORE_OK && append_at("4b", 9000, 2) == GW_STORE_OK);
    remount();
    for (int i = 0; i < 6; i++) {
        CHECK(gw_queue_next(&queue, &record, bytes, sizeof bytes) != GW_STORE_FLASH);
        CHECK(gw_queue_release(&queue, record.sequence) == GW_STORE_OK);
    }
    CHECK(gives("4a") && record.wall_s == 0u);
    flash_free(&flash);
}

static void test_stamp(void)
{
    static const char message[] =
        "{\"gateway_mac\":\"aa:bb:cc:dd:ee:ff\",\"timestamp\":\"1970-01-01T00:00:00Z\",\"leituras\":[]}";
    struct gw_record made = {.uptime_ms = 5000, .stamp_at = 48};
    begin(4096, 3, 4, 1);
    CHECK(gw_queue_append(&queue, &made, message, sizeof message - 1u) == GW_STORE_OK);
    CHECK(gives(message) && record.stamp_at == 48u);
    CHECK(gw_record_stamp(&record, bytes, "2026-02-18T14:30:00Z"));
    CHECK(memcmp(bytes + 48, "2026-02-18T14:30:00Z\",", 22) == 0 && memcmp(bytes, message, 48) == 0);
    record.stamp_at = GW_STAMP_NONE;
    CHECK(!gw_record_stamp(&record, bytes, "2026-02-18T14:30:00Z"));
    record.stamp_at = (uint16_t)(record.length - GW_STAMP_LENGTH);
    CHECK(gw_record_stamp(&record, bytes, "2026-02-18T14:30:00Z"));
    record.stamp_at++;
    CHECK(!gw_record_stamp(&record, bytes, "2026-02-18T14:30:00Z"));
    flash_free(&flash);
}

static void test_bad_flash(void)
{
    char text[101];
    memset(text, 'x', 100);
    text[100] = '\0';
    // A block that cannot be erased is passed over, in every turn of the ring.
    begin(256, 5, 4, 1);
    flash.refuse_block = 2;
    for (int i = 0; i < 20; i++) {
        CHECK(append(text) == GW_STORE_OK);
    }
    uint32_t pending = queue.log.pending, dropped = queue.log.dropped;
    CHECK(pending >= 2u && pending + dropped == 20u && gives(text));
    remount();
    CHECK(queue.log.pending == pending && queue.log.dropped == dropped);
    flash_free(&flash);

    // A flash that refuses, or claims to have done what it has not, at any one operation: nothing appended is lost.
    for (uint32_t at = 1; at < 40; at++) {
        for (int kind = 0; kind < 2; kind++) {
            uint32_t stored = 0;
            begin(256, 8, 4, 1);
            flash.ignore_at = kind == 0 ? at : 0u;
            flash.refuse_at = kind == 0 ? 0u : at;
            for (int i = 0; i < 6; i++) {
                stored += append(text) == GW_STORE_OK;
            }
            CHECK(stored == 6u && queue.log.pending == 6u);
            remount();
            CHECK(queue.log.pending == 6u && queue.log.dropped == 0u);
            uint32_t given = 0;
            while (gives(text)) {
                given++;
                // A mark that is not written: the record comes again after the restart, and only then.
                (void)gw_queue_release(&queue, record.sequence);
            }
            CHECK(given == 6u && queue.log.pending == 0u);
            remount();
            CHECK(queue.log.pending <= 1u);
            flash_free(&flash);
        }
    }

    // A flash that is gone.
    begin(256, 3, 4, 1);
    CHECK(append("a") == GW_STORE_OK && append("b") == GW_STORE_OK && gives("a"));
    flash.is_off = true;
    CHECK(append("c") == GW_STORE_FLASH);
    gw_queue_give_back_all(&queue);
    CHECK(gw_queue_next(&queue, &record, bytes, sizeof bytes) == GW_STORE_FLASH);
    struct gw_queue other;
    CHECK(gw_queue_mount(&other, &flash.block, 1) == GW_STORE_FLASH);
    flash.is_off = false;
    CHECK(gives("a") && gw_queue_release(&queue, 1) == GW_STORE_OK && gives("b"));
    flash_free(&flash);

    // Any one read fails: no number is used twice, no record is taken for another, and trying again helps.
    for (uint32_t at = 1; at < 60; at++) {
        begin(256, 4, 4, 2);
        CHECK(append("a") == GW_STORE_OK && append("b") == GW_STORE_OK && append(text) == GW_STORE_OK);
        flash.reads = 0;
        flash.refuse_read_at = at;
        enum gw_store_result mounted = gw_queue_mount(&queue, &flash.block, 2);
        CHECK(mounted == GW_STORE_OK || mounted == GW_STORE_FLASH);
        if (mounted == GW_STORE_OK) {
            CHECK(queue.log.sequence == 4u);
            enum gw_store_result result = gw_queue_next(&queue, &record, bytes, sizeof bytes);
            CHECK(result == GW_STORE_OK || result == GW_STORE_FLASH);
            (void)gw_queue_release(&queue, 1);
            (void)append("d");
        }
        flash.refuse_read_at = 0;
        remount();
        CHECK(queue.log.pending >= 2u && queue.log.pending <= 4u);
        flash_free(&flash);
    }
}

static void test_damage(void)
{
    // Every bit of a block with three records flips: the others stay, or at the most what lies behind a broken header.
    for (uint32_t bit = 0; bit < 200u * 8u; bit++) {
        begin(256, 3, 4, 3);
        CHECK(append("first") == GW_STORE_OK && append("second") == GW_STORE_OK && append("third") == GW_STORE_OK);
        flash.bytes[256u + bit / 8u] ^= (uint8_t)(1u << bit % 8u); // The first block lies at position 1.
        remount();
        // Nothing is believed of a block whose header is not whole.
        CHECK(bit >= 32u * 8u ? queue.log.pending <= 3u : queue.log.pending == 0u && queue.log.sequence == 1u && queue.log.boot == 1u);
        uint32_t last = 0, given = 0;
        while (gw_queue_next(&queue, &record, bytes, sizeof bytes) == GW_STORE_OK) {
            static const char *const texts[] = {"first", "second", "third"};
            CHECK(record.sequence > last && record.sequence <= 3u);
            CHECK(memcmp(bytes, texts[record.sequence - 1u], record.length) == 0);
            last = record.sequence;
            given++;
        }
        CHECK(given == queue.log.pending);
        CHECK(append("fourth") == GW_STORE_OK);
        flash_free(&flash);
    }
    // Damage after the mount: passed over and counted.
    begin(256, 3, 4, 3);
    CHECK(append("first") == GW_STORE_OK && append("second") == GW_STORE_OK && append("third") == GW_STORE_OK);
    CHECK(gives("first"));
    flash.bytes[256 + 32 + 36] ^= 1; // The bytes of the first, which is in flight.
    gw_queue_give_back_all(&queue);
    CHECK(gives("second") && queue.log.damaged == 1u && queue.log.pending == 2u && queue.slot_count == 1u);
    flash.bytes[256 + 32 + 44 + 5] ^= 1; // The header of the second: the third lies behind it.
    gw_queue_give_back_all(&queue);
    CHECK(gw_queue_next(&queue, &record, bytes, sizeof bytes) == GW_STORE_OK || queue.log.pending == 0u);
    flash_free(&flash);
    // Random bytes are an empty queue.
    flash_make(&flash, 256, 6, 4, false);
    remount();
    CHECK(queue.log.pending == 0u && append("new") == GW_STORE_OK);
    remount();
    CHECK(queue.log.pending == 1u && gives("new"));
    flash_free(&flash);
}

/// Two years of five-minute messages of 551 bytes (eight readings) through 1 MB, with a week's outage in each month.
static void test_wear(void)
{
    const uint32_t days = 730;
    uint32_t most = 0, least = UINT32_MAX;
    begin(4096, 256, 4, 4);
    for (uint32_t i = 0; i < days * 288u; i++) {
        struct gw_record made = {.stamp_at = GW_STAMP_NONE};
        CHECK(gw_queue_append(&queue, &made, bytes, 551) == GW_STORE_OK);
        while (i / 288u % 30u >= 7u && gw_queue_next(&queue, &record, bytes, sizeof bytes) == GW_STORE_OK) {
            (void)gw_queue_release(&queue, record.sequence);
        }
    }
    for (uint32_t i = 0; i < 256u; i++) {
        most = flash.wear[i] > most ? flash.wear[i] : most;
        least = flash.wear[i] < least ? flash.wear[i] : least;
    }
    CHECK(most - least <= 1u);
    uint32_t years = 100000u / most * days / 365u;
    CHECK(years >= 20u);
    printf("wear: %u days, each block erased %u to %u times: 100000 erases last %u years\n", days, least, most, years);
    CHECK(queue.log.dropped > 0u); // 1 MB holds 1530 messages, five days: a week loses two of them, and says so.
    printf("wear: the outages dropped %u messages of %u\n", queue.log.dropped, days * 288u);
    flash_free(&flash);
}

void test_queue(void)
{
    CHECK(gw_crc32(0, "123456789", 9) == 0xCBF43926u);
    CHECK(gw_crc32(gw_crc32(0, "1234", 4), "56789", 5) == 0xCBF43926u);
    test_geometry();
    test_sizes();
    test_window();
    test_drops();
    test_dates();
    test_stamp();
    test_bad_flash();
    test_damage();
    test_wear();
}
