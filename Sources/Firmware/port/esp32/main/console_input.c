#include "console_input.h"

#include <stdio.h>
#include <string.h>

#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

#define QUIET_MS 60000u
#define NAP_MS 10u
#define LINE_SIZE 128u

/// The next character; EOF after a minute without one.
static int next_character(void)
{
    for (unsigned waited = 0; waited < QUIET_MS; waited += NAP_MS) {
        const int character = fgetc(stdin);
        if (character != EOF) {
            return character;
        }
        // Where the console does not block there is nothing yet.
        clearerr(stdin);
        vTaskDelay(pdMS_TO_TICKS(NAP_MS));
    }
    return EOF;
}

bool console_read_line(char *line, size_t size)
{
    size_t length = 0;
    bool fits = true;
    for (;;) {
        const int character = next_character();
        if (character == EOF) {
            line[0] = '\0';
            return false;
        }
        if (character == '\n') {
            line[fits ? length : 0u] = '\0';
            return fits;
        }
        if (character == '\b' || character == 0x7F) {
            length -= length > 0u ? 1u : 0u;
        } else if (character != '\r') {
            fits = fits && length + 1u < size;
            if (fits) {
                line[length++] = (char)character;
            }
        }
    }
}

size_t console_read_pem(char *pem, size_t size)
{
    char line[LINE_SIZE];
    size_t length = 0;
    bool is_inside = false;
    bool fits = true;
    bool is_doubled = false; // a terminal that sends CR and LF: each line has an empty one behind it
    unsigned empty = 0;
    while (console_read_line(line, sizeof line)) {
        if (line[0] == '\0') {
            empty++;
            is_doubled = is_doubled || is_inside;
            if (empty > 1u || (length > 0u && !is_inside && !is_doubled)) {
                break;
            }
            continue;
        }
        empty = 0;
        const bool is_end = strncmp(line, "-----END", 8) == 0;
        is_inside = is_inside || strncmp(line, "-----BEGIN", 10) == 0;
        const size_t count = strlen(line);
        fits = fits && length + count + 2u <= size;
        if (is_inside && fits) {
            memcpy(pem + length, line, count);
            pem[length + count] = '\n';
            length += count + 1u;
        }
        is_inside = is_inside && !is_end;
    }
    length = fits && !is_inside ? length : 0u;
    pem[length] = '\0';
    return length;
}
