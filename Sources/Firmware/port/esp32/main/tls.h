/// Keys, signing requests, certificates and signatures: the only file that knows Mbed TLS, 3 (ESP-IDF 5) and 4 with PSA
/// (ESP-IDF 6). Nothing of it appears here.
#ifndef TLS_H
#define TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// A buffer of this size holds the private key of a P-256 key pair in DER.
#define TLS_KEY_SIZE 256u

/// Bytes of a SHA-256.
#define TLS_DIGEST_SIZE 32u

/// Why a certificate is of no use.
enum tls_fault {
    TLS_GOOD,          ///< It is of use.
    TLS_UNREADABLE,    ///< It is no certificate in PEM.
    TLS_BAD_CA,        ///< The CA is no certificate in PEM, or is not there.
    TLS_WRONG_KEY,     ///< It is for another key than the one in the slot.
    TLS_WRONG_NAME,    ///< Its common name is not this gateway's MAC.
    TLS_NOT_TRUSTED,   ///< It does not lead to the CA.
    TLS_NOT_YET_VALID, ///< It is valid from a later moment on.
    TLS_EXPIRED,       ///< It is over.
    TLS_NO_MEMORY,     ///< There is not enough memory to look at it.
};

/// Once, before anything else. False if the library refuses.
bool tls_start(void);

/// Makes a P-256 key in DER. Its length, or 0.
///
/// The random numbers are as good as the chip's: with the radio off they need its noise source (app_main.c).
size_t tls_make_key(uint8_t *key, size_t size);

/// Writes a signing request in PEM for a key in DER, with the subject `CN=common_name`. Its length without the final
/// 0, or 0.
size_t tls_make_request(const uint8_t *key, size_t key_length, const char *common_name, char *request, size_t size);

/// Judges a certificate and its chain in PEM, as the broker will. `now_s` in seconds since 1970; 0: not known, and then
/// nothing is judged by it.
enum tls_fault tls_judge(const char *certificate, const uint8_t *key, size_t key_length, const char *ca,
                         const char *common_name, uint64_t now_s);

/// What a fault is and what to do, for people.
const char *tls_explain(enum tls_fault fault);

/// When the first certificate of a PEM ends, in seconds since 1970; 0 if there is none.
uint64_t tls_not_after(const char *certificate);

/// Whether a PEM is a public key that signatures can be checked with.
bool tls_is_public_key(const char *public_key);

/// Reads the next bytes to be hashed; false ends the hash without a result.
typedef bool tls_read_t(void *context, uint32_t offset, void *bytes, uint32_t length);

/// The SHA-256 of `length` bytes that `read` delivers.
bool tls_digest(tls_read_t *read, void *context, uint32_t length, uint8_t digest[TLS_DIGEST_SIZE]);

/// Whether `signature` is that of the SHA-256 `digest` by the owner of a public key in PEM: ECDSA in DER, or RSA by
/// PKCS #1 v1.5, as the key is.
bool tls_verify(const char *public_key, const uint8_t digest[TLS_DIGEST_SIZE], const uint8_t *signature, size_t length);

/// Whether an error number of the TLS library says that the peer sent a fatal alert: it was reached, and it refused.
bool tls_is_alert(int error);

#endif
