import AgentConfiguration
import LineSimulator
import Logging
import MachineTime
import ModbusKit
import Testing

@testable import EdgeAgentCore

/// Several lines, without the rest of the agent.
@Suite(.serialized, .judgesTime) struct LinesTests {
    private func simulated(_ face: SimulatedLineSettings.Face = .pseudoTerminal) throws -> SimulatedLine {
        var slave = SimulatedSlave(id: 1, turnaround: .milliseconds(2))
        for address in 0..<6 { slave.set(.holdingRegisters, UInt16(address), .fixed(42, as: .uint16)) }
        return try SimulatedLine(
            SimulatedLineSettings(baud: 115_200, face: face, packetSize: 256), slaves: [slave])
    }

    private func lines(_ ways: [String]) throws -> Lines {
        let items = ways.enumerated().map { index, way in
            "  - { name: l\(index), \(way), baud: 115200, slaves: [{ id: 1, points: "
                + "[{ code: P\(index), register: 40001, type: uint16, unit: V }] }] }"
        }
        let text = """
            poll: { interval: 1s, timeout: 5s }
            lines:
            \(items.joined(separator: "\n"))
            broker: { host: a, ca: b, certificate: c, key: d }
            """
        let configuration = try AgentConfiguration.parse(Array(text.utf8), file: "lines.yaml")
        return Lines(
            configuration.buses, policy: RetryPolicy(attempts: 1),
            log: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test func `a line that cannot be connected to costs the others nothing`() async throws {
        let well = try simulated()
        let hole = try BlackHole()
        let lines = try lines([
            "port: \(well.path)", "url: \"tcp://127.0.0.1:\(hole.port)\", connect_timeout: 3s",
        ])
        let failures = await lines.open()
        #expect(failures.map(\.kind) == [.unreachable])
        for _ in 0..<5 {
            let cycle = await lines.poll(deadline: .now + .seconds(10))
            #expect(cycle.duration < .milliseconds(2_500), "less than a connect takes to fail")
            #expect(cycle.succeeded == 1)
            #expect(cycle.failed == 1)
            #expect(cycle.lines.map(\.report.lineFailure?.kind) == [nil, .unreachable])
        }
        await lines.stop()
    }

    @Test func `lines are polled side by side`() async throws {
        let (one, two) = (try simulated(), try simulated(.rtuOverTCP(host: "127.0.0.1", port: 0)))
        for line in [one, two] { line.inject(Fault(.slow(by: .seconds(2)))) }
        let lines = try lines(["port: \(one.path)", "url: \"\(two.path)\""])
        #expect(await lines.open().isEmpty)
        let cycle = await lines.poll(deadline: .now + .seconds(10))
        #expect(cycle.succeeded == 2)
        let begins = try [one, two].map { try #require($0.exchanges.first).requestStart }
        let apart = Double(max(begins[0], begins[1]) - min(begins[0], begins[1])) / 1e9
        #expect(apart < 2, "the second was asked before the first had answered: \(apart) s")
        await lines.stop()
    }

    @Test func `a line that is back is told, and only that one`() async throws {
        let (one, two) = (try simulated(), try simulated(.tcp(host: "127.0.0.1", port: 0)))
        let lines = try lines(["port: \(one.path)", "url: \"\(two.path)\""])
        #expect(await lines.open().isEmpty)
        two.unplug()
        let broken = await lines.poll(deadline: .now + .seconds(10))
        #expect(broken.lines[1].report.lineFailure != nil)
        #expect(broken.succeeded == 1)
        let start = ContinuousClock.now
        #expect(await lines.rest(until: .now + .milliseconds(300)) == nil)
        #expect(start.duration(to: .now) >= .milliseconds(300))
        try two.replug()
        #expect(await lines.rest(until: .now + .seconds(20)) == [1])
        #expect(start.duration(to: .now) < .seconds(15))
        let caughtUp = await lines.poll([1], deadline: .now + .seconds(10))
        #expect(caughtUp.lines.map(\.index) == [1])
        #expect(caughtUp.succeeded == 1)
        #expect(await lines.rest(until: .now + .milliseconds(100)) == nil)
        await lines.stop()
    }
}
