#pragma once
#include "mbedtls/pk.h"
typedef int32_t psa_status_t;
typedef uint32_t psa_algorithm_t;
typedef uint32_t psa_key_usage_t;
typedef uint16_t psa_key_type_t;
typedef struct psa_key_attributes_s {
    size_t bits;
} psa_key_attributes_t;
typedef struct psa_hash_operation_s {
    size_t length;
} psa_hash_operation_t;
#define PSA_SUCCESS ((psa_status_t)0)
#define PSA_KEY_ATTRIBUTES_INIT {0}
#define PSA_HASH_OPERATION_INIT {0}
#define PSA_ECC_FAMILY_SECP_R1 0x12
#define PSA_KEY_TYPE_ECC_KEY_PAIR(curve) ((psa_key_type_t)(0x7100 | (curve)))
#define PSA_KEY_USAGE_EXPORT ((psa_key_usage_t)0x00000001)
#define PSA_KEY_USAGE_SIGN_HASH ((psa_key_usage_t)0x00001000)
#define PSA_ALG_SHA_256 ((psa_algorithm_t)0x02000009)
#define PSA_ALG_ANY_HASH ((psa_algorithm_t)0x020000ff)
#define PSA_ALG_ECDSA(hash) ((psa_algorithm_t)(0x06000600 | ((hash) & 0x000000ff)))
psa_status_t psa_crypto_init(void);
void psa_set_key_type(psa_key_attributes_t *wanted, psa_key_type_t type);
void psa_set_key_bits(psa_key_attributes_t *wanted, size_t bits);
void psa_set_key_usage_flags(psa_key_attributes_t *wanted, psa_key_usage_t usage);
void psa_set_key_algorithm(psa_key_attributes_t *wanted, psa_algorithm_t algorithm);
psa_status_t psa_generate_key(const psa_key_attributes_t *wanted, mbedtls_svc_key_id_t *made);
psa_status_t psa_destroy_key(mbedtls_svc_key_id_t key);
psa_status_t psa_hash_setup(psa_hash_operation_t *hash, psa_algorithm_t algorithm);
psa_status_t psa_hash_update(psa_hash_operation_t *hash, const uint8_t *bytes, size_t length);
psa_status_t psa_hash_finish(psa_hash_operation_t *hash, uint8_t *digest, size_t size, size_t *length);
psa_status_t psa_hash_abort(psa_hash_operation_t *hash);
