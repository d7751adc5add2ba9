import FieldBench
import Foundation
import LineSimulator
import MachineTime
import TelemetryContract
import Testing

/// Everything that was answered on the line of a counting gateway arrives.
///
/// A message for each cycle, none missing and none made up; one may come again only as often as messages may be in
/// flight. What was just read may come before what is older, so they are looked at in the order of their stamps. A cycle
/// in which the agent was ended may have had its answer, and nobody who stored it: it is left out. Where a gateway is given
/// that should have kept its link, and did not, a window of messages may have come again with each new one.
func expectComplete(
    _ messages: [TelemetryMessage], of gateway: Gateway? = nil, cycles: Int, but lost: Range<Int> = 0..<0,
    duplicates: Int = 0, sourceLocation: SourceLocation = #_sourceLocation
) {
    let log = gateway?.log ?? ""
    let duplicates = duplicates + 20 * log.components(of: "no link to the broker")
    var seen: Set<UTCSecond> = []
    let firsts = messages.filter { seen.insert($0.timestamp).inserted }
    #expect(messages.count - firsts.count <= duplicates, "\(log.suffix(4_000))", sourceLocation: sourceLocation)
    let counts = counts(firsts.sorted { $0.timestamp < $1.timestamp })
    let expected = (0..<cycles).filter { !lost.contains($0) }
    #expect(Array(counts.prefix(expected.count)) == expected, sourceLocation: sourceLocation)
    #expect(zip(counts, counts.dropFirst()).allSatisfy { $0 < $1 }, sourceLocation: sourceLocation)
}

/// Waits until the first so many cycles of a counting gateway have come.
func waitForCycles(
    _ count: Int, but lost: Range<Int> = 0..<0, at subscribers: Subscriber..., within duration: Duration
) async throws {
    try await eventually(
        "\(count) cycles have come; heard \(subscribers.map { s in (try? counts(telemetry(s))) ?? [] })",
        within: duration
    ) {
        let heard = try Set(subscribers.flatMap { try counts(telemetry($0)) })
        return heard.union(lost).isSuperset(of: 0..<count)
    }
}

extension EndToEndOutages {
    @Suite(.judgesValues) struct OutageTests {
        @Test func `a broker that comes late gets everything, byte for byte and oldest first`() async throws {
            let gateway = try await countingGateway(brokerRuns: false)
            let first = try gateway.start()
            try await gateway.polls(5)
            try await gateway.says("Connection refused")
            #expect(try await first.stop() == .status(0))
            let stored = try await gateway.storedPayloads()
            // An answer that came as the agent stopped is nobody's.
            let lost = stored.count..<gateway.answered
            #expect(lost.count <= 1)
            try await gateway.broker.start()
            let subscriber = try await gateway.subscribe()
            try gateway.start()
            // What is read once the link stands may come between them.
            try await eventually("all of it arrives", within: .seconds(20)) {
                Set(subscriber.received.map(\.payload)).isSuperset(of: stored)
            }
            let older = Set(stored)
            #expect(subscriber.received.map(\.payload).filter(older.contains) == stored)
            let cycles = lost.upperBound + 2
            try await waitForCycles(cycles, but: lost, at: subscriber, within: .seconds(20))
            try expectComplete(telemetry(subscriber), cycles: cycles, but: lost)
            try await eventually("what the broker took is gone", within: .seconds(20)) {
                try await Set(gateway.export().map(\.content)).isDisjoint(with: stored)
            }
            #expect(try await gateway.agent?.stop() == .status(0))
        }

        @Test func `a broker that is killed under way loses nothing of ours`() async throws {
            let gateway = try await countingGateway()
            let before = try await gateway.subscribeWithMarks()
            try gateway.start()
            try await before.waitForMessages(2)
            try await gateway.killBroker(heardBy: before) {}
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
