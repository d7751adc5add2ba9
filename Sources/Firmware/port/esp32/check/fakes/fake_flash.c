#include <string.h>

#include "esp_app_desc.h"
#include "esp_https_ota.h"
#include "esp_ota_ops.h"
#include "esp_partition.h"
#include "nvs_flash.h"
#include "world.h"

// ---- NVS -----------------------------------------------------------------------------------------------------------

esp_err_t nvs_flash_init(void)
{
    return world->nvs_is_broken ? ESP_ERR_NVS_NO_FREE_PAGES : ESP_OK;
}

esp_err_t nvs_flash_deinit(void)
{
    return ESP_OK;
}

esp_err_t nvs_flash_erase(void)
{
    memset(world->nvs, 0, sizeof world->nvs);
    world->nvs_is_broken = false;
    return ESP_OK;
}

esp_err_t nvs_open(const char *name, nvs_open_mode_t mode, nvs_handle_t *handle)
{
    CHECK(strlen(name) < 16u && mode == NVS_READWRITE);
    *handle = 7;
    return ESP_OK;
}

void nvs_close(nvs_handle_t handle)
{
    CHECK(handle == 7u);
}

static int find(const char *key)
{
    CHECK(strlen(key) < 16u); // NVS takes 15 characters
    for (int i = 0; i < 24; i++) {
        if (world->nvs[i].length > 0u && strcmp(world->nvs[i].key, key) == 0) {
            return i;
        }
    }
    return -1;
}

esp_err_t nvs_get_blob(nvs_handle_t handle, const char *key, void *bytes, size_t *length)
{
    CHECK(handle == 7u);
    const int at = find(key);
    if (at < 0) {
        return ESP_ERR_NVS_NOT_FOUND;
    }
    if (bytes != NULL) {
        if (*length < world->nvs[at].length) {
            return ESP_ERR_NVS_INVALID_LENGTH;
        }
        memcpy(bytes, world->nvs[at].bytes, world->nvs[at].length);
    }
    *length = world->nvs[at].length;
    return ESP_OK;
}

esp_err_t nvs_set_blob(nvs_handle_t handle, const char *key, const void *bytes, size_t length)
{
    CHECK(handle == 7u && length > 0u && length <= sizeof world->nvs[0].bytes);
    int at = find(key);
    for (int i = 0; i < 24 && at < 0; i++) {
        at = world->nvs[i].length == 0u ? i : -1;
    }
    if (at < 0) {
        return ESP_ERR_NVS_NOT_ENOUGH_SPACE;
    }
    (void)strcpy(world->nvs[at].key, key);
    memcpy(world->nvs[at].bytes, bytes, length);
    world->nvs[at].length = length;
    return ESP_OK;
}

esp_err_t nvs_erase_key(nvs_handle_t handle, const char *key)
{
    CHECK(handle == 7u);
    const int at = find(key);
    if (at < 0) {
        return ESP_ERR_NVS_NOT_FOUND;
    }
    world->nvs[at].length = 0;
    return ESP_OK;
}

esp_err_t nvs_commit(nvs_handle_t handle)
{
    CHECK(handle == 7u);
    return ESP_OK;
}

// ---- Partitions: the addresses of partitions.csv, which check.sh compares with this table ---------------------------

static esp_partition_t table[] = {
    {.label = "commands", .address = 0x21000, .size = 0x8000},
    {.label = "state", .address = 0x29000, .size = 0x3000},
    {.label = "ota_0", .address = 0x30000, .size = 0x160000},
    {.label = "ota_1", .address = 0x190000, .size = 0x160000},
    {.label = "queue", .address = 0x2f0000, .size = 0x110000},
};

const esp_partition_t *esp_partition_find_first(esp_partition_type_t type, esp_partition_subtype_t subtype, const char *label)
{
    CHECK(type == ESP_PARTITION_TYPE_DATA && subtype == ESP_PARTITION_SUBTYPE_ANY);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (strcmp(table[i].label, label) == 0) {
            table[i].erase_size = 4096;
            table[i].encrypted = world->queue_is_encrypted && strcmp(label, "queue") == 0;
            return &table[i];
        }
    }
    return NULL;
}

esp_err_t esp_partition_read(const esp_partition_t *partition, size_t offset, void *bytes, size_t length)
{
    CHECK(offset + length <= partition->size);
    memcpy(bytes, world->flash + partition->address + offset, length);
    return ESP_OK;
}

esp_err_t esp_partition_write(const esp_partition_t *partition, size_t offset, const void *bytes, size_t length)
{
    CHECK(offset + length <= partition->size);
    if (world->flash_fails) {
        return ESP_FAIL;
    }
    for (size_t i = 0; i < length; i++) {
        world->flash[partition->address + offset + i] &= ((const uint8_t *)bytes)[i];
    }
    return ESP_OK;
}

esp_err_t esp_partition_erase_range(const esp_partition_t *partition, size_t offset, size_t length)
{
    CHECK(offset % 4096u == 0u && length % 4096u == 0u && offset + length <= partition->size);
    if (world->flash_fails) {
        return ESP_FAIL;
    }
    memset(world->flash + partition->address + offset, 0xFF, length);
    world->now_us += 50000u * (length / 4096u); // an erase takes its time
    world->erases++;
    return ESP_OK;
}

// ---- Images and updates --------------------------------------------------------------------------------------------

static const esp_app_desc_t running = {.version = "0.1.0", .project_name = "edge-firmware"};
static uint32_t fetched;

const esp_app_desc_t *esp_app_get_description(void)
{
    return &running;
}

const esp_partition_t *esp_ota_get_running_partition(void)
{
    return &table[2 + world->slot];
}

const esp_partition_t *esp_ota_get_next_update_partition(const esp_partition_t *from)
{
    CHECK(from == NULL);
    return &table[3 - world->slot];
}

const esp_partition_t *esp_ota_get_last_invalid_partition(void)
{
    return world->image[1 - world->slot] == IMAGE_ABORTED ? &table[3 - world->slot] : NULL;
}

esp_err_t esp_ota_get_state_partition(const esp_partition_t *partition, esp_ota_img_states_t *state)
{
    static const esp_ota_img_states_t of[] = {ESP_OTA_IMG_UNDEFINED, ESP_OTA_IMG_NEW, ESP_OTA_IMG_PENDING_VERIFY,
                                              ESP_OTA_IMG_VALID, ESP_OTA_IMG_ABORTED};
    *state = of[world->image[partition - &table[2]]];
    return ESP_OK;
}

esp_err_t esp_ota_mark_app_valid_cancel_rollback(void)
{
    world->image[world->slot] = IMAGE_VALID;
    return ESP_OK;
}

esp_err_t esp_ota_mark_app_invalid_rollback_and_reboot(void)
{
    world->image[world->slot] = IMAGE_ABORTED;
    world->slot = 1 - world->slot;
    world_exit(END_ROLLBACK);
}

esp_err_t esp_https_ota_begin(const esp_https_ota_config_t *config, esp_https_ota_handle_t *handle)
{
    CHECK(strncmp(config->http_config->url, "https://", 8) == 0);
    CHECK(config->http_config->cert_pem != NULL && strlen(config->http_config->cert_pem) > 0u);
    world->fetches++;
    if (!world->server_answers) {
        return ESP_FAIL;
    }
    fetched = 0;
    (void)esp_partition_erase_range(&table[3 - world->slot], 0, (world->server_size + 4095u) / 4096u * 4096u);
    *handle = &fetched;
    return ESP_OK;
}

esp_err_t esp_https_ota_get_img_desc(esp_https_ota_handle_t handle, esp_app_desc_t *image)
{
    CHECK(handle == &fetched);
    (void)strcpy(image->project_name, world->server_project);
    return ESP_OK;
}

esp_err_t esp_https_ota_perform(esp_https_ota_handle_t handle)
{
    CHECK(handle == &fetched);
    const uint32_t left = world->server_size - fetched;
    const uint32_t count = left < 1024u ? left : 1024u;
    world->now_us += 10000u;
    if (world->server_stops_at != 0u && fetched >= world->server_stops_at) {
        return ESP_FAIL;
    }
    (void)esp_partition_write(&table[3 - world->slot], fetched, world->server_image + fetched, count);
    fetched += count;
    return fetched < world->server_size ? ESP_ERR_HTTPS_OTA_IN_PROGRESS : ESP_OK;
}

bool esp_https_ota_is_complete_data_received(esp_https_ota_handle_t handle)
{
    CHECK(handle == &fetched);
    return fetched == world->server_size;
}

int esp_https_ota_get_image_len_read(esp_https_ota_handle_t handle)
{
    CHECK(handle == &fetched);
    return (int)fetched;
}

esp_err_t esp_https_ota_abort(esp_https_ota_handle_t handle)
{
    CHECK(handle == &fetched);
    return ESP_OK;
}

esp_err_t esp_https_ota_finish(esp_https_ota_handle_t handle)
{
    CHECK(handle == &fetched);
    if (world->server_image[0] != 0xE9u) {
        return ESP_ERR_OTA_VALIDATE_FAILED;
    }
    world->slot = 1 - world->slot;
    world->image[world->slot] = IMAGE_NEW;
    return ESP_OK;
}
