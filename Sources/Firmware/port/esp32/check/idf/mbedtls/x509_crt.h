#pragma once
#include "mbedtls/pk.h"
#define MBEDTLS_ERR_X509_CERT_VERIFY_FAILED -0x2700
#define MBEDTLS_X509_BADCERT_EXPIRED 0x01
#define MBEDTLS_X509_BADCERT_FUTURE 0x0200
typedef struct mbedtls_asn1_buf {
    int tag;
    size_t len;
    unsigned char *p;
} mbedtls_x509_buf;
typedef struct mbedtls_asn1_named_data {
    mbedtls_x509_buf oid;
    mbedtls_x509_buf val;
    struct mbedtls_asn1_named_data *next;
} mbedtls_x509_name;
typedef struct mbedtls_x509_time {
    int year, mon, day, hour, min, sec;
} mbedtls_x509_time;
typedef struct mbedtls_x509_crt {
    mbedtls_x509_name subject;
    mbedtls_x509_time valid_to;
    mbedtls_pk_context pk;
} mbedtls_x509_crt;
typedef struct mbedtls_x509_crl mbedtls_x509_crl;
void mbedtls_x509_crt_init(mbedtls_x509_crt *chain);
void mbedtls_x509_crt_free(mbedtls_x509_crt *chain);
int mbedtls_x509_crt_parse(mbedtls_x509_crt *chain, const unsigned char *text, size_t length);
int mbedtls_x509_crt_verify(mbedtls_x509_crt *chain, mbedtls_x509_crt *trusted, mbedtls_x509_crl *revoked, const char *name, uint32_t *flags,
                            int (*verify)(void *, mbedtls_x509_crt *, int, uint32_t *), void *context);
