/// tls.c with a real Mbed TLS, against what OpenSSL made: see check.sh.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "esp_random.h"
#include "tls.h"

#define MAC "aa:bb:cc:dd:ee:ff"
#define FILE_SIZE 20000u

static unsigned passed;
static unsigned failed;

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        const bool is_true = (condition);                                                                              \
        passed += is_true ? 1u : 0u;                                                                                   \
        failed += is_true ? 0u : 1u;                                                                                   \
        if (!is_true) {                                                                                                \
            (void)printf("not true: %s\n", #condition);                                                                \
        }                                                                                                              \
    } while (0)

void esp_fill_random(void *bytes, size_t length)
{
    FILE *source = fopen("/dev/urandom", "r");
    if (source == NULL || fread(bytes, 1, length, source) != length) {
        abort();
    }
    (void)fclose(source);
}

/// A file in memory of its own, ended by a 0.
static size_t slurp(const char *name, char bytes[FILE_SIZE])
{
    FILE *file = fopen(name, "r");
    if (file == NULL) {
        perror(name);
        exit(2);
    }
    const size_t length = fread(bytes, 1, FILE_SIZE - 1u, file);
    bytes[length] = '\0';
    (void)fclose(file);
    return length;
}

static void spill(const char *name, const void *bytes, size_t length)
{
    FILE *file = fopen(name, "w");
    if (file == NULL || fwrite(bytes, 1, length, file) != length) {
        abort();
    }
    (void)fclose(file);
}

static int make(void)
{
    uint8_t key[TLS_KEY_SIZE];
    char request[1024];
    const size_t key_length = tls_make_key(key, sizeof key);
    const size_t length = tls_make_request(key, key_length, MAC, request, sizeof request);
    spill("device.key.der", key, key_length);
    spill("device.csr", request, length);
    return key_length > 0u && length > 0u ? 0 : 1;
}

static bool read_image(void *context, uint32_t offset, void *bytes, uint32_t length)
{
    memcpy(bytes, (const char *)context + offset, length);
    return true;
}

static enum tls_fault judge(const char *file, const char *name, uint64_t now_s)
{
    static char key[FILE_SIZE];
    static char ca[FILE_SIZE];
    static char certificate[FILE_SIZE];
    const size_t length = slurp("device.key.der", key);
    (void)slurp("ca.crt", ca);
    (void)slurp(file, certificate);
    return tls_judge(certificate, (const uint8_t *)key, length, ca, name, now_s);
}

static void certificates(uint64_t now_s)
{
    static char good[FILE_SIZE];
    static char ca[FILE_SIZE];
    uint8_t other[TLS_KEY_SIZE];
    CHECK(judge("good.crt", MAC, now_s) == TLS_GOOD);
    CHECK(judge("chain.crt", MAC, now_s) == TLS_GOOD);
    CHECK(judge("device.csr", MAC, now_s) == TLS_UNREADABLE);
    CHECK(judge("good.crt", "aa:bb:cc:dd:ee:fe", now_s) == TLS_WRONG_NAME);
    CHECK(judge("other-name.crt", MAC, now_s) == TLS_WRONG_NAME);
    CHECK(judge("two-names.crt", MAC, now_s) == TLS_WRONG_NAME);
    CHECK(judge("other-ca.crt", MAC, now_s) == TLS_NOT_TRUSTED);
    CHECK(judge("expired.crt", MAC, now_s) == TLS_EXPIRED);
    CHECK(judge("future.crt", MAC, now_s) == TLS_NOT_YET_VALID);
    CHECK(judge("expired.crt", MAC, 0) == TLS_GOOD); // the time is not known
    (void)slurp("good.crt", good);
    (void)slurp("ca.crt", ca);
    const size_t length = tls_make_key(other, sizeof other);
    CHECK(tls_judge(good, other, length, ca, MAC, now_s) == TLS_WRONG_KEY);
    CHECK(tls_judge(good, other, length, NULL, MAC, now_s) == TLS_BAD_CA);
    CHECK(tls_not_after(good) > now_s && tls_not_after(good) <= now_s + 3650u * 86400u + 60u);
    CHECK(tls_not_after("hello") == 0u);
}

static void signatures(void)
{
    static char image[FILE_SIZE];
    static char sum[FILE_SIZE];
    static char ec[FILE_SIZE];
    static char rsa[FILE_SIZE];
    static char signature[FILE_SIZE];
    uint8_t digest[TLS_DIGEST_SIZE];
    char hex[2u * TLS_DIGEST_SIZE + 1u];
    const size_t size = slurp("image.bin", image);
    (void)slurp("image.sha256", sum);
    (void)slurp("ec.pub", ec);
    (void)slurp("rsa.pub", rsa);
    CHECK(tls_digest(read_image, image, (uint32_t)size, digest));
    for (unsigned i = 0; i < TLS_DIGEST_SIZE; i++) {
        (void)snprintf(hex + 2u * i, 3, "%02x", digest[i]);
    }
    CHECK(strncmp(hex, sum, sizeof hex - 1u) == 0);
    CHECK(tls_is_public_key(ec) && tls_is_public_key(rsa) && !tls_is_public_key("hello"));
    size_t length = slurp("image.ec", signature);
    CHECK(tls_verify(ec, digest, (const uint8_t *)signature, length));
    CHECK(!tls_verify(rsa, digest, (const uint8_t *)signature, length));
    signature[10] ^= 1;
    CHECK(!tls_verify(ec, digest, (const uint8_t *)signature, length));
    length = slurp("image.rsa", signature);
    CHECK(tls_verify(rsa, digest, (const uint8_t *)signature, length));
    digest[0] ^= 1u;
    CHECK(!tls_verify(rsa, digest, (const uint8_t *)signature, length));
    CHECK(tls_is_alert(-0x7780) && !tls_is_alert(-0x2700) && !tls_is_alert(0));
}

int main(int count, char **argument)
{
    if (!tls_start()) {
        return 1;
    }
    if (count == 2 && strcmp(argument[1], "make") == 0) {
        return make();
    }
    certificates(count == 2 ? strtoull(argument[1], NULL, 10) : 0u);
    signatures();
    (void)printf("%u of %u checks\n", passed, passed + failed);
    return failed == 0u ? 0 : 1;
}
