#pragma once
#include "mbedtls/build_info.h"
typedef struct mbedtls_pk_context {
    void *ctx;
} mbedtls_pk_context;
typedef enum { MBEDTLS_MD_NONE = 0, MBEDTLS_MD_SHA256 = 9 } mbedtls_md_type_t;
void mbedtls_pk_init(mbedtls_pk_context *key);
void mbedtls_pk_free(mbedtls_pk_context *key);
int mbedtls_pk_write_key_der(const mbedtls_pk_context *key, unsigned char *bytes, size_t size);
int mbedtls_pk_parse_public_key(mbedtls_pk_context *key, const unsigned char *text, size_t length);
int mbedtls_pk_verify(mbedtls_pk_context *key, mbedtls_md_type_t digest, const unsigned char *hash, size_t hash_length, const unsigned char *signature, size_t length);
#if CHECK_IDF == 6
typedef uint32_t mbedtls_svc_key_id_t;
#define MBEDTLS_SVC_KEY_ID_INIT ((mbedtls_svc_key_id_t)0)
int mbedtls_pk_copy_from_psa(mbedtls_svc_key_id_t from, mbedtls_pk_context *key);
int mbedtls_pk_parse_key(mbedtls_pk_context *key, const unsigned char *text, size_t length, const unsigned char *password, size_t password_length);
int mbedtls_pk_check_pair(const mbedtls_pk_context *public_half, const mbedtls_pk_context *pair);
#else
typedef struct mbedtls_pk_info_t mbedtls_pk_info_t;
typedef struct mbedtls_ecp_keypair mbedtls_ecp_keypair;
typedef enum { MBEDTLS_PK_NONE = 0, MBEDTLS_PK_RSA, MBEDTLS_PK_ECKEY } mbedtls_pk_type_t;
const mbedtls_pk_info_t *mbedtls_pk_info_from_type(mbedtls_pk_type_t type);
int mbedtls_pk_setup(mbedtls_pk_context *key, const mbedtls_pk_info_t *info);
static inline mbedtls_ecp_keypair *mbedtls_pk_ec(const mbedtls_pk_context key)
{
    return key.ctx;
}
int mbedtls_pk_parse_key(mbedtls_pk_context *key, const unsigned char *text, size_t length, const unsigned char *password, size_t password_length,
                         int (*random)(void *, unsigned char *, size_t), void *context);
int mbedtls_pk_check_pair(const mbedtls_pk_context *public_half, const mbedtls_pk_context *pair, int (*random)(void *, unsigned char *, size_t), void *context);
#endif
