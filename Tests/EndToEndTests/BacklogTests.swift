import FieldBench
import Foundation
import LineSimulator
import MachineTime
import TelemetryContract
import Testing

extension EndToEndOutages {
    /// A long outage is over, thousands of messages are on their way, and then something breaks again.
    @Suite struct BacklogTests {
        private static let count = 1_500
        private static let window = 5

        private func backlogGateway() async throws -> Gateway {
            let gateway = try await countingGateway()
            gateway.brokerKeys = ", in_flight: \(Self.window), backlog_rate: none, backlog_jitter: 0s"
            try await gateway.fillSpool(Self.count)
            return gateway
        }

        private func expectAll(
            _ stored: [[UInt8]], in heard: [[UInt8]], duplicates: Int, sourceLocation: SourceLocation = #_sourceLocation
        ) {
            var seen: Set<[UInt8]> = []
            let firsts = heard.filter { seen.insert($0).inserted }
            let older = Set(stored)
            #expect(
                firsts.filter(older.contains) == stored, "byte for byte, oldest first", sourceLocation: sourceLocation)
            #expect(
                heard.count - firsts.count <= duplicates, "\(heard.count - firsts.count) duplicates",
                sourceLocation: sourceLocation)
        }

        @Test(.timeLimit(.minutes(6)), .judgesValues)
        func `a broker that is killed while it takes a backlog gets all of it, in order`() async throws {
            let gateway = try await backlogGateway()
            let stored = try await gateway.storedPayloads()
            var heard: [[UInt8]] = []
            var subscriber = try await gateway.subscribeWithMarks()
            func all() -> [[UInt8]] {
                heard + subscriber.received.filter { $0.topic == gateway.telemetryTopic }.map(\.payload)
            }
            try gateway.start()
            let kills = 3
            for kill in 1...kills {
                try await eventually("part \(kill) is delivered", within: .seconds(30)) { all().count >= kill * 300 }
                subscriber = try await gateway.killBroker(heardBy: subscriber) {
                    heard = all()
                    try await gateway.broker.start()
                    return try await gateway.subscribeWithMarks()
                }
            }
            try await eventually("everything arrives; so far: \(all().count)", within: .seconds(40)) {
                Set(all()).isSuperset(of: stored)
            }
            expectAll(stored, in: all(), duplicates: kills * Self.window)
        }

        @Test(.timeLimit(.minutes(6)), .judgesValues)
        func `an agent that is killed while it delivers a backlog goes on where it was`() async throws {
            let gateway = try await backlogGateway()
            let stored = try await gateway.storedPayloads()
            let subscriber = try await gateway.subscribe()
            let kills = 5
            for kill in 1...kills {
                let agent = try gateway.start()
                try await subscriber.waitForMessages(kill * 200, within: .seconds(30))
                try await Task.sleep(for: .milliseconds(.random(in: 0..<30)))
                #expect(try await agent.kill() == .signal(SIGKILL))
            }
            try gateway.start()
            try await eventually("everything arrives; so far: \(subscriber.received.count)", within: .seconds(40)) {
                Set(subscriber.received.map(\.payload)).isSuperset(of: stored)
            }
            // A slot is free only when the disk knows of it.
            expectAll(stored, in: subscriber.received.map(\.payload), duplicates: kills * Self.window)
        }
    }
}
