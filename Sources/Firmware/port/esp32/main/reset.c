#include "reset.h"

#include "esp_system.h"

enum gw_app_reset reset_reason(void)
{
    switch (esp_reset_reason()) {
    case ESP_RST_POWERON: return GW_APP_RESET_POWER;
    case ESP_RST_BROWNOUT: return GW_APP_RESET_BROWN_OUT;
    case ESP_RST_PWR_GLITCH: return GW_APP_RESET_BROWN_OUT;
    case ESP_RST_INT_WDT: return GW_APP_RESET_WATCHDOG;
    case ESP_RST_TASK_WDT: return GW_APP_RESET_WATCHDOG;
    case ESP_RST_WDT: return GW_APP_RESET_WATCHDOG;
    case ESP_RST_PANIC: return GW_APP_RESET_PANIC;
    case ESP_RST_CPU_LOCKUP: return GW_APP_RESET_PANIC;
    case ESP_RST_SW: return GW_APP_RESET_REQUESTED;
    default: return GW_APP_RESET_UNKNOWN; // external pin, JTAG, USB, SDIO, deep sleep, eFuse: nobody's fault
    }
}
