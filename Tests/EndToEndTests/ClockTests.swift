import FieldBench
import Foundation
import LineSimulator
import TelemetryContract
import Testing

extension EndToEndOutages {
    /// A gateway without a battery clock wakes up in the past, and the network sets its clock some time later.
    @Suite struct ClockTests {
        /// A library that shows a program another time of day and leaves all other clocks alone.
        ///
        /// Debian's faketime also moves timers of the steady clock, and the agent would never wake up again.
        private func clockLibrary(in folder: TemporaryFolder, offset: String) async throws -> String {
            let source = try folder.write(
                """
                #include <stdlib.h>
                #include <fcntl.h>
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

                """, to: "clock.c")
            let library = folder.path("clock.so")
            let compiler = try await ChildProcess.run("cc", ["-shared", "-fPIC", "-O1", "-o", library, source])
            guard compiler.exit == .status(0) else { throw BenchError("cc: \(compiler.errors.text)") }
            return library
        }

        @Test(.timeLimit(.minutes(2)))
        func `a gateway that wakes up in the past polls, stores, and delivers when its clock is set`() async throws {
            let gateway = try await countingGateway()
            let subscriber = try await gateway.subscribe()
            let days: Int64 = 400
            let offset = try gateway.folder.write("\(-days * 86_400)", to: "offset")
            let library = try await clockLibrary(in: gateway.folder, offset: offset)
            try gateway.start(environment: ["LD_PRELOAD": library])
            try await gateway.says("before the certificate's start")
            // Certificates are judged by a time that is known to have passed.
            try await gateway.says("connected to the broker")
            let started = Int64(Date().timeIntervalSince1970)
            try await gateway.polls(5)
            #expect(subscriber.received.isEmpty && gateway.agent?.isRunning == true)
            #expect(gateway.log.components(of: "the clock is behind") == 1, "once, not at every cycle")
            // What is held survives a restart.
            #expect(try await gateway.agent?.kill() == .signal(SIGKILL))
            try gateway.start(environment: ["LD_PRELOAD": library])
            try await gateway.polls(3)
            #expect(subscriber.received.isEmpty)

            try gateway.folder.write("0", to: "offset")
            let polled = gateway.answered
            try await gateway.says("cycles from before the clock was known are stamped")
            try await eventually("everything arrives; so far: \(subscriber.received.count)", within: .seconds(45)) {
                subscriber.received.count >= polled
            }
            // The kill may have taken a cycle that was not stored yet.
            let messages = try telemetry(subscriber).sorted { $0.timestamp < $1.timestamp }
            let (read, stamps) = (counts(messages), messages.map(\.timestamp.secondsSince1970))
            #expect(zip(read, read.dropFirst()).allSatisfy { $1 - $0 == 1 || $1 - $0 == 2 })
            #expect(zip(stamps, stamps.dropFirst()).allSatisfy { $0 < $1 }, "no second twice")
            let now = Int64(Date().timeIntervalSince1970)
            #expect(stamps.first.map { abs($0 - started) <= 3 } == true, "the second in which it was read")
            #expect(stamps.allSatisfy { $0 <= now }, "never in the future")
        }

        @Test(.timeLimit(.minutes(2)))
        func `a clock that jumps two weeks to and fro never repeats a stamp, and polling goes on`() async throws {
            let gateway = try await countingGateway()
            let subscriber = try await gateway.subscribe()
            let offset = try gateway.folder.write("0", to: "offset")
            let library = try await clockLibrary(in: gateway.folder, offset: offset)
            try gateway.start(environment: ["LD_PRELOAD": library])
            for days in [0, -14, 14, 0] {
                try gateway.folder.write("\(days * 86_400)", to: "offset")
                try await gateway.polls(4)
            }
            try await waitForCycles(gateway.answered, at: subscriber, within: .seconds(20))
            try expectComplete(telemetry(subscriber), cycles: 16)
            #expect(gateway.log.contains("the clock was set back; each cycle bears the second after"))
        }
    }
}
