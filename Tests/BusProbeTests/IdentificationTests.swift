import AgentConfiguration
import ExactArithmetic
import LineSimulator
import MachineTime
import ModbusModel
import Testing

@testable import BusProbe

extension MeterProfile {
    /// The meter on a fast line of its own.
    func simulated() throws -> SimulatedLine {
        var slave = SimulatedSlave(id: 1, turnaround: .milliseconds(1))
        let tables: [(RegisterTable, SimulatedSlave.Table)] = [
            (.holding, .holdingRegisters), (.input, .inputRegisters),
        ]
        for (table, simulated) in tables {
            for (address, word) in registers(of: table, moment: 0) {
                slave.set(simulated, UInt16(address), .raw([word]))
            }
        }
        return try SimulatedLine(SimulatedLineSettings(baud: 115200), slaves: [slave])
    }

    /// The profile as a candidate, by the test's own reading of the quantities.
    func candidate(_ quantities: [Quantity]) -> Candidate {
        Candidate(
            name: name, words: [model], alike: alike,
            traits: points.map { point in
                let quantity = quantities.first { $0.name == point.name }
                return Candidate.Trait(
                    definition: point.definition, plausible: quantity?.plausible ?? [], weight: quantity?.weight ?? 0,
                    grows: quantity?.grows ?? false, absent: point.absent)
            },
            marks: marks.map { mark in
                Candidate.Mark(address: mark.address, count: mark.count) { mark.isProven(by: $0) }
            })
    }
}

@Suite("The identification", .judgesTime)
struct IdentificationTests {
    @Test("names the meter, or one that cannot be told from it, first for 9 models in 10")
    func park() async throws {
        let park = try MeterPark()
        let candidates = park.profiles.map { $0.candidate(park.quantities) }
        var outcomes: [(String, [Match])] = []
        try await withThrowingTaskGroup(of: (String, [Match]).self) { group in
            var waiting = park.profiles[...]
            func next() {
                guard let profile = waiting.popFirst() else { return }
                group.addTask {
                    let line = try profile.simulated()
                    defer { line.stop() }
                    let probe = try ProbeLine(port: line.path)
                    try await probe.use(ProbeSetting(baud: 115200, parity: .none))
                    let result = try await Identification(probe, slave: #require(SlaveAddress(1))).run(candidates)
                    return (profile.name, result.matches)
                }
            }
            for _ in 0..<5 { next() }
            while let outcome = try await group.next() {
                outcomes.append(outcome)
                next()
            }
        }
        let wrong = outcomes.filter { name, matches in
            guard let best = matches.first else { return true }
            return best.name != name && !best.alike.contains(name)
        }
        let rows = wrong.map { name, matches in
            "\(name): \(matches.prefix(3).map { "\($0.name) \(($0.score * 10).rounded() / 10)" })"
        }
        #expect(wrong.count * 10 <= outcomes.count, "\(rows.joined(separator: "; "))")
    }
}
