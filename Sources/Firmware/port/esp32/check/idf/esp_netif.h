#pragma once
#include "esp_event.h"
typedef struct esp_netif_obj esp_netif_t;
typedef struct {
    int base;
} esp_netif_config_t;
typedef struct {
    uint32_t addr;
} esp_ip4_addr_t;
typedef struct {
    esp_ip4_addr_t ip;
    esp_ip4_addr_t netmask;
    esp_ip4_addr_t gw;
} esp_netif_ip_info_t;
typedef struct {
    esp_netif_t *esp_netif;
    esp_netif_ip_info_t ip_info;
    bool ip_changed;
} ip_event_got_ip_t;
typedef enum {
    IP_EVENT_STA_GOT_IP, IP_EVENT_STA_LOST_IP, IP_EVENT_AP_STAIPASSIGNED, IP_EVENT_GOT_IP6, IP_EVENT_ETH_GOT_IP, IP_EVENT_ETH_LOST_IP,
} ip_event_t;
extern esp_event_base_t const IP_EVENT;
#define IPSTR "%d.%d.%d.%d"
#define IP2STR(address) (int)((address)->addr & 0xFFu), (int)(((address)->addr >> 8) & 0xFFu), (int)(((address)->addr >> 16) & 0xFFu), (int)((address)->addr >> 24)
#define ESP_NETIF_DEFAULT_ETH() {.base = 2}
esp_err_t esp_netif_init(void);
esp_netif_t *esp_netif_new(const esp_netif_config_t *config);
esp_err_t esp_netif_attach(esp_netif_t *interface, void *driver);
esp_netif_t *esp_netif_create_default_wifi_sta(void);
