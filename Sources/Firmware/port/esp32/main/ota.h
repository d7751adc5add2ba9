/// Updates: fetched over https into the slot that does not run, checked, started on trial.
///
/// Size, SHA-256 and signature are checked on what lies in flash, after the download and before the boot loader is told
/// of it. The new firmware is confirmed only when it has proved itself; until then any restart brings the old one back.
#ifndef OTA_H
#define OTA_H

#include "gw_hal.h"

/// Fills in the update of the hal.
void ota_open(struct gw_hal_update *update);

/// What the boot loader says of the firmware that runs.
enum gw_app_image ota_image(void);

#endif
