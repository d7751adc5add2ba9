/// What is typed or pasted after a command, and is no command itself.
#ifndef CONSOLE_INPUT_H
#define CONSOLE_INPUT_H

#include <stdbool.h>
#include <stddef.h>

/// Reads one line without showing it. False after a minute without a character, or if it is too long.
bool console_read_line(char *line, size_t size);

/// Reads what is pasted up to an empty line, or two where a terminal ends each line with CR and LF, and keeps the PEM blocks of it, from -----BEGIN to -----END: whatever
/// else a program printed around them is left out. The length of the text, ended by a 0; 0 if there was none or it was
/// too long.
size_t console_read_pem(char *pem, size_t size);

#endif
