internal import Glibc

/// A pipe that wakes the line's thread.
final class WakeUp: Sendable {
    /// The end that the thread waits for.
    let descriptor: Int32
    private let callers: Int32

    init() throws(SimulatorError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .system("opening", "a pipe", errno) }
        descriptor = ends[0]
        callers = ends[1]
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
    }

    deinit {
        close(descriptor)
        close(callers)
    }

    func call() {
        // A full pipe wakes as well as one more byte would.
        _ = write(callers, "!", 1)
    }

    func wasCalled() -> Bool {
        var bytes: (UInt64, UInt64) = (0, 0)
        return read(descriptor, &bytes, 16) > 0
    }
}
