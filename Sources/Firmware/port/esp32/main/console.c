#include "console.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "esp_app_desc.h"
#include "esp_console.h"
#include "esp_log.h"
#include "esp_system.h"
#include "gw/gw_time.h"
#include "sdkconfig.h"

#include "clock.h"
#include "console_input.h"
#include "kept.h"
#include "keys.h"
#include "network.h"
#include "settings_kept.h"
#include "words.h"

#define PEM_SIZE (GW_CMD_CERTIFICATE_MAX + 1u)
#define LINE_SIZE 384u

/// The exit status of a command that did not do what was wanted.
#define FAILED 1

static const char *const tag = "console";
static const struct gateway_config *config;
static struct settings draft;
static bool is_changed;

static int say(const char *text)
{
    (void)printf("%s\n", text);
    return FAILED;
}

// ---- Settings ------------------------------------------------------------------------------------------------------

/// wifi, broker, time, interval, line, slave, point: a line of the settings.
static int on_setting(int argc, char **argv)
{
    char line[LINE_SIZE];
    char reason[SETTINGS_REASON_MAX];
    struct words_text out = {.text = line, .size = sizeof line};
    for (int i = 0; i < argc; i++) {
        words_print(&out, i > 0 ? " " : "%s", "");
        words_quote(&out, argv[i]);
    }
    if (out.is_cut) {
        return say("the line is too long");
    }
    if (!settings_take(&draft, line, reason)) {
        return say(reason);
    }
    is_changed = true;
    return 0;
}

static int on_password(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    char password[66];
    (void)printf("the Wi-Fi's password (it is not shown), then Enter:\n");
    if (!console_read_line(password, sizeof password) || !settings_keep_password(password)) {
        return say("not kept: at most 64 bytes");
    }
    // A plain memset of what is not read any more would be left out.
    for (volatile char *at = password; at < password + sizeof password; at++) {
        *at = '\0';
    }
    (void)printf("kept; 'restart' uses it\n");
    return 0;
}

static int on_show(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    char *text = malloc(SETTINGS_TEXT_MAX);
    if (text == NULL || !settings_write(&draft, text, SETTINGS_TEXT_MAX)) {
        free(text);
        return say("memory is short");
    }
    (void)printf("%s%s", text, is_changed ? "# not saved yet: 'save'\n" : "");
    free(text);
    return 0;
}

static int on_save(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    char reason[SETTINGS_REASON_MAX];
    if (!settings_keep(&draft)) {
        return say("not saved: NVS is full or worn");
    }
    is_changed = false;
    if (settings_are_complete(&draft, network_needs_name(), reason)) {
        (void)printf("saved; 'restart' uses it\n");
    } else {
        (void)printf("saved, and not complete yet: %s\n", reason);
    }
    return 0;
}

// ---- Keys and certificates -----------------------------------------------------------------------------------------

static int on_request(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    static char request[1024];
    struct gw_hal_keys keys;
    if (gateway_is_running()) {
        return say("the gateway runs: its certificate is renewed by the command renew_certificate");
    }
    if (keys_not_after(GW_CERT_SLOT_A) > 0u || keys_not_after(GW_CERT_SLOT_B) > 0u) {
        return say("there is a certificate already: 'forget keys' first, if it is to go");
    }
    keys_open(&keys);
    if (keys.make_key(keys.context, GW_CERT_SLOT_A, config->mac, request, sizeof request) < 0) {
        return say("no key could be made: NVS is full or worn, or memory is short");
    }
    (void)printf("%sHave it signed, then 'paste certificate'. The key stays here.\n", request);
    return 0;
}

static bool paste_certificate(const char *pem)
{
    if (gateway_is_running()) {
        (void)printf("the gateway runs: its certificate is renewed by the command renew_certificate\n");
        return false;
    }
    // The clock is not known here, or only by its floor: expiry is judged once it is.
    const enum tls_fault fault = keys_store(GW_CERT_SLOT_A, config->mac, pem, 0u);
    if (fault != TLS_GOOD) {
        (void)printf("the certificate is %s\n", tls_explain(fault));
    }
    return fault == TLS_GOOD;
}

static int on_paste(int argc, char **argv)
{
    char *pem = malloc(PEM_SIZE);
    if (pem == NULL) {
        return say("memory is short");
    }
    (void)printf("paste it, then an empty line:\n");
    const char *what = argc == 2 ? argv[1] : "";
    bool is_good = console_read_pem(pem, PEM_SIZE) > 0u;
    if (!is_good) {
        (void)printf("no PEM from -----BEGIN to -----END came, or it is too long\n");
    } else if (strcmp(what, "ca") == 0) {
        is_good = keys_store_ca(pem);
    } else if (strcmp(what, "certificate") == 0) {
        is_good = paste_certificate(pem);
    } else if (strcmp(what, "update-key") == 0) {
        is_good = keys_store_update_key(pem);
    } else {
        is_good = false;
    }
    free(pem);
    (void)printf(is_good ? "kept\n" : "not kept: paste ca|certificate|update-key\n");
    return is_good ? 0 : FAILED;
}

static int on_forget(int argc, char **argv)
{
    const char *what = argc == 2 ? argv[1] : "";
    if (gateway_is_running() && strcmp(what, "settings") != 0) {
        return say("the gateway runs: 'forget settings' and 'restart' first");
    }
    bool is_good = false;
    if (strcmp(what, "settings") == 0) {
        is_good = settings_forget();
    } else if (strcmp(what, "keys") == 0) {
        is_good = keys_forget() && store_forget(config->store);
    } else if (strcmp(what, "everything") == 0) {
        is_good = kept_format() && store_forget(config->store);
    } else {
        return say("forget settings|keys|everything: what is in the queue stays");
    }
    (void)printf(is_good ? "forgotten\n" : "not forgotten: NVS or the flash refuses\n");
    return is_good ? 0 : FAILED;
}

// ---- Looking -------------------------------------------------------------------------------------------------------

static void print_slot(char name, enum gw_cert_slot slot)
{
    const uint64_t end = keys_not_after(slot);
    char text[GW_TIME_LENGTH + 1u] = "none";
    if (end > 0u && gw_time_write(end, text)) {
        text[GW_TIME_LENGTH] = '\0';
    }
    (void)printf("slot %c        %s%s\n", name, end > 0u ? "certificate until " : "", text);
}

static int on_status(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    char reason[SETTINGS_REASON_MAX];
    char *ca = keys_ca();
    char *update_key = keys_update_key();
    (void)printf("mac           %s\nfirmware      %.32s\nuptime        %u s\n", config->mac,
                 esp_app_get_description()->version,
                 (unsigned)(clock_now() / 1000u));
    (void)printf("gateway       %s\n", gateway_is_running() ? "runs" : "does not run");
    (void)printf("network       %s, lost %u times\n", network_is_up() ? "up" : "down", network_losses());
    (void)printf("heap          %u bytes free at the least\n", (unsigned)esp_get_minimum_free_heap_size());
    print_slot('A', GW_CERT_SLOT_A);
    print_slot('B', GW_CERT_SLOT_B);
    (void)printf("ca            %s\nupdate key    %s\n", ca != NULL ? "kept" : "none: 'paste ca'",
                 update_key != NULL ? "kept" : "none: updates are refused; 'paste update-key'");
    const bool is_complete = settings_are_complete(&draft, network_needs_name(), reason);
    (void)printf("settings      %s\n", is_complete ? "complete" : reason);
    free(ca);
    free(update_key);
    return 0;
}

static int on_restart(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    esp_restart();
    return 0;
}

// ---- The console itself --------------------------------------------------------------------------------------------

static const esp_console_cmd_t commands[] = {
    {.command = "status", .help = "What this gateway is and does", .func = on_status},
    {.command = "show", .help = "The settings, as lines that can be pasted into another gateway", .func = on_show},
    {.command = "wifi", .help = "wifi NAME: the network", .func = on_setting},
    {.command = "password", .help = "Asks for the Wi-Fi's password", .func = on_password},
    {.command = "broker", .help = "broker HOST [PORT]", .func = on_setting},
    {.command = "time", .help = "time HOST: the time server", .func = on_setting},
    {.command = "interval", .help = "interval SECONDS: between two poll cycles", .func = on_setting},
    {.command = "line", .help = "line SPEED [8N1|8E1|8O1|8N2]: the RS-485 line", .func = on_setting},
    {.command = "slave", .help = "slave ADDRESS [TIMEOUT_MS|none]", .func = on_setting},
    {.command = "point",
     .help = "point CODE UNIT SLAVE 40001|input:0 TYPE [order=ABCD] [scale=1] [offset=0] [bits=4-7]; point CODE none",
     .func = on_setting},
    {.command = "save", .help = "Keeps the settings", .func = on_save},
    {.command = "request", .help = "Makes a key and prints the signing request for it", .func = on_request},
    {.command = "paste", .help = "paste ca|certificate|update-key: then the PEM, then an empty line", .func = on_paste},
    {.command = "forget", .help = "forget settings|keys|everything", .func = on_forget},
    {.command = "restart", .help = "Restarts the board", .func = on_restart},
};

static esp_err_t open_console(esp_console_repl_t **repl)
{
    esp_console_repl_config_t wanted = ESP_CONSOLE_REPL_CONFIG_DEFAULT();
    wanted.prompt = "gateway>";
    wanted.task_stack_size = CONFIG_GW_CONSOLE_STACK;
    wanted.max_cmdline_length = LINE_SIZE;
#if defined(CONFIG_ESP_CONSOLE_USB_SERIAL_JTAG)
    const esp_console_dev_usb_serial_jtag_config_t device = ESP_CONSOLE_DEV_USB_SERIAL_JTAG_CONFIG_DEFAULT();
    return esp_console_new_repl_usb_serial_jtag(&device, &wanted, repl);
#else
    const esp_console_dev_uart_config_t device = ESP_CONSOLE_DEV_UART_CONFIG_DEFAULT();
    return esp_console_new_repl_uart(&device, &wanted, repl);
#endif
}

void console_start(const struct gateway_config *gateway)
{
    esp_console_repl_t *repl = NULL;
    config = gateway;
    draft = *gateway->settings;
    esp_err_t result = open_console(&repl);
    for (size_t i = 0; result == ESP_OK && i < sizeof commands / sizeof commands[0]; i++) {
        result = esp_console_cmd_register(&commands[i]);
    }
    if (result == ESP_OK) {
        result = esp_console_start_repl(repl);
    }
    if (result != ESP_OK) {
        ESP_LOGE(tag, "there is no console: %s", esp_err_to_name(result));
    }
}
