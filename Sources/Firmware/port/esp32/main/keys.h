/// The two certificate slots, and the CA that the gateway trusts. Keys are in key_source.h, certificates in NVS.
#ifndef KEYS_H
#define KEYS_H

#include "gw_hal.h"
#include "mqtt_client.h"

#include "tls.h"

/// Fills in the keys of the hal.
void keys_open(struct gw_hal_keys *keys);

/// Has an MQTT client trust the CA and use the key and the certificate of a slot. What it points at stays until
/// `keys_detach`. False if there is no such certificate, key or CA.
bool keys_attach(enum gw_cert_slot slot, esp_mqtt_client_config_t *config);

/// The client is gone.
void keys_detach(void);

/// Judges a certificate and stores it in a slot if it is good.
enum tls_fault keys_store(enum gw_cert_slot slot, const char *common_name, const char *pem, uint64_t now_s);

/// Stores the CA; false if it is none. The certificates that are there are not looked at again.
bool keys_store_ca(const char *pem);

/// The CA in PEM, to be freed; NULL if there is none.
char *keys_ca(void);

/// Stores the public key that updates must be signed with; false if it is none.
bool keys_store_update_key(const char *pem);

/// The public key for updates in PEM, to be freed; NULL if there is none.
char *keys_update_key(void);

/// When the certificate of a slot ends, in seconds since 1970; 0 if there is none.
uint64_t keys_not_after(enum gw_cert_slot slot);

/// Forgets both slots. The CA and the update key stay.
bool keys_forget(void);

#endif
