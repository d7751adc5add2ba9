/// The world around the firmware, on a PC: a board whose flash outlives its boots, meters on the line, a broker, an
/// update server. Time is virtual; each boot is a process of its own, so that nothing but flash is carried over.
#ifndef WORLD_H
#define WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define WORLD_MAC "a0:b1:c2:d3:e4:f5"
#define WORLD_BUILD 1790000000u  ///< GW_BUILD_SECONDS of the tests.
#define WORLD_EPOCH 1800000000u  ///< What the time server says at time 0 of the world.

enum world_broker { BROKER_UP, BROKER_DOWN, BROKER_SILENT, BROKER_NO_NAME };
enum world_image { IMAGE_UNDEFINED, IMAGE_NEW, IMAGE_PENDING, IMAGE_VALID, IMAGE_ABORTED };

struct world_message {
    char topic[80];
    char bytes[1600];
    int retain;
    uint8_t reason; ///< With which it is acknowledged.
    uint64_t at_ms;
};

/// What outlives a boot, and what the tests look at: in memory that all processes share.
struct world {
    uint64_t now_us;       ///< Since the world began; the board's own clock begins at 0 with each boot.
    uint64_t boot_us;
    unsigned boots;
    int reset_reason;
    // NVS
    struct {
        char key[16];
        size_t length; ///< 0 for a free place
        uint8_t bytes[17000];
    } nvs[24];
    bool nvs_is_broken;
    // Flash
    uint8_t flash[0x400000];
    uint32_t erases;
    bool flash_fails;
    bool queue_is_encrypted;
    // Boot loader
    int slot;
    enum world_image image[2];
    // Line
    bool is_dead[248];
    unsigned requests;
    bool uart_is_stuck;
    bool has_foreign_bytes; ///< Noise before each answer.
    int uart_baud;
    int uart_parity;
    int uart_stop_bits;
    int uart_mode;
    int uart_pins[3];
    int pulled_up;             ///< The pin that is.
    unsigned uart_installs;
    // Network and time
    bool time_server_answers;
    unsigned wifi_refusals;    ///< So many attempts to join do not even begin.
    int64_t time_server_lie_s; ///< Added to what it says.
    // Broker
    enum world_broker broker;
    char refused[256];         ///< A certificate with this in it is refused by an alert; empty for none.
    uint8_t reason;            ///< Of every PUBACK.
    bool acknowledges;         ///< Whether it sends PUBACKs at all.
    bool has_late_news;        ///< An event of the client before comes when the next one has started.
    bool client_is_full;       ///< The client takes no message.
    bool deletes;              ///< The client gives each message up after 90 s, as its outbox does.
    size_t cut_after;          ///< Bytes of a command after which nothing more comes; 0 for all of it.
    unsigned client_refusals;
    unsigned connects;
    unsigned attempts;
    unsigned clients;          ///< That exist now.
    unsigned subscriptions;
    struct world_message messages[400];
    unsigned message_count;
    char will_topic[80];
    char will[128];
    char client_id[32];
    char last_certificate[1024];
    int retransmit_ms;
    bool auto_reconnect_is_off;
    bool checks_host;
    // Update server
    uint8_t server_image[0x20000];
    uint32_t server_size;
    char server_project[32];
    bool server_answers;
    uint32_t server_stops_at; ///< Bytes after which the connection is lost; 0 for never.
    unsigned fetches;
    // Watchdog
    unsigned watchdog_feeds;
    uint64_t watchdog_at_us;
    uint64_t watchdog_longest_us; ///< The longest time between two feeds.
    bool is_watched;
    // Log and console
    char log[200000];
    size_t log_length;
    char console_out[20000];
    size_t console_out_length;
};

extern struct world *world;

/// How a boot ended.
enum world_end { END_POWER = 40, END_RESTART = 41, END_ROLLBACK = 42, END_HUNG = 43 };

/// A blank board in an empty world.
void world_reset(void);

/// Starts the board, runs `script` in it, and says how it ended: END_POWER if the script came to its end.
enum world_end world_boot(void (*script)(void));

/// In a script: lets time go by, with everything that happens in it.
void world_run(uint32_t milliseconds);

/// In a script: as above, until `is_done`, at most for so long. False if it was not.
bool world_run_until(bool (*is_done)(void), uint32_t at_most_ms);

/// In a script: a line on the console; its exit status.
int world_console(const char *line);

/// What the console will read after the next command.
void world_type(const char *text);

/// In a script: the broker sends a command, in pieces of `piece` bytes.
void world_send_command(const char *type, const char *bytes, size_t piece);

/// In a script: a message of the broker on another topic level than commands/TYPE.
void world_break_connection(void);

/// The first byte of the key that the last client was given.
char world_key_in_memory(void);

/// How many messages were published on a topic that ends in `ending`, and the last of them.
unsigned world_count(const char *ending);
const struct world_message *world_last(const char *ending);

/// Whether the log or the console said this.
bool world_logged(const char *text);
bool world_said(const char *text);

// What the fakes tell each other.
uint64_t world_ms(void);                 ///< Since this boot.
void world_advance(uint64_t to_us);      ///< Not beyond the next thing that happens.
void fake_line_step(void);
void fake_broker_step(void);

/// Lets the client's task begin, where one waits for it.
void fake_broker_begin(void);
void fake_task_step(void);
void fake_timer_step(void);
void fake_network_step(void);
uint64_t fake_next_us(void);             ///< When the next thing happens.
void world_exit(int end) __attribute__((noreturn));

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            (void)fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);                            \
            world_fail();                                                                                              \
        }                                                                                                              \
    } while (0)
void world_fail(void) __attribute__((noreturn));

#endif
