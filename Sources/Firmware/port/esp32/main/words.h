/// A line of words, as a person types it: separated by blanks; one with blanks in it stands in quotation marks.
#ifndef WORDS_H
#define WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORDS_MAX 12u

/// Takes a line apart in place; how many words, or -1 if a quotation mark is missing or there are more than WORDS_MAX.
/// In quotation marks \" and \\ stand for " and \.
int words_split(char *line, char *words[WORDS_MAX]);

/// Reads a whole number in the range; false if it is none.
bool words_number(const char *word, uint32_t least, uint32_t most, uint32_t *number);

/// A bounded text that is being written. What does not fit is not written, and nothing after it.
struct words_text {
    char *text;
    size_t size;
    size_t length;
    bool is_cut;
};

/// Writes words, `%s` and `%u` as printf knows them.
void words_print(struct words_text *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/// Writes a word, in quotation marks where it needs them.
void words_quote(struct words_text *out, const char *word);

#endif
