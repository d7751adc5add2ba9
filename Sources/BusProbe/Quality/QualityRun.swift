internal import ModbusModel
internal import SerialPorts

/// Measures a line: many questions to each slave, in turn, and what became of them.
public struct QualityRun: Sendable {
    private let line: ProbeLine
    private let port: String
    private let setting: ProbeSetting
    private let questions: [[ProbeRequest]]

    /// How long a slave may take before a question counts as lost.
    static let wait: Duration = .seconds(1)

    /// Prepares a measurement.
    ///
    /// - Parameter questions: Best what the agent will ask; a slave's are put to it in turn.
    public init(_ line: ProbeLine, port: String, setting: ProbeSetting, questions: [ProbeRequest]) {
        self.line = line
        self.port = port
        self.setting = setting
        let slaves = questions.map(\.slave)
        self.questions = slaves.indices.filter { slaves.firstIndex(of: slaves[$0]) == $0 }.map { first in
            questions.filter { $0.slave == slaves[first] }
        }
    }

    /// Asks each slave so many times; ends early, with what it has, when the task is cancelled.
    ///
    /// - Parameters:
    ///   - times: How often each slave is asked.
    ///   - moment: When it is measured, UTC, for the report.
    ///   - progress: Told after each round how much is done, from 0 to 1.
    public func run(
        times: Int, at moment: String, progress: @Sendable (Double) -> Void = { _ in }
    ) async throws(ProbeFault) -> QualityReport {
        try await line.use(setting)
        var evidence = Evidence(setting: setting)
        for round in 0..<times where !Task.isCancelled {
            for own in questions {
                evidence.take(try await line.ask(own[round % own.count], wait: Self.wait))
            }
            progress(Double(round + 1) / Double(times))
        }
        return QualityReport(
            port: port, baud: setting.baud, format: setting.format, at: moment,
            slaves: questions.map { own in
                let slave = own[0].slave.rawValue
                return QualityReport.Slave(slave: slave, evidence.witnesses[slave] ?? .init(), setting: setting)
            },
            strayBytes: evidence.fringeBytes + evidence.idleBytes.count,
            framingErrors: evidence.errors?.framing, parityErrors: evidence.errors?.parity)
    }
}
