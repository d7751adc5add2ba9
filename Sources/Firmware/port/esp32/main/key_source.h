/// Where private keys are: the hook for a secure element or the Digital Signature peripheral.
///
/// key_nvs.c is the one that comes with the project: keys in NVS. With CONFIG_GW_KEYS_CUSTOM it is left out, and a
/// component of the board brings these four functions: for an ATECC608 `attach` sets `use_secure_element`, for the
/// Digital Signature peripheral (RSA only; not in the classic ESP32) it sets `ds_data`.
#ifndef KEY_SOURCE_H
#define KEY_SOURCE_H

#include "gw/gw_cert.h"
#include "mqtt_client.h"

#include "tls.h"

/// Makes a key in a slot, whatever was there, and writes a signing request with the CN `common_name`. The request's
/// length without the final 0, or less than 0.
int32_t key_source_make(enum gw_cert_slot slot, const char *common_name, char *request, uint32_t size);

/// Judges a certificate as tls_judge() does, against the key of a slot.
enum tls_fault key_source_judge(enum gw_cert_slot slot, const char *certificate, const char *ca,
                                const char *common_name, uint64_t now_s);

/// Has TLS use the key of a slot: fills in `credentials.authentication`, all but the certificate. What it points at
/// stays until `detach`.
bool key_source_attach(enum gw_cert_slot slot, esp_mqtt_client_config_t *config);

/// The connection is gone: the key is not needed in memory any more.
void key_source_detach(void);

/// Forgets the keys of both slots.
bool key_source_forget(void);

#endif
