// Stands between SQLite and its files: writes down in order what happens to them, and makes them fail when told so.
//
// A layer over SQLite's own file system layer for Unix, and the default of the process once it is installed. Files that
// nobody watches go through untouched. Shared memory is passed through: a power cut takes it whole.
#pragma once
#include <stdint.h>

enum recorder_kind {
    RECORDER_WRITE = 1,
    RECORDER_TRUNCATE = 2,
    RECORDER_SYNC = 3,
    RECORDER_DELETE = 4,
    RECORDER_CREATE = 5,
};

struct recorder_event {
    int kind;
    const char *path;
    int64_t offset;
    // Of a write its bytes, of a truncation the size that is left.
    int64_t size;
    const uint8_t *bytes;
};

// Puts the layer in place; more than once is harmless.
void recorder_install(void);

// Begins to watch all files whose path begins with `prefix`, and returns a number for it.
int recorder_watch(const char *prefix);

// Ends a watch and forgets its events.
void recorder_forget(int watch);

// How many events there are, and one of them; it is valid until the watch is forgotten.
int64_t recorder_count(int watch);
struct recorder_event recorder_event_at(int watch, int64_t index);

// From now on every write, truncation and sync (and, where `reads` says so, every read) of the watched files fails with
// this `errno`; 0 ends it.
void recorder_fail(int watch, int error, int reads);

// The kernel's own way to make a disk full: how large a process may let its files grow, 0 for any size. Swift has no
// prlimit(2).
void recorder_limit_files(int process, uint64_t bytes);
