#pragma once
#define ESP_IDF_VERSION_VAL(major, minor, patch) (((major) << 16) | ((minor) << 8) | (patch))
#if CHECK_IDF == 6
#define ESP_IDF_VERSION ESP_IDF_VERSION_VAL(6, 0, 0)
#elif CHECK_IDF == 5
#define ESP_IDF_VERSION ESP_IDF_VERSION_VAL(5, 5, 0)
#else
#error "CHECK_IDF is 5 or 6"
#endif
