#pragma once
#include "mbedtls/pk.h"
typedef struct mbedtls_x509write_csr {
    mbedtls_pk_context *key;
} mbedtls_x509write_csr;
void mbedtls_x509write_csr_init(mbedtls_x509write_csr *request);
void mbedtls_x509write_csr_free(mbedtls_x509write_csr *request);
void mbedtls_x509write_csr_set_md_alg(mbedtls_x509write_csr *request, mbedtls_md_type_t digest);
void mbedtls_x509write_csr_set_key(mbedtls_x509write_csr *request, mbedtls_pk_context *key);
int mbedtls_x509write_csr_set_subject_name(mbedtls_x509write_csr *request, const char *name);
#if CHECK_IDF == 6
int mbedtls_x509write_csr_pem(mbedtls_x509write_csr *request, unsigned char *text, size_t size);
#else
int mbedtls_x509write_csr_pem(mbedtls_x509write_csr *request, unsigned char *text, size_t size, int (*random)(void *, unsigned char *, size_t), void *context);
#endif
