import FieldBench
import Foundation
import LineSimulator
import MachineTime
import TelemetryContract
import Testing

extension EndToEndOutages {
    /// A gateway without a battery clock wakes up in the past, and the network sets its clock some time later.
    @Suite struct ClockTests {
        @Test(.timeLimit(.minutes(6)))
        func `a gateway that wakes up in the past polls, stores, and delivers when its clock is set`() async throws {
            let gateway = try await countingGateway()
            let subscriber = try await gateway.subscribe()
            let days: Int64 = 400
            let clock = try await SteppedClock()
            try clock.step(to: -days * 86_400)
            let began = Int64(Date().timeIntervalSince1970)
            try gateway.start(environment: clock.environment)
            try await gateway.says("before the certificate's start")
            // Certificates are judged by a time that is known to have passed.
            try await gateway.says("connected to the broker")
            try await gateway.polls(5)
            let fifth = Int64(Date().timeIntervalSince1970)
            #expect(subscriber.received.isEmpty && gateway.agent?.isRunning == true)
            #expect(gateway.log.components(of: "the clock is behind") == 1, "once, not at every cycle")
            // What is held survives a restart.
            #expect(try await gateway.agent?.kill() == .signal(SIGKILL))
            try gateway.start(environment: clock.environment)
            try await gateway.polls(3)
            #expect(subscriber.received.isEmpty)

            try clock.step(to: 0)
            let polled = gateway.answered
            try await gateway.says("cycles from before the clock was known are stamped")
            // The kill may have taken a cycle that was not stored yet. What is read now may come before what was held.
            try await eventually("everything arrives; so far: \(subscriber.received.count)", within: .seconds(45)) {
                try Set(counts(telemetry(subscriber))).intersection(0..<polled).count >= polled - 1
            }
            let messages = try telemetry(subscriber).sorted { $0.timestamp < $1.timestamp }
            let (read, stamps) = (counts(messages), messages.map(\.timestamp.secondsSince1970))
            #expect(zip(read, read.dropFirst()).allSatisfy { $0 < $1 })
            #expect(zip(stamps, stamps.dropFirst()).allSatisfy { $0 < $1 }, "no second twice")
            let now = Int64(Date().timeIntervalSince1970)
            let first = try #require(stamps.first)
            #expect(began - 1 <= first && first <= fifth + 1, "the second in which it was read")
            #expect(stamps.allSatisfy { $0 <= now }, "never in the future")
        }

        @Test(.timeLimit(.minutes(6)), .judgesValues)
        func `a clock that jumps two weeks to and fro never repeats a stamp, and polling goes on`() async throws {
            let gateway = try await countingGateway()
            let subscriber = try await gateway.subscribe()
            let clock = try await SteppedClock()
            try gateway.start(environment: clock.environment)
            for days in [0, -14, 14, 0] {
                try clock.step(to: Int64(days) * 86_400)
                try await gateway.polls(4)
            }
            try await waitForCycles(gateway.answered, at: subscriber, within: .seconds(20))
            try expectComplete(telemetry(subscriber), of: gateway, cycles: 16)
            #expect(gateway.log.contains("the clock was set back; each cycle bears the second after"))
        }

        @Test(.timeLimit(.minutes(6)))
        func `a clock that was once a month ahead holds nothing back when it is right again, over restarts`()
            async throws
        {
            let gateway = try await countingGateway()
            let subscriber = try await gateway.subscribe()
            let clock = try await SteppedClock()
            for days in [30, 0, 0, 0] {
                try clock.step(to: Int64(days) * 86_400)
                let before = subscriber.received.count
                try gateway.start(environment: clock.environment)
                try await subscriber.waitForMessages(before + 2, within: .seconds(20))
                #expect(!gateway.log.contains("the clock is behind"))
                #expect(try await gateway.agent?.kill() == .signal(SIGKILL))
            }
            // In the order in which they were read: after a restart what is fresh may come before what was left.
            let messages = try telemetry(subscriber).sorted { $0.timestamp < $1.timestamp }
            let read = counts(messages)
            #expect(zip(read, read.dropFirst()).allSatisfy { $0 <= $1 }, "a repeat at the most: \(read)")
            #expect(Set(read).count == Set(messages.map(\.timestamp)).count, "each bears one stamp, and none twice")
        }
    }
}
