#pragma once
#include "mbedtls/build_info.h"
typedef struct mbedtls_sha256_context {
    uint32_t state[8];
} mbedtls_sha256_context;
void mbedtls_sha256_init(mbedtls_sha256_context *hash);
void mbedtls_sha256_free(mbedtls_sha256_context *hash);
int mbedtls_sha256_starts(mbedtls_sha256_context *hash, int is_224);
int mbedtls_sha256_update(mbedtls_sha256_context *hash, const unsigned char *bytes, size_t length);
int mbedtls_sha256_finish(mbedtls_sha256_context *hash, unsigned char *digest);
