#include "link_error.h"

#include "esp_log.h"
#include "esp_tls.h"

#include "tls.h"

static const char *const tag = "link";

/// Reasons of a CONNACK that concern who this is (MQTT 5 §3.2.2.2); all others may pass.
static bool is_about_identity(int reason)
{
    return reason == 0x85 || reason == 0x86 || reason == 0x87 || reason == 0x8A || reason == 0x8C;
}

bool link_error_log(const esp_mqtt_error_codes_t *error, const char *broker)
{
    if (error->error_type == MQTT_ERROR_TYPE_CONNECTION_REFUSED) {
        const int reason = (int)error->connect_return_code;
        ESP_LOGE(tag, "refused: %s answers with reason %d: its ACL, its plugin or another client of this name", broker,
                 reason);
        return is_about_identity(reason);
    }
    if (error->error_type != MQTT_ERROR_TYPE_TCP_TRANSPORT) {
        return false;
    }
    if (error->esp_tls_last_esp_err == ESP_ERR_ESP_TLS_CANNOT_RESOLVE_HOSTNAME) {
        ESP_LOGE(tag, "name: %s is not found: its spelling, or the network's DNS", broker);
    } else if (error->esp_tls_cert_verify_flags != 0) {
        ESP_LOGE(tag, "handshake: the certificate of %s is not good (flags 0x%x): the CA, its name, or the clock",
                 broker, (unsigned)error->esp_tls_cert_verify_flags);
    } else if (tls_is_alert(error->esp_tls_stack_err)) {
        ESP_LOGE(tag, "handshake: %s refuses our certificate: revoked, expired, or of another CA", broker);
        return true;
    } else if (error->esp_tls_last_esp_err == ESP_ERR_MBEDTLS_SSL_HANDSHAKE_FAILED) {
        ESP_LOGE(tag, "handshake: failed (-0x%x): the port of %s may not be TLS", (unsigned)-error->esp_tls_stack_err,
                 broker);
    } else if (error->esp_tls_last_esp_err == ESP_ERR_ESP_TLS_FAILED_CONNECT_TO_HOST
               || error->esp_tls_last_esp_err == ESP_ERR_ESP_TLS_CONNECTION_TIMEOUT) {
        ESP_LOGE(tag, "tcp: %s does not answer (errno %d): the port, a firewall, or the network", broker,
                 error->esp_transport_sock_errno);
    } else {
        ESP_LOGW(tag, "lost: the connection to %s is gone (%s, errno %d)", broker,
                 esp_err_to_name(error->esp_tls_last_esp_err), error->esp_transport_sock_errno);
    }
    return false;
}
