#pragma once
#include <stddef.h>
#include <stdint.h>
#if CHECK_IDF == 6
#define MBEDTLS_VERSION_MAJOR 4
#else
#define MBEDTLS_VERSION_MAJOR 3
#endif
