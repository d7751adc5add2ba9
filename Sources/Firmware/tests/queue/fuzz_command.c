// libFuzzer: any bytes as a command. What is accepted must keep what the header promises.
#include "gw/gw_command.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is_so)
{
    if (!is_so) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gw_command command;
    uint8_t *copy = malloc(size + (size == 0u)); // Of exactly the size, so that reading beyond it is seen.
    must(copy != NULL);
    memcpy(copy, data, size);
    enum gw_cmd_fault fault = gw_cmd_read(copy, (uint32_t)size, NULL, &command);
    if (fault != GW_CMD_UNREADABLE) {
        size_t length = strlen(command.cmd_id);
        must(length >= 1u && length <= GW_CMD_ID_MAX);
        must(strspn(command.cmd_id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == length);
        must(strlen(command.type_name) >= 1u && strlen(command.type_name) <= GW_CMD_TYPE_MAX);
    }
    if (fault == GW_CMD_GOOD) {
        must(command.type < GW_CMD_TYPE_COUNT);
        if (command.type == GW_CMD_OTA) {
            uint32_t sum = gw_crc32(0, command.sha256, 32);
            sum = gw_crc32(sum, command.signature, command.signature_length);
            must(sum != 1u || command.size != 0u);
            must(strlen(command.url) > 8u && strlen(command.url) <= GW_CMD_URL_MAX);
            must(command.size >= 1u && command.size <= GW_CMD_IMAGE_MAX);
            must(command.signature_length >= 64u && command.signature_length <= 512u);
        }
        if (command.type == GW_CMD_RENEW && command.step == GW_CMD_STEP_INSTALL) {
            must(strlen(command.certificate) <= GW_CMD_CERTIFICATE_MAX);
            must(command.trial_seconds >= GW_CMD_TRIAL_MIN && command.trial_seconds <= GW_CMD_TRIAL_MAX);
        }
    }
    free(copy);
    return 0;
}
