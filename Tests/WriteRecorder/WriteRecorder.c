#define _GNU_SOURCE
#include "WriteRecorder.h"

#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define MOST_WATCHES 256

struct watch {
    char *prefix;
    struct recorder_event *events;
    int64_t count, room;
    int error, fails_reads;
};

struct file {
    sqlite3_file base;
    const char *path;
    // The layer below keeps its own file behind this one.
    sqlite3_file *real;
};

static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static struct watch watches[MOST_WATCHES];
static int watch_count;
static sqlite3_vfs layer, *below;
static sqlite3_io_methods methods;

static void *must(void *memory) {
    if (!memory) abort();
    return memory;
}

static struct watch *watch_of(const char *path) {
    for (int i = 0; path && i < watch_count; i++)
        if (watches[i].prefix && strncmp(path, watches[i].prefix, strlen(watches[i].prefix)) == 0) return &watches[i];
    return NULL;
}

static void note(const char *path, int kind, int64_t offset, int64_t size, const void *bytes) {
    pthread_mutex_lock(&guard);
    struct watch *watch = watch_of(path);
    if (watch) {
        if (watch->count == watch->room) {
            watch->room = watch->room ? watch->room * 2 : 256;
            watch->events = must(realloc(watch->events, (size_t)watch->room * sizeof *watch->events));
        }
        uint8_t *copy = NULL;
        if (bytes) memcpy(copy = must(malloc((size_t)size + 1)), bytes, (size_t)size);
        watch->events[watch->count++] = (struct recorder_event){kind, must(strdup(path)), offset, size, copy};
    }
    pthread_mutex_unlock(&guard);
}

// 0, or the error that the file has to fail with.
static int fault(const char *path, int is_read) {
    pthread_mutex_lock(&guard);
    struct watch *watch = watch_of(path);
    int error = watch && (!is_read || watch->fails_reads) ? watch->error : 0;
    pthread_mutex_unlock(&guard);
    if (error) errno = error;
    return error;
}

static int full_or(int error, int code) { return error == ENOSPC ? SQLITE_FULL : code; }

#define REAL(f) (((struct file *)(f))->real)
#define PATH(f) (((struct file *)(f))->path)

static int file_close(sqlite3_file *f) { return REAL(f)->pMethods->xClose(REAL(f)); }

static int file_read(sqlite3_file *f, void *bytes, int count, sqlite3_int64 offset) {
    if (fault(PATH(f), 1)) return SQLITE_IOERR_READ;
    return REAL(f)->pMethods->xRead(REAL(f), bytes, count, offset);
}

static int file_write(sqlite3_file *f, const void *bytes, int count, sqlite3_int64 offset) {
    int error = fault(PATH(f), 0);
    if (error) return full_or(error, SQLITE_IOERR_WRITE);
    int code = REAL(f)->pMethods->xWrite(REAL(f), bytes, count, offset);
    if (code == SQLITE_OK) note(PATH(f), RECORDER_WRITE, offset, count, bytes);
    return code;
}

static int file_truncate(sqlite3_file *f, sqlite3_int64 size) {
    if (fault(PATH(f), 0)) return SQLITE_IOERR_TRUNCATE;
    int code = REAL(f)->pMethods->xTruncate(REAL(f), size);
    if (code == SQLITE_OK) note(PATH(f), RECORDER_TRUNCATE, 0, size, NULL);
    return code;
}

static int file_sync(sqlite3_file *f, int flags) {
    if (fault(PATH(f), 0)) return SQLITE_IOERR_FSYNC;
    int code = REAL(f)->pMethods->xSync(REAL(f), flags);
    if (code == SQLITE_OK) note(PATH(f), RECORDER_SYNC, 0, 0, NULL);
    return code;
}

static int file_size(sqlite3_file *f, sqlite3_int64 *size) { return REAL(f)->pMethods->xFileSize(REAL(f), size); }
static int file_lock(sqlite3_file *f, int level) { return REAL(f)->pMethods->xLock(REAL(f), level); }
static int file_unlock(sqlite3_file *f, int level) { return REAL(f)->pMethods->xUnlock(REAL(f), level); }
static int file_check(sqlite3_file *f, int *out) { return REAL(f)->pMethods->xCheckReservedLock(REAL(f), out); }
static int file_control(sqlite3_file *f, int op, void *arg) {
    // The file grows by its writes, which are recorded, and not by a hint, which is not.
    if (op == SQLITE_FCNTL_SIZE_HINT) return SQLITE_OK;
    return REAL(f)->pMethods->xFileControl(REAL(f), op, arg);
}
static int file_sector(sqlite3_file *f) { return REAL(f)->pMethods->xSectorSize(REAL(f)); }
static int file_device(sqlite3_file *f) { return REAL(f)->pMethods->xDeviceCharacteristics(REAL(f)); }
static int file_map(sqlite3_file *f, int page, int size, int extend, void volatile **out) {
    return REAL(f)->pMethods->xShmMap(REAL(f), page, size, extend, out);
}
static int file_shm_lock(sqlite3_file *f, int offset, int n, int flags) {
    return REAL(f)->pMethods->xShmLock(REAL(f), offset, n, flags);
}
static void file_barrier(sqlite3_file *f) { REAL(f)->pMethods->xShmBarrier(REAL(f)); }
static int file_unmap(sqlite3_file *f, int remove) { return REAL(f)->pMethods->xShmUnmap(REAL(f), remove); }

static int vfs_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *f, int flags, int *out) {
    (void)vfs;
    struct file *file = (struct file *)f;
    file->real = (sqlite3_file *)&file[1];
    file->path = name;
    int existed = 0;
    if (name) below->xAccess(below, name, SQLITE_ACCESS_EXISTS, &existed);
    int code = below->xOpen(below, name, file->real, flags, out);
    file->base.pMethods = file->real->pMethods ? &methods : NULL;
    if (code == SQLITE_OK && name && !existed) note(name, RECORDER_CREATE, 0, 0, NULL);
    return code;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync_folder) {
    (void)vfs;
    if (fault(name, 0)) return SQLITE_IOERR_DELETE;
    int code = below->xDelete(below, name, sync_folder);
    if (code == SQLITE_OK) note(name, RECORDER_DELETE, 0, sync_folder, NULL);
    return code;
}

static void install(void) {
    below = sqlite3_vfs_find(NULL);
    layer = *below;
    layer.zName = "recorder";
    layer.szOsFile = (int)sizeof(struct file) + below->szOsFile;
    layer.pNext = NULL;
    layer.xOpen = vfs_open;
    layer.xDelete = vfs_delete;
    methods = (sqlite3_io_methods){
        2, file_close, file_read, file_write, file_truncate, file_sync, file_size, file_lock, file_unlock, file_check,
        file_control, file_sector, file_device, file_map, file_shm_lock, file_barrier, file_unmap, NULL, NULL};
    sqlite3_vfs_register(&layer, 1);
}

void recorder_install(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, install);
}

int recorder_watch(const char *prefix) {
    recorder_install();
    pthread_mutex_lock(&guard);
    int number = 0;
    while (number < watch_count && watches[number].prefix) number++;
    if (number == MOST_WATCHES) abort();
    if (number == watch_count) watch_count++;
    watches[number] = (struct watch){.prefix = must(strdup(prefix))};
    pthread_mutex_unlock(&guard);
    return number;
}

void recorder_forget(int number) {
    pthread_mutex_lock(&guard);
    struct watch *watch = &watches[number];
    for (int64_t i = 0; i < watch->count; i++) {
        free((void *)watch->events[i].path);
        free((void *)watch->events[i].bytes);
    }
    free(watch->events);
    free(watch->prefix);
    *watch = (struct watch){0};
    pthread_mutex_unlock(&guard);
}

int64_t recorder_count(int number) {
    pthread_mutex_lock(&guard);
    int64_t count = watches[number].count;
    pthread_mutex_unlock(&guard);
    return count;
}

struct recorder_event recorder_event_at(int number, int64_t index) {
    pthread_mutex_lock(&guard);
    struct recorder_event event = watches[number].events[index];
    pthread_mutex_unlock(&guard);
    return event;
}

void recorder_fail(int number, int error, int reads) {
    pthread_mutex_lock(&guard);
    watches[number].error = error;
    watches[number].fails_reads = reads;
    pthread_mutex_unlock(&guard);
}

void recorder_limit_files(int process, uint64_t bytes) {
    struct rlimit limit = {bytes ? bytes : RLIM_INFINITY, RLIM_INFINITY};
    prlimit(process, RLIMIT_FSIZE, &limit, NULL);
}
