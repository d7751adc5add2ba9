#include "ota.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "esp_app_desc.h"
#include "esp_http_client.h"
#include "esp_https_ota.h"
#include "esp_log.h"
#include "esp_ota_ops.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "sdkconfig.h"

#include "clock.h"
#include "gateway.h"
#include "keys.h"
#include "tls.h"

/// How long a download may take altogether, in milliseconds: 1.4 MB at 2 KB/s.
#define DOWNLOAD_MS 900000u

enum progress { IDLE, RUNNING, ENDED };

static const char *const tag = "ota";

/// What was ordered. Written by the gateway's task while nothing runs, then read by the download's.
static struct {
    _Atomic enum progress progress;
    char url[GW_CMD_URL_MAX + 1u];
    uint32_t size;
    uint8_t sha256[TLS_DIGEST_SIZE];
    uint8_t signature[GW_CMD_SIGNATURE_MAX];
    uint32_t signature_length;
    const char *code; // why not; NULL if the new image starts next
} order;

static bool read_image(void *context, uint32_t offset, void *bytes, uint32_t length)
{
    return esp_partition_read((const esp_partition_t *)context, offset, bytes, length) == ESP_OK;
}

/// Judges what lies in flash. NULL if it is what was ordered.
static const char *judge(const esp_partition_t *image, const char *public_key)
{
    uint8_t digest[TLS_DIGEST_SIZE];
    if (!tls_digest(read_image, (void *)(uintptr_t)image, order.size, digest)) {
        return "storage";
    }
    if (memcmp(digest, order.sha256, TLS_DIGEST_SIZE) != 0) {
        return "wrong_digest";
    }
    return tls_verify(public_key, digest, order.signature, order.signature_length) ? NULL : "wrong_signature";
}

/// Whether the image that begins to arrive is this project's: another one would never come back by command.
static bool is_ours(esp_https_ota_handle_t handle)
{
    esp_app_desc_t its;
    return esp_https_ota_get_img_desc(handle, &its) == ESP_OK
        && strncmp(its.project_name, esp_app_get_description()->project_name, sizeof its.project_name) == 0;
}

static const char *download(esp_https_ota_handle_t handle)
{
    if (!is_ours(handle)) {
        return "wrong_project";
    }
    const uint64_t until = clock_now() + DOWNLOAD_MS;
    esp_err_t result = ESP_ERR_HTTPS_OTA_IN_PROGRESS;
    while (result == ESP_ERR_HTTPS_OTA_IN_PROGRESS) {
        result = esp_https_ota_perform(handle);
        if (esp_https_ota_get_image_len_read(handle) > (int)order.size) {
            return "wrong_size";
        }
        if (clock_now() >= until) {
            return "too_late";
        }
    }
    if (result != ESP_OK || !esp_https_ota_is_complete_data_received(handle)) {
        return "not_fetched";
    }
    return esp_https_ota_get_image_len_read(handle) == (int)order.size ? NULL : "wrong_size";
}

static const char *fetch(const char *ca, const char *public_key)
{
    const esp_partition_t *image = esp_ota_get_next_update_partition(NULL);
    if (image == NULL || order.size > image->size) {
        return "wrong_size";
    }
    const esp_http_client_config_t http = {
        .url = order.url, .cert_pem = ca, .timeout_ms = 20000, .keep_alive_enable = true};
    const esp_https_ota_config_t config = {.http_config = &http};
    esp_https_ota_handle_t handle = NULL;
    if (esp_https_ota_begin(&config, &handle) != ESP_OK) {
        return "not_fetched";
    }
    const char *code = download(handle);
    if (code == NULL) {
        code = judge(image, public_key);
    }
    if (code != NULL) {
        (void)esp_https_ota_abort(handle);
        return code;
    }
    // Only this tells the boot loader. It also looks at the image's own checksum, and with Secure Boot at its
    // signature.
    return esp_https_ota_finish(handle) == ESP_OK ? NULL : "not_an_image";
}

/// The whole of an update; order.code says how it ended.
static void carry_out(void)
{
    char *ca = keys_ca();
    char *public_key = keys_update_key();
    order.code = ca == NULL ? "no_ca" : public_key == NULL ? "no_update_key" : fetch(ca, public_key);
    free(ca);
    free(public_key);
    if (order.code != NULL) {
        ESP_LOGE(tag, "the update is not taken: %s", order.code);
    }
    atomic_store(&order.progress, ENDED);
    gateway_wake();
}

static void run(void *argument)
{
    (void)argument;
    carry_out();
    vTaskDelete(NULL);
}

static bool begin(void *context, const struct gw_command *command)
{
    (void)context;
    if (atomic_load(&order.progress) != IDLE || strlen(command->url) > GW_CMD_URL_MAX
        || command->signature_length > GW_CMD_SIGNATURE_MAX) {
        return false;
    }
    memcpy(order.url, command->url, strlen(command->url) + 1u);
    memcpy(order.sha256, command->sha256, TLS_DIGEST_SIZE);
    memcpy(order.signature, command->signature, command->signature_length);
    order.signature_length = command->signature_length;
    order.size = command->size;
    atomic_store(&order.progress, RUNNING);
    if (xTaskCreate(run, "ota", CONFIG_GW_OTA_STACK, NULL, CONFIG_GW_OTA_PRIORITY, NULL) != pdPASS) {
        atomic_store(&order.progress, IDLE);
        return false;
    }
    return true;
}

static void next(void *context, struct gw_app_event *event)
{
    (void)context;
    event->kind = GW_APP_NOTHING;
    if (atomic_load(&order.progress) == ENDED) {
        *event = (struct gw_app_event){.kind = GW_APP_UPDATE_ENDED, .is_good = order.code == NULL, .code = order.code};
        atomic_store(&order.progress, IDLE);
    }
}

static bool confirm(void *context)
{
    (void)context;
    return esp_ota_mark_app_valid_cancel_rollback() == ESP_OK;
}

void ota_open(struct gw_hal_update *update)
{
    *update = (struct gw_hal_update){.context = NULL, .begin = begin, .next = next, .confirm = confirm};
}

enum gw_app_image ota_image(void)
{
    esp_ota_img_states_t state = ESP_OTA_IMG_UNDEFINED;
    const esp_partition_t *running = esp_ota_get_running_partition();
    if (running != NULL && esp_ota_get_state_partition(running, &state) == ESP_OK
        && state == ESP_OTA_IMG_PENDING_VERIFY) {
        return GW_APP_IMAGE_ON_TRIAL;
    }
    return esp_ota_get_last_invalid_partition() != NULL ? GW_APP_IMAGE_ROLLED_BACK : GW_APP_IMAGE_STEADY;
}
