/// Settings in NVS, with the number of their schema.
///
/// Each schema has a name of its own there. A newer firmware reads the newest text that it knows, changes it step by
/// step into its own schema and keeps that beside the older one: so a firmware that was rolled back finds what it left.
#ifndef SETTINGS_KEPT_H
#define SETTINGS_KEPT_H

#include "settings.h"

/// The schema of this firmware.
#define SETTINGS_SCHEMA 2u

/// Reads what is kept. False if nothing is, or if it is not good; `reason` says which, and nothing is erased.
bool settings_load(struct settings *settings, char reason[SETTINGS_REASON_MAX]);

/// Keeps them. False if they do not fit, or NVS refuses.
bool settings_keep(const struct settings *settings);

/// Forgets them, of all schemas.
bool settings_forget(void);

/// The password of the Wi-Fi, kept apart and never shown: NULL if there is none; else to be freed.
char *settings_password(void);

/// Keeps the password; at most 64 bytes.
bool settings_keep_password(const char *password);

#endif
