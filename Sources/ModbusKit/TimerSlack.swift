import Glibc

/// How late the kernel may wake a thread to save a wake-up: 50 µs unless told otherwise, paid at every t3.5.
enum TimerSlack {
    /// Has the calling thread woken on time from now on; where that is refused, it goes on as before.
    ///
    /// It costs no wake-up more: the line's thread sleeps for a time only between two requests of a cycle.
    static func removeFromThisThread() {
        // prctl(2) has no fixed arguments and cannot be called from Swift. The file does the same, and lies under the
        // thread's own number only.
        var target = [CChar](repeating: 0, count: 64)
        let length = readlink("/proc/thread-self", &target, target.count)
        let name = target.prefix(max(0, length)).map { UInt8(bitPattern: $0) }
        guard let thread = name.split(separator: UInt8(ascii: "/")).last else { return }
        let file = Glibc.open("/proc/\(String(decoding: thread, as: UTF8.self))/timerslack_ns", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        defer { close(file) }
        _ = write(file, "1", 1)
    }
}
