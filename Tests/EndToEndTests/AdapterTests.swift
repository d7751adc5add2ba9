import FieldBench
import LineSimulator
import MachineTime
import TelemetryContract
import Testing

extension EndToEnd {
    @Suite struct AdapterTests {
        @Test func `an adapter that is unplugged and comes back under another name goes on by itself`() async throws {
            let gateway = try await plainGateway(2)
            let link = gateway.folder.path("adapter")
            try gateway.line.link(at: link)
            gateway.port = link
            let subscriber = try await gateway.subscribe()
            try gateway.start()
            try await subscriber.waitForMessages(2)
            gateway.line.unplug()
            try await gateway.says("the line failed")
            let before = subscriber.received.count
            let back = ContinuousClock.now
            try gateway.line.replug()
            try await subscriber.waitForMessages(before + 1)
            #expect(
                back.duration(to: .now) < .seconds(8),
                "by the node's return, not by a blind wait: \(gateway.log.suffix(3_000))")
            try await gateway.says("the line is back")
            #expect(gateway.agent?.isRunning == true)
        }

        @Test(.judgesValues) func `what is stored is delivered while the adapter is away`() async throws {
            let gateway = try await countingGateway(brokerRuns: false)
            let link = gateway.folder.path("adapter")
            try gateway.line.link(at: link)
            gateway.port = link
            try gateway.start()
            try await gateway.polls(3)
            gateway.line.unplug()
            try await gateway.says("the line failed")
            // The last answer may still have been on the wire when the plug was pulled: then nobody has it.
            let stored = try await gateway.stats().accepted
            let answered = gateway.answered
            #expect((answered - 1...answered).contains(stored))
            let subscriber = try await gateway.whileAgentStandsStill {
                try await gateway.broker.start()
                return try await gateway.subscribe()
            }
            try await subscriber.waitForMessages(stored, within: .seconds(30))
            #expect(gateway.answered == answered && !gateway.log.contains("the line is back"))
            try gateway.line.replug()
            try await subscriber.waitForMessages(stored + 2)
            let numbers = try counts(telemetry(subscriber))
            #expect(Array(numbers.prefix(stored)) == Array(0..<stored))
            #expect(Array(numbers.dropFirst(stored).prefix(2)) == [answered, answered + 1])
        }
    }
}
