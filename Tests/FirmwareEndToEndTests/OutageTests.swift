import FieldBench
import Foundation
import LineSimulator
import MachineTime
import TelemetryContract
import Testing

extension FirmwareOutages {
    @Suite(.judgesValues) struct OutageTests {
        @Test(.timeLimit(.minutes(10)))
        func `a broker that comes late gets everything, oldest first`() async throws {
            let gateway = try await countingFirmware(brokerRuns: false)
            try gateway.start()
            try await gateway.polls(5)
            try await gateway.says("messages are kept")
            let subscriber = try await gateway.whileItStandsStill {
                try await gateway.broker.start()
                return try await gateway.subscribe()
            }
            try await subscriber.waitForMessages(8, within: patience)
            try expectComplete(telemetry(subscriber), duplicates: 0)
        }

        @Test(.timeLimit(.minutes(10)))
        func `a broker that is killed under way, and one that falls silent, lose nothing of ours`() async throws {
            let gateway = try await countingFirmware()
            let before = try await gateway.subscribeWithMarks()
            try gateway.start()
            try await before.waitForMessages(2, within: patience)
            try await gateway.whileItStandsStill {
                try await gateway.passMark(heardBy: before)
                try await gateway.broker.kill()
            }
            try await gateway.says("messages are kept")
            try await gateway.polls(3)
            let after = try await gateway.whileItStandsStill {
                try await gateway.broker.start()
                return try await gateway.subscribe()
            }
            try await after.waitForMessages(3, within: patience)
            try await gateway.broker.pause()
            try await gateway.polls(8)
            gateway.broker.resume()
            let cycles = gateway.answered + 2
            try await eventually("everything arrives", within: patience) {
                try Set((telemetry(before) + telemetry(after)).map(\.timestamp)).count >= cycles
            }
            try expectComplete(telemetry(before) + telemetry(after), duplicates: 12)
        }

        @Test(.timeLimit(.minutes(10)))
        func `what was stored survives kill -9, in order and with a second for each cycle`() async throws {
            let gateway = try await countingFirmware(brokerRuns: false)
            for _ in 1...5 {
                let process = try gateway.start()
                try await gateway.polls(2)
                // Anywhere in a cycle: before the answer, between answer and flash, in the pause.
                try await Task.sleep(for: .milliseconds(.random(in: 0..<1_000)))
                #expect(try await process.kill() == .signal(SIGKILL))
            }
            let answered = gateway.answered
            try await gateway.broker.start()
            let subscriber = try await gateway.subscribe()
            try gateway.start()
            try await subscriber.waitForMessages(answered - 5 + 2, within: patience)
            let messages = try telemetry(subscriber)
            #expect(zip(messages, messages.dropFirst()).allSatisfy { $0.timestamp < $1.timestamp })
            // An answer that was read and not yet stored when the kill came is the only one that may be missing.
            let numbers = counts(messages)
            #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
            #expect(numbers.count { $0 < answered } >= answered - 5)
        }

        @Test(.timeLimit(.minutes(10)))
        func `before the clock is trusted nothing is published; what was read then gets its true moment`() async throws
        {
            let gateway = try await countingFirmware()
            gateway.extra = "clock \(gateway.folder.path("trusted"))"
            let subscriber = try await gateway.subscribe()
            let statuses = try await gateway.subscribe("status")
            let began = Int64(Date().timeIntervalSince1970)
            try gateway.start()
            try await gateway.polls(4)
            #expect(subscriber.received.isEmpty && statuses.received.isEmpty)
            #expect(try await gateway.process?.kill() == .signal(SIGKILL))
            let lost = gateway.answered
            // The first boot never knew the time: nobody can date its cycles, and they are given up and counted.
            try gateway.start()
            try await gateway.polls(4)
            #expect(subscriber.received.isEmpty)
            #expect(!statuses.received.contains { $0.text.contains("online") }, "the will of the first boot alone")
            let ended = Int64(Date().timeIntervalSince1970)
            try gateway.folder.write("", to: "trusted")
            try await subscriber.waitForMessages(6, within: patience)
            let messages = try telemetry(subscriber)
            #expect(counts(messages).first.map { $0 >= lost } == true)
            let stamps = messages.map(\.timestamp.secondsSince1970)
            #expect(zip(stamps, stamps.dropFirst()).allSatisfy { $0 < $1 })
            #expect(
                stamps[0] >= began && stamps[0] <= ended
                    && stamps.allSatisfy { $0 <= Int64(Date().timeIntervalSince1970) })
            try await gateway.says("given up")
        }
    }
}
