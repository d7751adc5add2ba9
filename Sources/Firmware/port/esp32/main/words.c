#include "words.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/// Takes the word in quotation marks at `from` apart; where the line goes on, or NULL if its end is missing.
static char *unquote(char *from, char *to)
{
    while (*from != '"') {
        if (*from == '\\' && (from[1] == '"' || from[1] == '\\')) {
            from++;
        }
        if (*from == '\0') {
            return NULL;
        }
        *to++ = *from++;
    }
    *to = '\0';
    return from + 1;
}

int words_split(char *line, char *words[WORDS_MAX])
{
    int count = 0;
    char *at = line;
    for (;;) {
        at += strspn(at, " \t\r\n");
        if (*at == '\0') {
            return count;
        }
        if (count == (int)WORDS_MAX) {
            return -1;
        }
        if (*at == '"') {
            words[count] = at;
            at = unquote(at + 1, at);
            if (at == NULL || (*at != '\0' && strchr(" \t\r\n", *at) == NULL)) {
                return -1;
            }
        } else {
            words[count] = at;
            at += strcspn(at, " \t\r\n");
            if (*at != '\0') {
                *at++ = '\0';
            }
        }
        count++;
    }
}

bool words_number(const char *word, uint32_t least, uint32_t most, uint32_t *number)
{
    uint64_t value = 0;
    const size_t length = strlen(word);
    if (length == 0u || length > 10u || strspn(word, "0123456789") != length) {
        return false;
    }
    for (const char *at = word; *at != '\0'; at++) {
        value = value * 10u + (uint64_t)(unsigned char)*at - (uint64_t)'0';
    }
    if (value < least || value > most) {
        return false;
    }
    *number = (uint32_t)value;
    return true;
}

void words_print(struct words_text *out, const char *format, ...)
{
    va_list arguments;
    if (out->is_cut) {
        return;
    }
    va_start(arguments, format);
    const int length = vsnprintf(out->text + out->length, out->size - out->length, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= out->size - out->length) {
        out->is_cut = true;
        out->text[out->length] = '\0';
    } else {
        out->length += (size_t)length;
    }
}

void words_quote(struct words_text *out, const char *word)
{
    if (*word != '\0' && *word != '#' && strpbrk(word, " \t\"\\") == NULL) {
        words_print(out, "%s", word);
        return;
    }
    words_print(out, "\"");
    for (const char *at = word; *at != '\0'; at++) {
        words_print(out, *at == '"' || *at == '\\' ? "\\%c" : "%c", *at);
    }
    words_print(out, "\"");
}
