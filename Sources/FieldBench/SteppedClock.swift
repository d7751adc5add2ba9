internal import Foundation

/// Another time of day for one program, which can be stepped while it runs.
///
/// A small library that is loaded into the program shifts the wall clock and leaves all other clocks alone. Debian's
/// faketime also moves the timers of the steady clock, and a program that sleeps by them would never wake up again.
public final class SteppedClock: Sendable {
    /// What the program has to be started with.
    public var environment: [String: String] { ["LD_PRELOAD": library] }

    private let folder: TemporaryFolder
    private let library: String

    /// Builds the library with the C compiler; the clock is right until it is stepped.
    public init() async throws {
        folder = try TemporaryFolder(prefix: "clock")
        library = folder.path("clock.so")
        let source = try folder.write(Self.source(offset: folder.path("offset")), to: "clock.c")
        let compiler = try await ChildProcess.run("cc", ["-shared", "-fPIC", "-O1", "-o", library, source])
        guard compiler.exit == .status(0) else { throw BenchError("cc: \(compiler.errors.text)") }
        try step(to: 0)
    }

    /// Sets how many seconds the program's clock is ahead of the true time; negative is behind.
    public func step(to offset: Int64) throws {
        // Written beside it and moved there: the program reads it at any moment.
        try folder.write("\(offset)", to: "offset.new")
        guard rename(folder.path("offset.new"), folder.path("offset")) == 0 else {
            throw BenchError("cannot set the clock: \(String(cString: strerror(errno)))")
        }
    }

    private static func source(offset: String) -> String {
        """
        #include <fcntl.h>
        #include <stdlib.h>
        #include <sys/syscall.h>
        #include <sys/time.h>
        #include <time.h>
        #include <unistd.h>
        static long offset(void) {
            char text[32] = "";
            int file = open("\(offset)", O_RDONLY | O_CLOEXEC);
            if (file >= 0) { if (read(file, text, sizeof text - 1) < 0) text[0] = 0; close(file); }
            return atol(text);
        }
        int clock_gettime(clockid_t clock, struct timespec *now) {
            int result = (int)syscall(SYS_clock_gettime, clock, now);
            if (result == 0 && clock == CLOCK_REALTIME) now->tv_sec += offset();
            return result;
        }
        int gettimeofday(struct timeval *restrict now, void *restrict zone) {
            struct timespec time;
            (void)zone;
            clock_gettime(CLOCK_REALTIME, &time);
            now->tv_sec = time.tv_sec;
            now->tv_usec = time.tv_nsec / 1000;
            return 0;
        }
        time_t time(time_t *now) {
            struct timespec time;
            clock_gettime(CLOCK_REALTIME, &time);
            if (now) *now = time.tv_sec;
            return time.tv_sec;
        }

        """
    }
}
