import LineSimulator
import MachineTime
import ModbusModel
import Testing

@testable import BusProbe

@Suite("The quality of a line", .judgesTime)
struct QualityTests {
    private func report(times: Int = 60, _ act: (SimulatedLine) -> Void) async throws -> QualityReport {
        let line = try line([1, 2], turnaround: .milliseconds(12), baud: 115200)
        defer { line.stop() }
        act(line)
        let setting = ProbeSetting(baud: 115200, parity: .none)
        let questions = [1, 2].compactMap { SlaveAddress($0) }.map { ProbeRequest.presence(of: $0) }
        return try await QualityRun(
            ProbeLine(port: line.path), port: line.path, setting: setting, questions: questions
        ).run(times: times, at: "2026-01-01T00:00:00Z")
    }

    @Test("is good where nothing is lost, with the slave's own pace")
    func good() async throws {
        let report = try await report { _ in }
        #expect(report.grade == .good)
        for slave in report.slaves {
            #expect(slave.answered == 60)
            #expect((11.0...20).contains(slave.medianMilliseconds), "\(slave.medianMilliseconds) ms")
            #expect(slave.p99Milliseconds >= slave.medianMilliseconds)
            #expect(Double(slave.proposedTimeoutMilliseconds) > slave.p99Milliseconds)
        }
    }

    @Test("counts what is lost and what is broken apart, slave by slave")
    func bad() async throws {
        let report = try await report(times: 12) { line in
            line.inject(Fault(.dead, .next(2)), on: 1)
            line.inject(Fault(.badCRC, .next(3)), on: 2)
        }
        #expect(report.slaves.map(\.lost) == [2, 0])
        #expect(report.slaves.map(\.broken) == [0, 3])
        #expect(report.grade == .bad)
    }

    @Test("puts several questions to a slave in turn, and counts them together")
    func turns() async throws {
        let line = try line([1, 2], turnaround: .milliseconds(2), baud: 115200)
        defer { line.stop() }
        let slaves = [1, 2].compactMap { SlaveAddress($0) }
        let questions = [1, 3, 5].map { ProbeRequest(.read(.holding, address: 0, count: $0), to: slaves[0]) }
        let report = try await QualityRun(
            ProbeLine(port: line.path), port: line.path, setting: ProbeSetting(baud: 115200, parity: .none),
            questions: questions + [.presence(of: slaves[1])]
        ).run(times: 6, at: "2026-01-01T00:00:00Z")
        #expect(report.slaves.map(\.slave) == [1, 2] && report.slaves.map(\.asked) == [6, 6])
        let counts = line.exchanges.filter { $0.slave == 1 }.map { $0.request[5] }
        #expect(counts == [1, 3, 5, 1, 3, 5])
        #expect(report.slaves[0].times.count == 6)
    }

    @Test("makes a page in each language, with every slave on it")
    func page() async throws {
        let report = try await report(times: 3) { _ in }
        let pages = Language.allCases.map { report.page(in: $0) }
        #expect(Set(pages).count == Language.allCases.count)
        for page in pages {
            #expect(page.contains("<td>1</td>") && page.contains("<td>2</td>"))
            #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("2026-01-01T00:00:00Z"))
        }
    }
}
