#pragma once
#include "mbedtls/pk.h"
typedef enum { MBEDTLS_ECP_DP_NONE = 0, MBEDTLS_ECP_DP_SECP256R1 = 3 } mbedtls_ecp_group_id;
int mbedtls_ecp_gen_key(mbedtls_ecp_group_id curve, mbedtls_ecp_keypair *key, int (*random)(void *, unsigned char *, size_t), void *context);
