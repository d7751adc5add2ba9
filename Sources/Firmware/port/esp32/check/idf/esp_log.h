#pragma once
#include "esp_err.h"
void check_log(char level, const char *tag, const char *format, ...) __attribute__((format(printf, 3, 4)));
#define ESP_LOGE(tag, ...) check_log('E', tag, __VA_ARGS__)
#define ESP_LOGW(tag, ...) check_log('W', tag, __VA_ARGS__)
#define ESP_LOGI(tag, ...) check_log('I', tag, __VA_ARGS__)
#define ESP_LOGD(tag, ...) check_log('D', tag, __VA_ARGS__)
