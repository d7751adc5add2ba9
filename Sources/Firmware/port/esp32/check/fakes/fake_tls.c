/// Keys and certificates that a person can read: tls.h without Mbed TLS. A certificate is
/// `-----BEGIN CERTIFICATE-----\nkey=K7 cn=… ca=TEST end=1900000000\n-----END CERTIFICATE-----\n`.
#include "tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "esp_random.h"
#include "world.h"

bool tls_start(void)
{
    return true;
}

size_t tls_make_key(uint8_t *key, size_t size)
{
    return (size_t)snprintf((char *)key, size, "K%u", (unsigned)(esp_random() % 100000u));
}

size_t tls_make_request(const uint8_t *key, size_t key_length, const char *common_name, char *request, size_t size)
{
    return (size_t)snprintf(request, size, "-----BEGIN CERTIFICATE REQUEST-----\nkey=%.*s cn=%s\n-----END CERTIFICATE REQUEST-----\n",
                            (int)key_length, (const char *)key, common_name);
}

static bool has(const char *pem, const char *name, const char *value)
{
    const char *at = strstr(pem, name);
    return at != NULL && strncmp(at + strlen(name), value, strlen(value)) == 0
        && strchr(" \n", at[strlen(name) + strlen(value)]) != NULL;
}

uint64_t tls_not_after(const char *certificate)
{
    const char *at = strstr(certificate, " end=");
    return at != NULL && strstr(certificate, "-----END CERTIFICATE-----") != NULL ? strtoull(at + 5, NULL, 10) : 0u;
}

enum tls_fault tls_judge(const char *certificate, const uint8_t *key, size_t key_length, const char *ca,
                         const char *common_name, uint64_t now_s)
{
    char text[64];
    (void)snprintf(text, sizeof text, "%.*s", (int)key_length, (const char *)key);
    const uint64_t end = tls_not_after(certificate);
    return end == 0u                              ? TLS_UNREADABLE
        : ca == NULL                              ? TLS_BAD_CA
        : !has(certificate, "key=", text)         ? TLS_WRONG_KEY
        : !has(certificate, "cn=", common_name)   ? TLS_WRONG_NAME
        : !has(certificate, "ca=", "TEST")        ? TLS_NOT_TRUSTED
        : now_s > end                             ? TLS_EXPIRED
                                                  : TLS_GOOD;
}

const char *tls_explain(enum tls_fault fault)
{
    static const char *const text[] = {"good", "unreadable", "bad ca", "for another key", "for another gateway", "not trusted",
                                       "not yet valid", "expired", "no memory"};
    return text[fault];
}

bool tls_is_public_key(const char *public_key)
{
    return strstr(public_key, "-----BEGIN PUBLIC KEY-----") == public_key;
}

bool tls_digest(tls_read_t *read, void *context, uint32_t length, uint8_t digest[TLS_DIGEST_SIZE])
{
    uint64_t sum = 0xcbf29ce484222325u;
    for (uint32_t at = 0; at < length; at++) {
        uint8_t byte = 0;
        if (!read(context, at, &byte, 1)) {
            return false;
        }
        sum = (sum ^ byte) * 0x100000001b3u;
    }
    for (unsigned i = 0; i < TLS_DIGEST_SIZE; i++) {
        digest[i] = (uint8_t)(sum >> (i % 8u * 8u));
    }
    return true;
}

/// A good signature is the digest twice.
bool tls_verify(const char *public_key, const uint8_t digest[TLS_DIGEST_SIZE], const uint8_t *signature, size_t length)
{
    return tls_is_public_key(public_key) && length == 2u * TLS_DIGEST_SIZE && memcmp(signature, digest, TLS_DIGEST_SIZE) == 0
        && memcmp(signature + TLS_DIGEST_SIZE, digest, TLS_DIGEST_SIZE) == 0;
}

bool tls_is_alert(int error)
{
    return error == -0x7780;
}
