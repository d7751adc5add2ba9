#include "posix.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 4096, UNIT = 4, COMMAND_BLOCKS = 8, STATE_BLOCKS = 3 };

static bool read_piece(void *context, uint32_t address, void *bytes, uint32_t length)
{
    const struct flash_piece *piece = context;
    return pread(piece->descriptor, bytes, length, (off_t)piece->start + address) == (ssize_t)length;
}

static bool write_piece(const struct flash_piece *piece, uint32_t address, const void *bytes, uint32_t length)
{
    return pwrite(piece->descriptor, bytes, length, (off_t)piece->start + address) == (ssize_t)length;
}

/// Programming only clears bits, as NOR flash does.
static bool program_piece(void *context, uint32_t address, const void *bytes, uint32_t length)
{
    uint8_t content[BLOCK];
    const uint8_t *next = bytes;
    if (length > BLOCK || !read_piece(context, address, content, length)) {
        return false;
    }
    for (uint32_t i = 0; i < length; i++) {
        content[i] &= next[i];
    }
    return write_piece(context, address, content, length);
}

static bool erase_piece(void *context, uint32_t address)
{
    uint8_t blank[BLOCK];
    memset(blank, 0xFF, sizeof blank);
    return write_piece(context, address, blank, sizeof blank);
}

/// Lays a piece out from `start` on; where it ends.
static uint32_t make_piece(struct flash_piece *piece, uint32_t start, uint32_t blocks)
{
    piece->start = start;
    piece->block = (struct gw_block){.context = piece, .block_size = BLOCK, .block_count = blocks, .unit = UNIT,
                                     .read = read_piece, .program = program_piece, .erase = erase_piece};
    return start + blocks * BLOCK;
}

static bool complain(const char *path)
{
    fprintf(stderr, "%s: %s\n", path, strerror(errno));
    return false;
}

/// Makes a blank flash. Under another name until it is whole: a kill in between leaves no half of one.
static bool make_blank(const char *path, uint32_t size)
{
    char draft[PATH_LENGTH + 8];
    uint8_t blank[BLOCK];
    memset(blank, 0xFF, sizeof blank);
    snprintf(draft, sizeof draft, "%s.new", path);
    const int descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool is_good = descriptor >= 0;
    for (uint32_t at = 0; is_good && at < size; at += BLOCK) {
        is_good = write(descriptor, blank, sizeof blank) == (ssize_t)sizeof blank;
    }
    is_good = is_good && fsync(descriptor) == 0 && rename(draft, path) == 0;
    if (descriptor >= 0) {
        close(descriptor);
    }
    return is_good || complain(draft);
}

bool flash_file_open(struct flash_file *flash, const char *path, uint32_t queue_kib)
{
    struct stat status;
    uint32_t end = make_piece(&flash->state, 0, STATE_BLOCKS);
    end = make_piece(&flash->commands, end, COMMAND_BLOCKS);
    end = make_piece(&flash->queue, end, queue_kib * 1024u / BLOCK);
    if (access(path, F_OK) != 0 && !make_blank(path, end)) {
        return false;
    }
    // Written through: what the core was told is done has been done.
    const int descriptor = open(path, O_RDWR | O_DSYNC | O_CLOEXEC);
    if (descriptor < 0 || fstat(descriptor, &status) != 0) {
        return complain(path);
    }
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        fprintf(stderr, "%s: another gateway uses this flash\n", path);
        return false;
    }
    if (status.st_size != (off_t)end) {
        fprintf(stderr, "%s: has %lld bytes and not %u: another size of queue; set the old size, or move it away\n", path,
                (long long)status.st_size, end);
        return false;
    }
    flash->descriptor = descriptor;
    flash->state.descriptor = flash->commands.descriptor = flash->queue.descriptor = descriptor;
    return true;
}
