#include "kept.h"

#include <stdlib.h>

#include "esp_log.h"
#include "nvs.h"
#include "nvs_flash.h"

#define NAMESPACE "gateway"

static const char *const tag = "kept";
static nvs_handle_t handle;
static bool is_open;

bool kept_open(void)
{
    const esp_err_t result = nvs_flash_init();
    if (result != ESP_OK) {
        ESP_LOGE(tag, "NVS cannot be opened (%s): nothing was erased. 'forget everything' formats it",
                 esp_err_to_name(result));
        return false;
    }
    is_open = nvs_open(NAMESPACE, NVS_READWRITE, &handle) == ESP_OK;
    return is_open;
}

size_t kept_length(const char *name)
{
    size_t length = 0;
    return is_open && nvs_get_blob(handle, name, NULL, &length) == ESP_OK ? length : 0u;
}

size_t kept_read(const char *name, void *bytes, size_t size)
{
    size_t length = size;
    return is_open && nvs_get_blob(handle, name, bytes, &length) == ESP_OK ? length : 0u;
}

char *kept_read_text(const char *name)
{
    const size_t length = kept_length(name);
    char *text = length > 0u ? malloc(length + 1u) : NULL;
    if (text != NULL) {
        text[kept_read(name, text, length)] = '\0';
    }
    return text;
}

bool kept_write(const char *name, const void *bytes, size_t length)
{
    return is_open && nvs_set_blob(handle, name, bytes, length) == ESP_OK && nvs_commit(handle) == ESP_OK;
}

bool kept_erase(const char *name)
{
    if (!is_open) {
        return false;
    }
    const esp_err_t result = nvs_erase_key(handle, name);
    return result == ESP_ERR_NVS_NOT_FOUND || (result == ESP_OK && nvs_commit(handle) == ESP_OK);
}

bool kept_format(void)
{
    if (is_open) {
        nvs_close(handle);
        is_open = false;
    }
    // Not every state of NVS lets itself be closed; erasing needs it closed only where it was open.
    (void)nvs_flash_deinit();
    return nvs_flash_erase() == ESP_OK && kept_open();
}
