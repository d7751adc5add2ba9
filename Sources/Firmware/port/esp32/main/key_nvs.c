#include "key_source.h"

#include <string.h>

#include "kept.h"

static const char *const name[] = {[GW_CERT_SLOT_A] = "key_a", [GW_CERT_SLOT_B] = "key_b"};

/// The key of the connection that is open: the client does not copy it.
static uint8_t attached[TLS_KEY_SIZE];

/// A plain memset of what is not read any more is left out by an optimising compiler.
static void wipe(uint8_t *bytes, size_t length)
{
    volatile uint8_t *at = bytes;
    for (size_t i = 0; i < length; i++) {
        at[i] = 0;
    }
}

int32_t key_source_make(enum gw_cert_slot slot, const char *common_name, char *request, uint32_t size)
{
    uint8_t key[TLS_KEY_SIZE];
    const size_t length = tls_make_key(key, sizeof key);
    size_t written = 0;
    if (length > 0u && kept_write(name[slot], key, length)) {
        written = tls_make_request(key, length, common_name, request, size);
    }
    wipe(key, sizeof key);
    return written > 0u ? (int32_t)written : -1;
}

enum tls_fault key_source_judge(enum gw_cert_slot slot, const char *certificate, const char *ca,
                                const char *common_name, uint64_t now_s)
{
    uint8_t key[TLS_KEY_SIZE];
    const size_t length = kept_read(name[slot], key, sizeof key);
    const enum tls_fault fault =
        length == 0u ? TLS_WRONG_KEY : tls_judge(certificate, key, length, ca, common_name, now_s);
    wipe(key, sizeof key);
    return fault;
}

bool key_source_attach(enum gw_cert_slot slot, esp_mqtt_client_config_t *config)
{
    const size_t length = kept_read(name[slot], attached, sizeof attached);
    config->credentials.authentication.key = (const char *)attached;
    config->credentials.authentication.key_len = length;
    return length > 0u;
}

void key_source_detach(void)
{
    wipe(attached, sizeof attached);
}

bool key_source_forget(void)
{
    return kept_erase(name[GW_CERT_SLOT_A]) && kept_erase(name[GW_CERT_SLOT_B]);
}
