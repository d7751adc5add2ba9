/// Wi-Fi that joins after a second, a time server, the console, the MAC.
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "bootloader_random.h"
#include "esp_console.h"
#include "esp_mac.h"
#include "esp_netif.h"
#include "esp_netif_sntp.h"
#include "esp_wifi.h"
#include "world.h"

esp_event_base_t const IP_EVENT = "IP_EVENT";
esp_event_base_t const WIFI_EVENT = "WIFI_EVENT";

static esp_event_handler_t on_ip[8];
static esp_event_handler_t on_wifi;
static uint64_t joins_us;
static uint64_t syncs_us;
static esp_sntp_time_cb_t on_sync;

esp_err_t esp_read_mac(uint8_t *mac, esp_mac_type_t type)
{
    static const uint8_t address[] = {0xA0, 0xB1, 0xC2, 0xD3, 0xE4, 0xF5};
    CHECK(type == ESP_MAC_EFUSE_FACTORY);
    memcpy(mac, address, sizeof address);
    return ESP_OK;
}

esp_err_t esp_netif_init(void)
{
    return ESP_OK;
}

esp_err_t esp_event_loop_create_default(void)
{
    return ESP_OK;
}

esp_netif_t *esp_netif_create_default_wifi_sta(void)
{
    static int interface;
    return (esp_netif_t *)&interface;
}

esp_err_t esp_event_handler_register(esp_event_base_t base, int32_t id, esp_event_handler_t handler, void *argument)
{
    CHECK(argument == NULL);
    if (base == IP_EVENT) {
        CHECK(id >= 0 && id < 8);
        on_ip[id] = handler;
    } else {
        on_wifi = handler;
    }
    return ESP_OK;
}

esp_err_t esp_wifi_init(const wifi_init_config_t *config)
{
    return config != NULL ? ESP_OK : ESP_FAIL;
}

esp_err_t esp_wifi_set_storage(wifi_storage_t storage)
{
    CHECK(storage == WIFI_STORAGE_RAM);
    return ESP_OK;
}

esp_err_t esp_wifi_set_mode(wifi_mode_t mode)
{
    CHECK(mode == WIFI_MODE_STA);
    return ESP_OK;
}

esp_err_t esp_wifi_set_config(wifi_interface_t interface, wifi_config_t *config)
{
    CHECK(interface == WIFI_IF_STA && memcmp(config->sta.ssid, "Usina 3", 8) == 0);
    CHECK(memcmp(config->sta.password, "segredo", 8) == 0);
    return ESP_OK;
}

esp_err_t esp_wifi_start(void)
{
    on_wifi(NULL, WIFI_EVENT, WIFI_EVENT_STA_START, NULL);
    return ESP_OK;
}

esp_err_t esp_wifi_connect(void)
{
    if (world->wifi_refusals > 0u) {
        world->wifi_refusals--;
        return ESP_FAIL;
    }
    joins_us = world->now_us + 1000000u;
    return ESP_OK;
}

esp_err_t esp_netif_sntp_init(const esp_sntp_config_t *config)
{
    CHECK(config->num_of_servers == 1u && strcmp(config->servers[0], "pool.ntp.org") == 0);
    on_sync = config->sync_cb;
    syncs_us = world->now_us + 2000000u;
    return ESP_OK;
}

static void synchronise(void)
{
    struct timeval time = {.tv_sec = (time_t)(WORLD_EPOCH + world->time_server_lie_s + (int64_t)(world->now_us / 1000000u))};
    (void)settimeofday(&time, NULL);
    on_sync(&time);
}

void fake_network_step(void)
{
    if (joins_us != 0u && joins_us <= world->now_us) {
        ip_event_got_ip_t got = {.ip_info.ip.addr = 0x0A00A8C0u};
        joins_us = 0;
        on_ip[IP_EVENT_STA_GOT_IP](NULL, IP_EVENT, IP_EVENT_STA_GOT_IP, &got);
    }
    if (syncs_us != 0u && syncs_us <= world->now_us) {
        syncs_us = world->now_us + 60000000u;
        if (world->time_server_answers) {
            synchronise();
        }
    }
}

void world_lose_wifi(void);
void world_lose_wifi(void)
{
    wifi_event_sta_disconnected_t gone = {.reason = WIFI_REASON_BEACON_TIMEOUT};
    on_ip[IP_EVENT_STA_LOST_IP](NULL, IP_EVENT, IP_EVENT_STA_LOST_IP, NULL);
    on_wifi(NULL, WIFI_EVENT, WIFI_EVENT_STA_DISCONNECTED, &gone);
}

uint64_t fake_line_next_us(void);
uint64_t fake_broker_next_us(void);

uint64_t fake_next_us(void)
{
    const uint64_t of[] = {fake_line_next_us(), fake_broker_next_us(), joins_us != 0u ? joins_us : UINT64_MAX,
                           syncs_us != 0u ? syncs_us : UINT64_MAX};
    uint64_t next = UINT64_MAX;
    for (unsigned i = 0; i < 4u; i++) {
        next = of[i] > world->now_us && of[i] < next ? of[i] : next;
    }
    return next;
}

// ---- The console ---------------------------------------------------------------------------------------------------

struct esp_console_repl_s {
    int unused;
};

static const esp_console_cmd_t *commands[32];
static unsigned command_count;
static char typed[20000];

#if defined(CONFIG_ESP_CONSOLE_USB_SERIAL_JTAG)
esp_err_t esp_console_new_repl_usb_serial_jtag(const esp_console_dev_usb_serial_jtag_config_t *device, const esp_console_repl_config_t *wanted, esp_console_repl_t **repl)
#else
esp_err_t esp_console_new_repl_uart(const esp_console_dev_uart_config_t *device, const esp_console_repl_config_t *wanted, esp_console_repl_t **repl)
#endif
{
    static struct esp_console_repl_s made;
    CHECK(device != NULL && wanted->task_stack_size >= 6144u && wanted->max_cmdline_length >= 256u);
    *repl = &made;
    return ESP_OK;
}

esp_err_t esp_console_cmd_register(const esp_console_cmd_t *command)
{
    commands[command_count++] = command;
    return ESP_OK;
}

esp_err_t esp_console_start_repl(esp_console_repl_t *repl)
{
    return repl != NULL ? ESP_OK : ESP_FAIL;
}

void world_type(const char *text)
{
    (void)snprintf(typed, sizeof typed, "%s", text);
}

int world_console(const char *line)
{
    char copy[512];
    char *words[16];
    int count = 0;
    (void)snprintf(copy, sizeof copy, "%s", line);
    for (char *at = copy; *at != '\0' && count < 16;) {
        const char stop = *at == '"' ? '"' : ' ';
        at += stop == '"' ? 1 : 0;
        words[count++] = at;
        at += strcspn(at, stop == '"' ? "\"" : " ");
        while (*at == stop || *at == ' ') {
            *at++ = '\0';
        }
    }
    FILE *in = typed[0] != '\0' ? fmemopen(typed, strlen(typed), "r") : NULL;
    FILE *real_in = stdin;
    FILE *real_out = stdout;
    memset(world->console_out, 0, sizeof world->console_out);
    (void)fflush(stdout);
    stdin = in != NULL ? in : stdin;
    stdout = fmemopen(world->console_out, sizeof world->console_out - 1u, "w");
    int status = -1;
    for (unsigned i = 0; i < command_count; i++) {
        if (strcmp(commands[i]->command, words[0]) == 0) {
            status = commands[i]->func(count, words);
        }
    }
    (void)fclose(stdout);
    stdout = real_out;
    stdin = real_in;
    if (in != NULL) {
        (void)fclose(in);
    }
    typed[0] = '\0';
    return status;
}
