// libmosquitto as Swift sees it, and what its driving thread needs that Swift's Glibc module leaves out:
// the eventfd by which it is woken, and its name (prctl is variadic, and such functions are not imported).
#pragma once
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

static inline void cmosquitto_name_thread(const char *name) {
    prctl(PR_SET_NAME, name);
}
