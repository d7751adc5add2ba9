#include "posix.h"

#include <errno.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void state_path(const struct configuration *configuration, const char *name, char path[PATH_LENGTH])
{
    snprintf(path, PATH_LENGTH, "%.490s/%s", configuration->state, name);
}

void slot_path(const struct configuration *configuration, enum gw_cert_slot slot, const char *kind,
               char path[PATH_LENGTH])
{
    char name[16];
    snprintf(name, sizeof name, "slot-%c.%s", slot == GW_CERT_SLOT_A ? 'a' : 'b', kind);
    state_path(configuration, name, path);
}

/// Writes a file that is whole or not there, and readable by this user only.
static bool write_whole(const char *path, const void *bytes, size_t length)
{
    char draft[PATH_LENGTH + 8];
    snprintf(draft, sizeof draft, "%s.new", path);
    const mode_t mask = umask(0077);
    FILE *file = fopen(draft, "w");
    (void)umask(mask);
    if (file == NULL) {
        return false;
    }
    const bool is_written = fwrite(bytes, 1, length, file) == length && fflush(file) == 0 && fsync(fileno(file)) == 0;
    return fclose(file) == 0 && is_written && rename(draft, path) == 0;
}

// ---- The key and its request ---------------------------------------------------------------------------------------

/// A request for a key, signed with it.
static bool write_request(EVP_PKEY *key, const char *common_name, BIO *out)
{
    X509_REQ *request = X509_REQ_new();
    X509_NAME *name = X509_NAME_new();
    const bool is_made =
        request != NULL && name != NULL
        && X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)common_name, -1, -1, 0) == 1
        && X509_REQ_set_subject_name(request, name) == 1 && X509_REQ_set_pubkey(request, key) == 1
        && X509_REQ_sign(request, key, EVP_sha256()) > 0 && PEM_write_bio_X509_REQ(out, request) == 1;
    X509_NAME_free(name);
    X509_REQ_free(request);
    return is_made;
}

static int32_t make_key(void *context, enum gw_cert_slot slot, const char *common_name, char *request, uint32_t size)
{
    const struct configuration *configuration = context;
    char path[PATH_LENGTH];
    int32_t length = -1;
    EVP_PKEY *key = EVP_EC_gen("P-256");
    BIO *key_text = BIO_new(BIO_s_mem());
    BIO *request_text = BIO_new(BIO_s_mem());
    BUF_MEM *key_bytes = NULL;
    BUF_MEM *request_bytes = NULL;
    if (key != NULL && PEM_write_bio_PrivateKey(key_text, key, NULL, NULL, 0, NULL, NULL) == 1
        && write_request(key, common_name, request_text)) {
        BIO_get_mem_ptr(key_text, &key_bytes);
        BIO_get_mem_ptr(request_text, &request_bytes);
        // The certificate of the key before has no key any more: it goes first.
        slot_path(configuration, slot, "crt", path);
        const bool is_gone = unlink(path) == 0 || errno == ENOENT;
        slot_path(configuration, slot, "key", path);
        if (is_gone && request_bytes->length < size && write_whole(path, key_bytes->data, key_bytes->length)) {
            memcpy(request, request_bytes->data, request_bytes->length);
            request[request_bytes->length] = '\0';
            length = (int32_t)request_bytes->length;
        }
    }
    BIO_free(key_text);
    BIO_free(request_text);
    EVP_PKEY_free(key);
    return length;
}

// ---- The certificate -----------------------------------------------------------------------------------------------

/// Whether a certificate and its chain lead to the CA, at a moment (0: not judged).
static bool leads_to_ca(const struct configuration *configuration, X509 *certificate, STACK_OF(X509) *chain,
                        uint64_t now_s)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *check = X509_STORE_CTX_new();
    bool is_good = store != NULL && check != NULL && X509_STORE_load_file(store, configuration->ca) == 1
                   && X509_STORE_CTX_init(check, store, certificate, chain) == 1;
    if (is_good) {
        X509_VERIFY_PARAM *how = X509_STORE_CTX_get0_param(check);
        if (now_s == 0u) {
            X509_VERIFY_PARAM_set_flags(how, X509_V_FLAG_NO_CHECK_TIME);
        } else {
            X509_VERIFY_PARAM_set_time(how, (time_t)now_s);
        }
        is_good = X509_verify_cert(check) == 1;
    }
    X509_STORE_CTX_free(check);
    X509_STORE_free(store);
    return is_good;
}

static bool has_name(X509 *certificate, const char *common_name)
{
    char name[64] = "";
    const int length = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
    return length == (int)strlen(common_name) && strcmp(name, common_name) == 0;
}

/// Whether a certificate is for the key in a slot.
static bool fits_key(const struct configuration *configuration, enum gw_cert_slot slot, X509 *certificate)
{
    char path[PATH_LENGTH];
    slot_path(configuration, slot, "key", path);
    BIO *file = BIO_new_file(path, "r");
    EVP_PKEY *key = file != NULL ? PEM_read_bio_PrivateKey(file, NULL, NULL, NULL) : NULL;
    const bool fits = key != NULL && X509_check_private_key(certificate, key) == 1;
    EVP_PKEY_free(key);
    BIO_free(file);
    return fits;
}

static bool store(void *context, enum gw_cert_slot slot, const char *common_name, const char *pem, uint64_t now_s)
{
    const struct configuration *configuration = context;
    char path[PATH_LENGTH];
    BIO *text = BIO_new_mem_buf(pem, -1);
    X509 *certificate = text != NULL ? PEM_read_bio_X509(text, NULL, NULL, NULL) : NULL;
    STACK_OF(X509) *chain = sk_X509_new_null();
    for (X509 *next = NULL; certificate != NULL && (next = PEM_read_bio_X509(text, NULL, NULL, NULL)) != NULL;) {
        sk_X509_push(chain, next);
    }
    slot_path(configuration, slot, "crt", path);
    const bool is_stored = certificate != NULL && has_name(certificate, common_name)
                           && fits_key(configuration, slot, certificate)
                           && leads_to_ca(configuration, certificate, chain, now_s)
                           && write_whole(path, pem, strlen(pem));
    sk_X509_pop_free(chain, X509_free);
    X509_free(certificate);
    BIO_free(text);
    ERR_clear_error(); // the end of the chain is an error to the reader of PEM
    return is_stored;
}

static uint64_t not_after(void *context, enum gw_cert_slot slot)
{
    char path[PATH_LENGTH];
    struct tm end;
    uint64_t seconds = 0;
    slot_path(context, slot, "crt", path);
    BIO *file = BIO_new_file(path, "r");
    X509 *certificate = file != NULL ? PEM_read_bio_X509(file, NULL, NULL, NULL) : NULL;
    if (certificate != NULL && ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) == 1) {
        const time_t moment = timegm(&end);
        seconds = moment > 0 ? (uint64_t)moment : 0u;
    }
    X509_free(certificate);
    BIO_free(file);
    return seconds;
}

struct gw_hal_keys key_slots_make(const struct configuration *configuration)
{
    return (struct gw_hal_keys){
        .context = (void *)configuration, .make_key = make_key, .store = store, .not_after = not_after};
}
