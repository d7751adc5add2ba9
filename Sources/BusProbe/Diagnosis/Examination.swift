public import ModbusModel

/// The examination of a line: what is asked and tried, in the order in which a good technician would.
public struct Examination: Sendable {
    private let line: ProbeLine
    private let setting: ProbeSetting
    private let slaves: [SlaveAddress]
    private let longest: ProbeRequest.Question
    private let report: @Sendable (Step) -> Void

    /// What an examination is just doing.
    public enum Step: Sendable, Hashable {
        /// Listening without a word.
        case listening
        /// Asking a slave.
        case asking(UInt8)
        /// Trying other settings.
        case otherSetting(ProbeSetting)
        /// Looking for slaves at other addresses.
        case otherAddresses
    }

    /// Questions to each slave, short and long ones in turn.
    static let rounds = 12

    /// Questions more to a line on which all is clean so far, to find what strikes rarely.
    static let cleanQuestions = 120

    /// A slave that gave no sign by then is not asked again in the same way.
    static let silentRounds = 3

    /// How long a slave may take: the slowest that anybody configures.
    static let wait: Duration = .milliseconds(600)

    /// Prepares an examination.
    ///
    /// - Parameter longest: A question with a long answer that the slaves certainly have; without one the first
    ///   twenty holding registers are asked for, and a refusal is as good.
    public init(
        _ line: ProbeLine, setting: ProbeSetting, slaves: [SlaveAddress],
        longest: ProbeRequest.Question = .read(.holding, address: 0, count: 20),
        report: @escaping @Sendable (Step) -> Void = { _ in }
    ) {
        self.line = line
        self.setting = setting
        self.slaves = slaves
        self.longest = longest
        self.report = report
    }

    /// Carries it out; the line is left with the setting that it began with.
    ///
    /// - Parameters:
    ///   - latencyTimer: The adapter's, in milliseconds, where it has one.
    ///   - listening: How long the line is listened to before the first question.
    public func run(latencyTimer: Int? = nil, listening: Duration = .seconds(2)) async throws(ProbeFault) -> Evidence {
        var evidence = Evidence(setting: setting)
        evidence.latencyTimer = latencyTimer
        report(.listening)
        let ear = Ear(line)
        let heard = try await ear.listen(setting, for: listening) { report(.otherSetting($0)) }
        evidence.take(listening: heard.reception)
        evidence.masterAsks = heard.conversation
        try await line.use(setting)
        for round in 0..<Self.rounds where evidence.masterAsks.isEmpty {
            try await ask(round, &evidence, listeningOn: .milliseconds(40))
        }
        // A fault that strikes one answer in thirty is still a fault: a clean line is asked longer.
        let most = Self.rounds + (Self.cleanQuestions + slaves.count - 1) / slaves.count
        for round in Self.rounds..<most where Diagnosis(evidence).findings.first?.finding == .fine {
            try await ask(round, &evidence)
        }
        let silent = slaves.filter { (evidence.witnesses[$0.rawValue]?.answered ?? 0) == 0 }
        guard !silent.isEmpty, evidence.masterAsks.isEmpty else { return evidence }
        try await tryOthers(silent, &evidence)
        try await line.use(setting)
        if silent.count == slaves.count { try await lookElsewhere(&evidence) }
        return evidence
    }

    private func ask(
        _ round: Int, _ evidence: inout Evidence, listeningOn time: Duration = .zero
    ) async throws(ProbeFault) {
        for slave in slaves where round < Self.silentRounds || evidence.hasHeard(slave) {
            guard !Task.isCancelled else { return }
            report(.asking(slave.rawValue))
            let request = round % 2 == 0 ? ProbeRequest.presence(of: slave) : ProbeRequest(longest, to: slave)
            evidence.take(try await line.ask(request, wait: Self.wait, listeningOn: time))
        }
    }

    /// Asks those that were not understood with every other setting; slow ones once more with the common settings.
    private func tryOthers(_ silent: [SlaveAddress], _ evidence: inout Evidence) async throws(ProbeFault) {
        var left = silent
        let others = ProbeSetting.all.filter { $0.stopBits == 1 && $0 != setting && $0.differs(from: setting) }
        let rounds = [
            (others, Duration.milliseconds(80)), (others.filter(ProbeSetting.common.contains), ScanPlan.longWait),
        ]
        for (settings, wait) in rounds {
            for other in settings where !left.isEmpty && !Task.isCancelled {
                report(.otherSetting(other))
                try await line.use(other)
                var found: [SlaveAddress] = []
                for slave in left {
                    // Once may be chance; twice is a setting.
                    if try await line.ask(.presence(of: slave), wait: wait).verdict.isPresent,
                        try await line.ask(.presence(of: slave), wait: ScanPlan.longWait).verdict.isPresent
                    {
                        found.append(slave)
                    }
                }
                guard !found.isEmpty else { continue }
                left.removeAll(where: found.contains)
                evidence.otherSettings.append(.init(setting: other, slaves: found.map(\.rawValue)))
            }
        }
    }

    private func lookElsewhere(_ evidence: inout Evidence) async throws(ProbeFault) {
        let somebody = evidence.witnesses.values.contains { $0.broken + $0.twoVoices + $0.late > 0 }
        guard !somebody, evidence.otherSettings.isEmpty, !Task.isCancelled else { return }
        report(.otherAddresses)
        let addresses = (1...247).map { UInt8($0) }.filter { address in !slaves.contains { $0.rawValue == address } }
        var result = ScanReport()
        try await Scanner(line, until: .everything).run(
            ScanPlan(settings: [setting], addresses: addresses), into: &result)
        evidence.otherSlaves = result.present.map(\.slave)
    }
}

extension Evidence {
    /// Whether anything came from a slave.
    fileprivate func hasHeard(_ slave: SlaveAddress) -> Bool {
        witnesses[slave.rawValue].map { $0.asked > $0.silent || $0.late > 0 } ?? false
    }
}

extension ProbeSetting {
    /// Whether a slave of one setting would not understand the other: stop bits do not count.
    fileprivate func differs(from other: ProbeSetting) -> Bool { baud != other.baud || parity != other.parity }
}
