/// What went wrong on the way to the broker, for people: by phase, with what to do.
#ifndef LINK_ERROR_H
#define LINK_ERROR_H

#include <stdbool.h>

#include "mqtt_client.h"

/// Writes a line about an error of the client. True if the broker was reached and refused this gateway itself, so that
/// trying again with the same certificate is of no use.
bool link_error_log(const esp_mqtt_error_codes_t *error, const char *broker);

#endif
