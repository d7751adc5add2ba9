import FieldBench
import Foundation
import LineSimulator
import MachineTime
import TelemetryContract
import Testing

extension EndToEndOutages {
    /// A broker that says no: what it refuses is kept, and never holds up what it would take.
    @Suite struct RefusalTests {
        @Test(.timeLimit(.minutes(6)), .judgesValues)
        func `a refusal is no delivery: what the ACL denies is kept and delivered when it is mended`() async throws {
            let gateway = try await countingGateway()
            gateway.brokerKeys = ", refusal_pause: 3s"
            let acl = gateway.broker.aclFile
            let granted = try String(contentsOfFile: acl, encoding: .utf8)
            let denied = granted.split(separator: "\n").filter { !$0.contains("/telemetry") || $0.contains("+") }
            try denied.joined(separator: "\n").appending("\n").write(toFile: acl, atomically: false, encoding: .utf8)
            try await gateway.broker.reload()
            let subscriber = try await gateway.subscribe()
            try gateway.start()
            try await gateway.says("the broker refused a message")
            try await gateway.polls(3)
            #expect(subscriber.received.isEmpty)
            #expect(gateway.log.contains("135 (not authorized)"))
            #expect(gateway.log.components(of: "the broker refused a message") == 1, "once, not at every attempt")
            #expect(gateway.log.contains("must carry the same MAC"), "what is likely behind it")
            try granted.write(toFile: acl, atomically: false, encoding: .utf8)
            try await gateway.broker.reload()
            let cycles = gateway.answered
            try await waitForCycles(cycles, at: subscriber, within: .seconds(60))
            try expectComplete(telemetry(subscriber), of: gateway, cycles: cycles)
            try await gateway.says("the broker refuses nothing any more")
        }

        @Test func `messages larger than the broker takes are kept, and do not hold up the others`() async throws {
            let gateway = try await countingGateway()
            try await gateway.makeSpool()
            // More of them than may be in flight, all older than what is read now.
            let count = 25
            try await gateway.askSpool(
                """
                INSERT INTO message(sequence, stamp, payload) WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < \(count))
                SELECT n, n, CAST(printf('%.*c', 40000, 'x') AS BLOB) FROM c;
                """)
            let subscriber = try await gateway.subscribe()
            try gateway.start()
            try await subscriber.waitForMessages(2, within: .seconds(15))
            // What was read before the link stood waits behind them, and a little longer than this test.
            let first = try #require(try counts(telemetry(subscriber)).first)
            #expect(try counts(telemetry(subscriber)).prefix(2) == [first, first + 1])
            try await gateway.says("149 (packet too large)")
            #expect(gateway.log.components(of: "the broker refused a message") == 1, "once, not for each of them")
            #expect(try await gateway.agent?.stop() == .status(0))
            #expect(try await (count...count + first + 2).contains(gateway.storedPayloads().count))
        }
    }
}

extension Gateway {
    /// Lets the agent make its spool, and empties it: a test puts there what it needs.
    func makeSpool() async throws {
        // A port that is not there: nothing is polled, and the simulator's counter stands at 0.
        let real = port
        port = folder.path("nowhere")
        let agent = try ChildProcess(
            Repository.binary("edge-agent"), ["run", "--wait-for-port", "--config", configuration()])
        try await eventually("the agent runs", within: .seconds(10)) { agent.errors.text.contains("the line failed") }
        guard try await agent.stop() == .status(0) else { throw BenchError("the agent: \(agent.errors.text)") }
        port = real
        try await askSpool("DELETE FROM message")
    }

    /// Puts so many messages of the past into the spool, each a second later than the one before.
    func fillSpool(_ count: Int) async throws {
        try await makeSpool()
        try await askSpool(
            """
            INSERT INTO message(sequence, stamp, payload) WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < \(count))
            SELECT n, 1600000000 + n, CAST(printf(
              '{"gateway_mac":"\(mac)","timestamp":"%s","leituras":[{"dispositivo_codigo":"N","valor":%d,"unidade":""}]}',
              strftime('%Y-%m-%dT%H:%M:%SZ', 1600000000 + n, 'unixepoch'), n) AS BLOB) FROM c;
            """)
    }
}
