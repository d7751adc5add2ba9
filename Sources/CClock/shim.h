// Why this shim: Swift's Glibc module leaves <sys/timex.h> out, and syscall(2) is variadic and so not imported either.
#ifndef CCLOCK_SHIM_H
#define CCLOCK_SHIM_H

#include <errno.h>
#include <sys/timex.h>

// Whether the kernel says that its clock is synchronised: 1 yes, 0 no, below 0 that it may not be asked.
static inline int cclock_is_synchronised(void) {
    struct timex state = {0};
    int result = adjtimex(&state);
    if (result < 0) return -errno;
    return result != TIME_ERROR && !(state.status & STA_UNSYNC);
}

#endif
