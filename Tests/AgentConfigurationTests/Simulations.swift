import AgentConfiguration
import ExactArithmetic
import ModbusModel
import Testing

/// The same file, read by the simulator.
@Suite struct Simulations {
    private func simulation(_ text: String) throws -> SimulationConfiguration {
        try SimulationConfiguration.parse(Array(text.utf8), file: "line.yaml")
    }

    @Test func `an agent's file can be simulated as it is`() throws {
        let simulation = try simulation(try Sample.documented(0))
        #expect(simulation.buses[0].line.place == "/dev/ttyUSB0")
        #expect(simulation.buses[0].slaves.map(\.id.rawValue) == [1, 2])
        #expect(simulation.buses[0].slaves.map(\.maximumRegisters) == [64, 125])
        #expect(simulation.buses[0].slaves.map(\.turnaround) == [.milliseconds(20), .milliseconds(20)])
        #expect(simulation.buses[0].slaves[0].points.map(\.code) == ["D01", "D02", "D03", "D04"])
        #expect(simulation.buses[0].slaves[0].points.allSatisfy { $0.behaviour == nil })
    }

    @Test func `what concerns the agent alone is not looked at`() throws {
        let text = "gateway: 5\npoll: [often]\nbroker: none\nspool: {}\nlog: ~\n" + (try Sample.documented(2))
        #expect(try simulation(text).buses[0].slaves.count == 1)
    }

    @Test func `behaviours arrive exactly`() throws {
        let slave = try #require(try simulation(try Sample.documented(2)).buses[0].slaves.first)
        #expect(slave.turnaround == .milliseconds(35))
        #expect(
            slave.points.map(\.behaviour) == [
                .counts(from: ExactDecimal(1200), perSecond: try #require(ExactDecimal(parsing: "1.5"))),
                .waves(from: ExactDecimal(21), to: ExactDecimal(24), period: .seconds(60)),
                .fixed(ExactDecimal(230)),
            ]
        )
        #expect(slave.points.allSatisfy { $0.code == nil && $0.unit == nil })
    }

    @Test func `a line of 247 slaves can be simulated`() throws {
        let slaves = (1...247).map { "  - { id: \($0), points: [{ register: 40001, type: uint16 }] }" }
        let text = "line: { port: /tmp/line }\nslaves:\n" + slaves.joined(separator: "\n")
        #expect(try simulation(text).buses[0].slaves.count == 247)
    }
}
