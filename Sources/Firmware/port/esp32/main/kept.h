/// What is kept in NVS: a few blobs, by name. A write is whole or did not happen, also when the supply fails.
#ifndef KEPT_H
#define KEPT_H

#include <stdbool.h>
#include <stddef.h>

/// Opens NVS. False, with a line in the log, if it cannot be opened; then nothing is kept, and nothing was erased:
/// keys and settings are worth more than a start without them. `kept_format()` is for people to decide.
bool kept_open(void);

/// Reads a blob into `bytes`; its length, or 0 if there is none or it is larger than `size`.
size_t kept_read(const char *name, void *bytes, size_t size);

/// The length of a blob; 0 if there is none.
size_t kept_length(const char *name);

/// Reads a text into memory of its own, ended by a 0; NULL if there is none. To be freed by the caller.
char *kept_read_text(const char *name);

/// Writes a blob, or replaces it.
bool kept_write(const char *name, const void *bytes, size_t length);

/// Erases a blob; also good if there was none.
bool kept_erase(const char *name);

/// Erases everything that is kept, and opens NVS again.
bool kept_format(void);

#endif
