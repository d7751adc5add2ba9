#include "store.h"

#include "esp_log.h"
#include "esp_partition.h"

#define ERASE_SIZE 4096u

/// What esp_partition_write() can program at once without reading back and merging.
#define PROGRAM_UNIT 4u

static const char *const tag = "store";

static bool read_flash(void *context, uint32_t address, void *bytes, uint32_t length)
{
    return esp_partition_read((const esp_partition_t *)context, address, bytes, length) == ESP_OK;
}

static bool program_flash(void *context, uint32_t address, const void *bytes, uint32_t length)
{
    return esp_partition_write((const esp_partition_t *)context, address, bytes, length) == ESP_OK;
}

static bool erase_flash(void *context, uint32_t address)
{
    return esp_partition_erase_range((const esp_partition_t *)context, address, ERASE_SIZE) == ESP_OK;
}

static bool open_piece(struct gw_block *block, const char *label, uint32_t least_blocks)
{
    const esp_partition_t *partition =
        esp_partition_find_first(ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_ANY, label);
    if (partition == NULL) {
        ESP_LOGE(tag, "there is no partition \"%s\": flash the partition table of this project", label);
        return false;
    }
    if (partition->encrypted) {
        ESP_LOGE(tag, "partition \"%s\" is encrypted: take the flag \"encrypted\" out of partitions.csv", label);
        return false;
    }
    if (partition->erase_size != ERASE_SIZE || partition->size / ERASE_SIZE < least_blocks) {
        ESP_LOGE(tag, "partition \"%s\" needs %u blocks of %u bytes", label, (unsigned)least_blocks, ERASE_SIZE);
        return false;
    }
    *block = (struct gw_block){
        // The core's context is not const because other ports write through theirs; here it is made const again.
        .context = (void *)(uintptr_t)partition,
        .block_size = ERASE_SIZE,
        .block_count = partition->size / ERASE_SIZE,
        .unit = PROGRAM_UNIT,
        .read = read_flash,
        .program = program_flash,
        .erase = erase_flash,
    };
    return true;
}

bool store_open(struct store *store)
{
    return open_piece(&store->queue, "queue", 3u) && open_piece(&store->commands, "commands", 4u)
        && open_piece(&store->state, "state", 3u);
}

bool store_forget(const struct store *store)
{
    for (uint32_t block = 0; block < store->state.block_count; block++) {
        if (!erase_flash(store->state.context, block * ERASE_SIZE)) {
            return false;
        }
    }
    return true;
}
