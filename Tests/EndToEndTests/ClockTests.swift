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
            try await gateway.polls(3)
            try await gateway.says("messages are kept")
            #expect(subscriber.received.isEmpty && gateway.agent?.isRunning == true)
            #expect(gateway.log.components(of: "messages are kept") == 1, "once, not at every attempt")

            try gateway.folder.write("0", to: "offset")
            let polled = gateway.answered
            try await subscriber.waitForMessages(polled + 2, within: .seconds(45))
            let messages = try telemetry(subscriber)
            expectComplete(messages, cycles: polled + 2)
            let now = Int64(Date().timeIntervalSince1970)
            let oldest = try #require(messages.first?.timestamp.secondsSince1970)
            #expect(now - oldest > (days - 1) * 86_400, "as it was stamped")
            #expect(now - (messages.last?.timestamp.secondsSince1970 ?? 0) < 60)
        }
    }
}
