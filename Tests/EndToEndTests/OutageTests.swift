import FieldBench
import Foundation
import LineSimulator
import TelemetryContract
import Testing

/// Everything that was answered on the line of a counting gateway arrives.
///
/// A message for each cycle, none missing and none made up; one may come again only as often as messages may be in
/// flight. What was just read may come before what is older, so they are looked at in the order of their stamps.
func expectComplete(
    _ messages: [TelemetryMessage], cycles: Int, duplicates: Int = 0, sourceLocation: SourceLocation = #_sourceLocation
) {
    var seen: Set<UTCSecond> = []
    let firsts = messages.filter { seen.insert($0.timestamp).inserted }
    #expect(firsts.count >= cycles, sourceLocation: sourceLocation)
    #expect(messages.count - firsts.count <= duplicates, sourceLocation: sourceLocation)
    let counts = counts(firsts.sorted { $0.timestamp < $1.timestamp })
    #expect(counts.prefix(cycles) == Array(0..<cycles)[...], sourceLocation: sourceLocation)
    #expect(zip(counts, counts.dropFirst()).allSatisfy { $0 < $1 }, sourceLocation: sourceLocation)
}

/// Waits until the first so many cycles of a counting gateway have come.
func waitForCycles(_ count: Int, at subscribers: Subscriber..., within duration: Duration) async throws {
    try await eventually(
        "\(count) cycles have come; heard \(subscribers.map { s in (try? counts(telemetry(s))) ?? [] })",
        within: duration
    ) {
        let heard = try Set(subscribers.flatMap { try counts(telemetry($0)) })
        return heard.isSuperset(of: 0..<count)
    }
}

extension EndToEndOutages {
    @Suite struct OutageTests {
        @Test func `a broker that comes late gets everything, byte for byte and oldest first`() async throws {
            let gateway = try await countingGateway(brokerRuns: false)
            let first = try gateway.start()
            try await gateway.polls(5)
            try await gateway.says("Connection refused")
            #expect(try await first.stop() == .status(0))
            let stored = try await gateway.storedPayloads()
            #expect(stored.count == gateway.answered)
            try await gateway.broker.start()
            let subscriber = try await gateway.subscribe()
            try gateway.start()
            try await subscriber.waitForMessages(stored.count + 2, within: .seconds(20))
            // What is read once the link stands may come between them.
            try await eventually("all of it arrives", within: .seconds(20)) {
                Set(subscriber.received.map(\.payload)).isSuperset(of: stored)
            }
            let older = Set(stored)
            #expect(subscriber.received.map(\.payload).filter(older.contains) == stored)
            try await waitForCycles(stored.count + 2, at: subscriber, within: .seconds(20))
            try expectComplete(telemetry(subscriber), cycles: stored.count + 2)
            #expect(try await gateway.agent?.stop() == .status(0))
            let left = try await Set(gateway.storedPayloads())
            #expect(left.isDisjoint(with: stored), "what the broker took is gone")
        }

        @Test func `a broker that is killed under way loses nothing of ours`() async throws {
            let gateway = try await countingGateway()
            let before = try await gateway.subscribe()
            try gateway.start()
            try await before.waitForMessages(2)
            try await gateway.broker.kill()
            try await gateway.says("messages are kept")
            try await gateway.polls(3)
            let after = try await gateway.whileAgentStandsStill {
                try await gateway.broker.start()
                return try await gateway.subscribe()
            }
            let cycles = gateway.answered + 1
            try await waitForCycles(cycles, at: before, after, within: .seconds(40))
            try expectComplete(telemetry(before) + telemetry(after), cycles: cycles, duplicates: 20)
        }

        @Test(.timeLimit(.minutes(6)))
        func `a broker that falls silent for longer than the keep-alive loses nothing`() async throws {
            let gateway = try await countingGateway()
            gateway.brokerKeys = ", keep_alive: 5s"
            let subscriber = try await gateway.subscribe()
            try gateway.start()
            try await subscriber.waitForMessages(1)
            try await gateway.broker.pause()
            try await gateway.polls(3)
            try await gateway.says("messages are kept", within: .seconds(15))
            try await gateway.polls(2)
            gateway.broker.resume()
            let cycles = gateway.answered + 2
            try await waitForCycles(cycles, at: subscriber, within: .seconds(40))
            try expectComplete(telemetry(subscriber), cycles: cycles, duplicates: 20)
        }

        @Test func `what was stored survives kill -9, in order and with a second for each cycle`() async throws {
            let gateway = try await countingGateway(brokerRuns: false)
            for _ in 1...5 {
                let agent = try gateway.start()
                try await gateway.polls(2)
                // Anywhere in a cycle: before the answer, between answer and disk, in the pause.
                try await Task.sleep(for: .milliseconds(.random(in: 0..<1_000)))
                #expect(try await agent.kill() == .signal(SIGKILL))
                // Also where the restart falls into the second of the last message.
                #expect(!gateway.log.contains("could not be stored"), "\(gateway.log)")
            }
            let stored = try await gateway.storedPayloads()
            let answered = gateway.answered
            // An answer that was read and not yet stored when the kill came is the only one that may be missing.
            #expect(stored.count >= answered - 5)
            try await gateway.broker.start()
            let subscriber = try await gateway.subscribe()
            try gateway.start()
            try await eventually("all of it and one more arrive", within: .seconds(30)) {
                subscriber.received.count > stored.count
                    && Set(subscriber.received.map(\.payload)).isSuperset(of: stored)
            }
            let older = Set(stored)
            #expect(subscriber.received.map(\.payload).filter(older.contains) == stored, "in order, each once")
            let messages = try telemetry(subscriber).sorted { $0.timestamp < $1.timestamp }
            #expect(zip(messages, messages.dropFirst()).allSatisfy { $0.timestamp < $1.timestamp })
            #expect(zip(counts(messages), counts(messages).dropFirst()).allSatisfy { $0 < $1 })
        }
    }
}
