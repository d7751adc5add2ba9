#include "settings_kept.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "esp_log.h"

#include "kept.h"
#include "words.h"

#define NAME_SIZE 16u
#define PASSWORD_MAX 64u

static const char *const tag = "settings";
static const char *const password_name = "wifi_password";

static void name_of(uint8_t schema, char name[NAME_SIZE])
{
    (void)snprintf(name, NAME_SIZE, "settings%u", schema);
}

/// The newest text that this firmware knows, to be freed; NULL if there is none.
static char *read_newest(uint8_t *schema)
{
    char name[NAME_SIZE];
    char *text = NULL;
    for (*schema = SETTINGS_SCHEMA; *schema > 0u && text == NULL; (*schema)--) {
        name_of(*schema, name);
        text = kept_read_text(name);
    }
    (*schema)++;
    return text;
}

// ---- From one schema to the next -----------------------------------------------------------------------------------

/// 1 to 2: the time server's word was `ntp` and is `time`.
static void to_schema_2(const char *line, int length, struct words_text *out)
{
    static const char before[] = "ntp ";
    const int skipped = strncmp(line, before, sizeof before - 1u) == 0 ? (int)sizeof before - 1 : 0;
    words_print(out, "%s%.*s\n", skipped > 0 ? "time " : "", length - skipped, line + skipped);
}

/// One for each schema but the first: how a line of the one before becomes a line of it.
static void (*const step[])(const char *line, int length, struct words_text *out) = {to_schema_2};
_Static_assert(sizeof step / sizeof step[0] == SETTINGS_SCHEMA - 1u, "each schema needs the step that leads to it");

/// The text in the schema after `schema`, to be freed; `text` is freed. NULL if memory is short or it grew too long.
static char *migrate(char *text, uint8_t schema)
{
    char *next = malloc(SETTINGS_TEXT_MAX);
    struct words_text out = {.text = next, .size = SETTINGS_TEXT_MAX, .is_cut = next == NULL};
    for (const char *at = text; *at != '\0' && !out.is_cut;) {
        const size_t length = strcspn(at, "\n");
        step[schema - 1u](at, (int)length, &out);
        at += length + (at[length] == '\n' ? 1u : 0u);
    }
    free(text);
    if (out.is_cut) {
        free(next);
        next = NULL;
    }
    return next;
}

bool settings_load(struct settings *settings, char reason[SETTINGS_REASON_MAX])
{
    uint8_t kept = 0;
    char *text = read_newest(&kept);
    settings_clear(settings);
    if (text == NULL) {
        (void)snprintf(reason, SETTINGS_REASON_MAX, "nothing is set up yet: 'help'");
        return false;
    }
    for (uint8_t schema = kept; schema < SETTINGS_SCHEMA && text != NULL; schema++) {
        text = migrate(text, schema);
    }
    const bool is_good = text != NULL && settings_read(settings, text, reason);
    if (text == NULL) {
        (void)snprintf(reason, SETTINGS_REASON_MAX,
                       "the settings of an earlier firmware are too long: 'save' them anew");
    }
    free(text);
    // The text that it was made of stays: a firmware that is rolled back to reads that one.
    if (is_good && kept < SETTINGS_SCHEMA && settings_keep(settings)) {
        ESP_LOGI(tag, "settings of schema %u became schema %u", kept, SETTINGS_SCHEMA);
    }
    return is_good;
}

bool settings_keep(const struct settings *settings)
{
    char name[NAME_SIZE];
    char *text = malloc(SETTINGS_TEXT_MAX);
    name_of(SETTINGS_SCHEMA, name);
    const bool is_good = text != NULL && settings_write(settings, text, SETTINGS_TEXT_MAX)
        && kept_write(name, text, strlen(text));
    free(text);
    if (!is_good) {
        ESP_LOGE(tag, "the settings could not be kept: NVS is full or worn, or memory is short");
    }
    return is_good;
}

bool settings_forget(void)
{
    char name[NAME_SIZE];
    bool is_good = kept_erase(password_name);
    for (uint8_t schema = 1; schema <= SETTINGS_SCHEMA; schema++) {
        name_of(schema, name);
        is_good = kept_erase(name) && is_good;
    }
    return is_good;
}

char *settings_password(void)
{
    return kept_read_text(password_name);
}

bool settings_keep_password(const char *password)
{
    return strlen(password) <= PASSWORD_MAX && kept_write(password_name, password, strlen(password));
}
