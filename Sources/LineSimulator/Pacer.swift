internal import Glibc

extension Int64 {
    /// A moment before all others, far enough from the end of the range to be reckoned with.
    static let longAgo = Int64.min / 2
}

/// Absolute moments of `CLOCK_MONOTONIC` in nanoseconds, and a thread that keeps them.
enum Pacer {
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Sleeps up to a moment, never less: an absolute deadline, so that errors do not add up.
    static func sleep(until deadline: Int64) {
        var time = timespec(tv_sec: Int(deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
        while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil) == EINTR {}
    }

    /// Waits for input on any of some descriptors or for the deadline, whichever comes first.
    ///
    /// poll(2) counts in milliseconds, so that the last of them are slept: input that comes in the final two
    /// milliseconds before a deadline is seen at the deadline.
    /// - Returns: Whether a second has passed in which there was neither input nor a deadline.
    static func wait(for inputs: [Int32], until deadline: Int64?) -> Bool {
        let timeout = deadline.map { Int32(clamping: ($0 - now()) / 1_000_000 - 1) } ?? 1_000
        if deadline == nil || timeout > 0 {
            var descriptors = inputs.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&descriptors, nfds_t(descriptors.count), timeout) == 0 else { return false }
        }
        guard let deadline else { return true }
        sleep(until: deadline)
        return false
    }

    /// Makes the calling thread wake on time: no timer slack, and real-time priority where the system grants it.
    ///
    /// A wire needs no processor. The thread sleeps nearly always, so that the priority takes nothing from the master.
    static func sharpen() -> Bool {
        // prctl(2) has no fixed arguments and cannot be called from Swift; the file does the same.
        var target = [CChar](repeating: 0, count: 64)
        let length = readlink("/proc/thread-self", &target, target.count)
        let name = target.prefix(max(0, length)).map { UInt8(bitPattern: $0) }
        let thread = String(decoding: name.split(separator: UInt8(ascii: "/")).last ?? [], as: UTF8.self)
        let file = open("/proc/\(thread)/timerslack_ns", O_WRONLY | O_CLOEXEC)
        if file >= 0 {
            write(file, "1", 1)
            close(file)
        }
        var parameters = sched_param()
        parameters.sched_priority = 1
        return pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters) == 0
    }
}
