#include "tls.h"

#include <stdio.h>
#include <string.h>

#include "mbedtls/build_info.h"
#include "mbedtls/pk.h"
#include "mbedtls/ssl.h"
#include "mbedtls/x509_crt.h"
#include "mbedtls/x509_csr.h"

#include "gw/gw_time.h"

// Mbed TLS 4 makes keys and hashes through PSA, and no function of it takes a source of random numbers any more.
#if MBEDTLS_VERSION_MAJOR >= 4
#include "psa/crypto.h"
#else
#include "esp_random.h"
#include "mbedtls/ecp.h"
#include "mbedtls/sha256.h"
#endif

#define PIECE 512u

// ---- What the two releases do in different ways --------------------------------------------------------------------

#if MBEDTLS_VERSION_MAJOR >= 4

bool tls_start(void)
{
    return psa_crypto_init() == PSA_SUCCESS;
}

static bool generate(mbedtls_pk_context *pair)
{
    psa_key_attributes_t wanted = PSA_KEY_ATTRIBUTES_INIT;
    psa_set_key_type(&wanted, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
    psa_set_key_bits(&wanted, 256);
    psa_set_key_usage_flags(&wanted, PSA_KEY_USAGE_EXPORT | PSA_KEY_USAGE_SIGN_HASH);
    psa_set_key_algorithm(&wanted, PSA_ALG_ECDSA(PSA_ALG_ANY_HASH));
    mbedtls_svc_key_id_t made = MBEDTLS_SVC_KEY_ID_INIT;
    if (psa_generate_key(&wanted, &made) != PSA_SUCCESS) {
        return false;
    }
    const bool is_good = mbedtls_pk_copy_from_psa(made, pair) == 0;
    (void)psa_destroy_key(made);
    return is_good;
}

static int parse_key(mbedtls_pk_context *pair, const uint8_t *key, size_t length)
{
    return mbedtls_pk_parse_key(pair, key, length, NULL, 0);
}

static int check_pair(const mbedtls_pk_context *public_half, const mbedtls_pk_context *pair)
{
    return mbedtls_pk_check_pair(public_half, pair);
}

static int write_request(mbedtls_x509write_csr *request, char *text, size_t size)
{
    return mbedtls_x509write_csr_pem(request, (unsigned char *)text, size);
}

bool tls_digest(tls_read_t *read, void *context, uint32_t length, uint8_t digest[TLS_DIGEST_SIZE])
{
    uint8_t piece[PIECE];
    psa_hash_operation_t hash = PSA_HASH_OPERATION_INIT;
    bool is_good = psa_hash_setup(&hash, PSA_ALG_SHA_256) == PSA_SUCCESS;
    for (uint32_t offset = 0; is_good && offset < length; offset += PIECE) {
        const uint32_t count = length - offset < PIECE ? length - offset : PIECE;
        is_good = read(context, offset, piece, count) && psa_hash_update(&hash, piece, count) == PSA_SUCCESS;
    }
    size_t written = 0;
    is_good = is_good && psa_hash_finish(&hash, digest, TLS_DIGEST_SIZE, &written) == PSA_SUCCESS;
    (void)psa_hash_abort(&hash);
    return is_good && written == TLS_DIGEST_SIZE;
}

#else

bool tls_start(void)
{
    return true;
}

static int fill_random(void *context, unsigned char *bytes, size_t length)
{
    (void)context;
    esp_fill_random(bytes, length);
    return 0;
}

static bool generate(mbedtls_pk_context *pair)
{
    return mbedtls_pk_setup(pair, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)) == 0
        && mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(*pair), fill_random, NULL) == 0;
}

static int parse_key(mbedtls_pk_context *pair, const uint8_t *key, size_t length)
{
    return mbedtls_pk_parse_key(pair, key, length, NULL, 0, fill_random, NULL);
}

static int check_pair(const mbedtls_pk_context *public_half, const mbedtls_pk_context *pair)
{
    return mbedtls_pk_check_pair(public_half, pair, fill_random, NULL);
}

static int write_request(mbedtls_x509write_csr *request, char *text, size_t size)
{
    return mbedtls_x509write_csr_pem(request, (unsigned char *)text, size, fill_random, NULL);
}

bool tls_digest(tls_read_t *read, void *context, uint32_t length, uint8_t digest[TLS_DIGEST_SIZE])
{
    uint8_t piece[PIECE];
    mbedtls_sha256_context hash;
    mbedtls_sha256_init(&hash);
    bool is_good = mbedtls_sha256_starts(&hash, 0) == 0;
    for (uint32_t offset = 0; is_good && offset < length; offset += PIECE) {
        const uint32_t count = length - offset < PIECE ? length - offset : PIECE;
        is_good = read(context, offset, piece, count) && mbedtls_sha256_update(&hash, piece, count) == 0;
    }
    is_good = is_good && mbedtls_sha256_finish(&hash, digest) == 0;
    mbedtls_sha256_free(&hash);
    return is_good;
}

#endif

// ---- Keys and requests ---------------------------------------------------------------------------------------------

size_t tls_make_key(uint8_t *key, size_t size)
{
    mbedtls_pk_context pair;
    mbedtls_pk_init(&pair);
    const int length = generate(&pair) ? mbedtls_pk_write_key_der(&pair, key, size) : 0;
    mbedtls_pk_free(&pair);
    if (length <= 0) {
        return 0;
    }
    // The library writes it to the end of the buffer.
    memmove(key, key + size - (size_t)length, (size_t)length);
    return (size_t)length;
}

size_t tls_make_request(const uint8_t *key, size_t key_length, const char *common_name, char *request, size_t size)
{
    char subject[64];
    const int subject_length = snprintf(subject, sizeof subject, "CN=%s", common_name);
    if (subject_length < 0 || (size_t)subject_length >= sizeof subject) {
        return 0;
    }
    mbedtls_pk_context pair;
    mbedtls_x509write_csr csr;
    mbedtls_pk_init(&pair);
    mbedtls_x509write_csr_init(&csr);
    mbedtls_x509write_csr_set_md_alg(&csr, MBEDTLS_MD_SHA256);
    mbedtls_x509write_csr_set_key(&csr, &pair);
    const bool is_good = parse_key(&pair, key, key_length) == 0
        && mbedtls_x509write_csr_set_subject_name(&csr, subject) == 0 && write_request(&csr, request, size) == 0;
    mbedtls_x509write_csr_free(&csr);
    mbedtls_pk_free(&pair);
    return is_good ? strlen(request) : 0u;
}

// ---- Certificates --------------------------------------------------------------------------------------------------

/// PEM is handed over with its final 0; anything but a negative number and a count of unreadable ones is good.
static bool parse_pem(mbedtls_x509_crt *chain, const char *pem)
{
    return pem != NULL && mbedtls_x509_crt_parse(chain, (const unsigned char *)pem, strlen(pem) + 1u) == 0;
}

/// Whether the subject has exactly one common name, and it is this one.
static bool has_name(const mbedtls_x509_crt *certificate, const char *common_name)
{
    static const unsigned char oid[] = {0x55, 0x04, 0x03}; // id-at-commonName, X.520 §6.2.2
    const size_t length = strlen(common_name);
    unsigned found = 0;
    unsigned equal = 0;
    for (const mbedtls_x509_name *part = &certificate->subject; part != NULL; part = part->next) {
        if (part->oid.len == sizeof oid && memcmp(part->oid.p, oid, sizeof oid) == 0) {
            found++;
            equal += part->val.len == length && memcmp(part->val.p, common_name, length) == 0 ? 1u : 0u;
        }
    }
    return found == 1u && equal == 1u;
}

static enum tls_fault judge_chain(mbedtls_x509_crt *chain, mbedtls_x509_crt *root, uint64_t now_s)
{
    uint32_t flags = 0;
    const int result = mbedtls_x509_crt_verify(chain, root, NULL, NULL, &flags, NULL, NULL);
    if (result == 0) {
        return TLS_GOOD;
    }
    if (result != MBEDTLS_ERR_X509_CERT_VERIFY_FAILED) {
        return TLS_NO_MEMORY;
    }
    const uint32_t by_time = (uint32_t)MBEDTLS_X509_BADCERT_EXPIRED | (uint32_t)MBEDTLS_X509_BADCERT_FUTURE;
    if ((flags & ~by_time) != 0u) {
        return TLS_NOT_TRUSTED;
    }
    if (now_s == 0u) {
        return TLS_GOOD;
    }
    return (flags & (uint32_t)MBEDTLS_X509_BADCERT_EXPIRED) != 0u ? TLS_EXPIRED : TLS_NOT_YET_VALID;
}

enum tls_fault tls_judge(const char *certificate, const uint8_t *key, size_t key_length, const char *ca,
                         const char *common_name, uint64_t now_s)
{
    mbedtls_x509_crt chain;
    mbedtls_x509_crt root;
    mbedtls_pk_context pair;
    mbedtls_x509_crt_init(&chain);
    mbedtls_x509_crt_init(&root);
    mbedtls_pk_init(&pair);
    enum tls_fault fault = TLS_GOOD;
    if (!parse_pem(&chain, certificate)) {
        fault = TLS_UNREADABLE;
    } else if (!parse_pem(&root, ca)) {
        fault = TLS_BAD_CA;
    } else if (parse_key(&pair, key, key_length) != 0 || check_pair(&chain.pk, &pair) != 0) {
        fault = TLS_WRONG_KEY;
    } else if (!has_name(&chain, common_name)) {
        fault = TLS_WRONG_NAME;
    } else {
        fault = judge_chain(&chain, &root, now_s);
    }
    mbedtls_pk_free(&pair);
    mbedtls_x509_crt_free(&root);
    mbedtls_x509_crt_free(&chain);
    return fault;
}

const char *tls_explain(enum tls_fault fault)
{
    switch (fault) {
    case TLS_GOOD: return "good";
    case TLS_UNREADABLE: return "not a certificate in PEM: paste it from -----BEGIN to the end of -----END";
    case TLS_BAD_CA: return "the CA is missing or unreadable: 'paste ca' first";
    case TLS_WRONG_KEY: return "for another key: sign the request that this gateway printed last";
    case TLS_WRONG_NAME: return "for another gateway: its common name must be this MAC, in lower case with colons";
    case TLS_NOT_TRUSTED: return "not signed by the CA that this gateway knows";
    case TLS_NOT_YET_VALID: return "not valid yet: the authority's clock, or this one, is wrong";
    case TLS_EXPIRED: return "expired: have it issued again";
    case TLS_NO_MEMORY: return "too little memory to check it: restart and try again";
    default: return "of no use";
    }
}

uint64_t tls_not_after(const char *certificate)
{
    mbedtls_x509_crt chain;
    mbedtls_x509_crt_init(&chain);
    uint64_t seconds = 0;
    if (parse_pem(&chain, certificate)) {
        const mbedtls_x509_time *end = &chain.valid_to;
        char text[80];
        const int length = snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", end->year, end->mon, end->day,
                                    end->hour, end->min, end->sec);
        (void)gw_time_read(text, length > 0 ? (size_t)length : 0u, &seconds);
    }
    mbedtls_x509_crt_free(&chain);
    return seconds;
}

// ---- Signatures ----------------------------------------------------------------------------------------------------

static bool parse_public(mbedtls_pk_context *key, const char *pem)
{
    return mbedtls_pk_parse_public_key(key, (const unsigned char *)pem, strlen(pem) + 1u) == 0;
}

bool tls_is_public_key(const char *public_key)
{
    mbedtls_pk_context key;
    mbedtls_pk_init(&key);
    const bool is_good = parse_public(&key, public_key);
    mbedtls_pk_free(&key);
    return is_good;
}

bool tls_verify(const char *public_key, const uint8_t digest[TLS_DIGEST_SIZE], const uint8_t *signature, size_t length)
{
    mbedtls_pk_context key;
    mbedtls_pk_init(&key);
    const bool is_good = parse_public(&key, public_key)
        && mbedtls_pk_verify(&key, MBEDTLS_MD_SHA256, digest, TLS_DIGEST_SIZE, signature, length) == 0;
    mbedtls_pk_free(&key);
    return is_good;
}

bool tls_is_alert(int error)
{
    return error == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE || error == -MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE;
}
