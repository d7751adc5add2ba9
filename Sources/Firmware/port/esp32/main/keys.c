#include "keys.h"

#include <stdlib.h>
#include <string.h>

#include "esp_log.h"

#include "kept.h"
#include "key_source.h"

static const char *const tag = "keys";
static const char *const certificate_name[] = {[GW_CERT_SLOT_A] = "cert_a", [GW_CERT_SLOT_B] = "cert_b"};
static const char *const ca_name = "ca";
static const char *const update_key_name = "update_key";

/// Of the connection that is open: the client does not copy them.
static char *attached_ca;
static char *attached_certificate;

bool keys_attach(enum gw_cert_slot slot, esp_mqtt_client_config_t *config)
{
    keys_detach();
    attached_ca = keys_ca();
    attached_certificate = kept_read_text(certificate_name[slot]);
    // Without a CA the client would take any broker.
    if (attached_ca == NULL || attached_certificate == NULL || !key_source_attach(slot, config)) {
        ESP_LOGE(tag, "slot %c has no certificate, no key, or there is no CA: see 'status'",
                 slot == GW_CERT_SLOT_A ? 'A' : 'B');
        keys_detach();
        return false;
    }
    config->broker.verification.certificate = attached_ca;
    config->credentials.authentication.certificate = attached_certificate;
    return true;
}

void keys_detach(void)
{
    key_source_detach();
    free(attached_ca);
    free(attached_certificate);
    attached_ca = NULL;
    attached_certificate = NULL;
}

enum tls_fault keys_store(enum gw_cert_slot slot, const char *common_name, const char *pem, uint64_t now_s)
{
    char *ca = keys_ca();
    enum tls_fault fault = key_source_judge(slot, pem, ca, common_name, now_s);
    free(ca);
    if (fault == TLS_GOOD && !kept_write(certificate_name[slot], pem, strlen(pem))) {
        ESP_LOGE(tag, "the certificate is good and cannot be stored: NVS is full or worn");
        fault = TLS_NO_MEMORY;
    }
    return fault;
}

bool keys_store_ca(const char *pem)
{
    return tls_not_after(pem) > 0u && kept_write(ca_name, pem, strlen(pem));
}

char *keys_ca(void)
{
    return kept_read_text(ca_name);
}

bool keys_store_update_key(const char *pem)
{
    return tls_is_public_key(pem) && kept_write(update_key_name, pem, strlen(pem));
}

char *keys_update_key(void)
{
    return kept_read_text(update_key_name);
}

uint64_t keys_not_after(enum gw_cert_slot slot)
{
    char *pem = kept_read_text(certificate_name[slot]);
    const uint64_t seconds = pem != NULL ? tls_not_after(pem) : 0u;
    free(pem);
    return seconds;
}

bool keys_forget(void)
{
    return kept_erase(certificate_name[GW_CERT_SLOT_A]) && kept_erase(certificate_name[GW_CERT_SLOT_B])
        && key_source_forget();
}

// ---- For the gateway -----------------------------------------------------------------------------------------------

static int32_t make_key(void *context, enum gw_cert_slot slot, const char *common_name, char *request, uint32_t size)
{
    (void)context;
    // The certificate that was there is for the key that goes.
    return kept_erase(certificate_name[slot]) ? key_source_make(slot, common_name, request, size) : -1;
}

static bool store(void *context, enum gw_cert_slot slot, const char *common_name, const char *pem, uint64_t now_s)
{
    (void)context;
    const enum tls_fault fault = keys_store(slot, common_name, pem, now_s);
    if (fault != TLS_GOOD) {
        ESP_LOGW(tag, "the new certificate is %s", tls_explain(fault));
    }
    return fault == TLS_GOOD;
}

static uint64_t not_after(void *context, enum gw_cert_slot slot)
{
    (void)context;
    return keys_not_after(slot);
}

void keys_open(struct gw_hal_keys *keys)
{
    *keys = (struct gw_hal_keys){.context = NULL, .make_key = make_key, .store = store, .not_after = not_after};
}
