internal import ModbusModel
internal import SerialPorts
internal import Synchronization

/// Carries out a scan on a line.
public struct Scanner: Sendable {
    /// When a scan is over.
    public enum End: Sendable, Hashable {
        /// When one slave was found.
        case firstFound
        /// When all addresses were asked with the first setting with which somebody answers.
        case firstSetting
        /// When everything was asked.
        case everything
    }

    private let line: ProbeLine
    private let end: End
    private let report: @Sendable (ScanEvent) -> Void

    /// How long the line is listened to before the first question.
    public static let preflight: Duration = .seconds(2)

    /// Prepares a scan; `report` is called on no particular thread and must return at once.
    public init(_ line: ProbeLine, until end: End, report: @escaping @Sendable (ScanEvent) -> Void = { _ in }) {
        self.line = line
        self.end = end
        self.report = report
    }

    /// Listens before anything is asked: on a line with another master nothing may be said.
    ///
    /// What comes is told while it comes, ten times a second.
    public func listen(
        _ setting: ProbeSetting, for time: Duration = preflight, into result: inout ScanReport
    ) async throws(ProbeFault) {
        let pace = Pace()
        let (line, report) = (line, report)
        // At once, so that whoever waits sees which setting is listened to even where nothing comes.
        report(.listening(Heard([], at: setting)))
        let heard = try await Ear(line).listen(
            setting, for: time, trying: { report(.listening(Heard([], at: $0))) },
            hearing: { setting, reception in
                if pace.isDue() { report(.listening(Heard(reception.bytes, at: setting))) }
            })
        let (reception, spoken) = (heard.understood ?? heard.reception, heard.setting ?? setting)
        result.heard = Heard(reception.bytes, at: spoken)
        if !heard.conversation.isEmpty {
            result.beginning = .master(asks: heard.conversation)
        } else {
            result.beginning = reception.isEmpty ? .silent : .noise(bytes: reception.bytes.count)
        }
    }

    /// Asks everything that the plan holds, or until the end is reached or the task is cancelled.
    ///
    /// What was found stays found, whatever ends the scan.
    public func run(_ plan: ScanPlan, into result: inout ScanReport) async throws(ProbeFault) {
        let start = ContinuousClock.now
        defer { result.duration += start.duration(to: .now) }
        var done: Duration = .zero
        for (number, step) in plan.steps.enumerated() {
            if end == .firstSetting, let found = result.setting, found != step.setting { continue }
            try await line.use(step.setting)
            for (index, address) in step.addresses.enumerated() {
                guard !Task.isCancelled else {
                    result.left = plan.rest(from: number, address: index)
                    return
                }
                let share = step.duration / step.addresses.count
                report(
                    .progress(
                        setting: step.setting, slave: address, done: done / plan.duration,
                        left: plan.duration - done))
                done += share
                guard !isKnown(address, step.setting, in: result) else { continue }
                try await ask(address, step, &result)
                if end == .firstFound, !result.present.isEmpty { return }
            }
        }
    }

    private func isKnown(_ address: UInt8, _ setting: ProbeSetting, in result: ScanReport) -> Bool {
        result.findings.contains { $0.slave == address && $0.setting == setting && $0.verdict.isPresent }
    }

    private func ask(_ address: UInt8, _ step: ScanPlan.Step, _ result: inout ScanReport) async throws(ProbeFault) {
        guard let slave = SlaveAddress(Int(address)) else { return }
        let hearing = try await line.ask(.presence(of: slave), wait: step.wait)
        note(hearing, in: &result)
        // Slower slaves give themselves away: their answers come while others are asked.
        for late in hearing.lateSlaves where !isKnown(late, step.setting, in: result) {
            guard let slave = SlaveAddress(Int(late)) else { continue }
            let again = try await line.ask(.presence(of: slave), wait: ScanPlan.longWait)
            try await settle(again, of: late, &result)
        }
        try await settle(hearing, of: address, &result)
    }

    /// Whoever gave a sign is asked again, so that one disturbance makes no slave and a second voice has time to speak.
    private func settle(_ first: Hearing, of address: UInt8, _ result: inout ScanReport) async throws(ProbeFault) {
        guard first.verdict != .silence, first.verdict != .echoOnly else { return }
        var hearings = [first]
        let whole = first.verdict.isPresent
        for _ in 0..<(whole ? 1 : 2) {
            hearings.append(
                try await line.ask(first.request, wait: ScanPlan.longWait, listeningOn: .milliseconds(30)))
        }
        for hearing in hearings.dropFirst() { note(hearing, in: &result) }
        guard let finding = ScanReport.Finding(hearings, slave: address) else { return }
        result.findings.removeAll { $0.slave == address && $0.setting == finding.setting }
        result.findings.append(finding)
        report(.found(finding))
    }

    private func note(_ hearing: Hearing, in result: inout ScanReport) {
        result.asked += 1
        result.strayBytes += hearing.strayBytes
        if hearing.echoedBytes > 0 { result.echoes = true }
        if let errors = hearing.after.errors { result.errors = (result.errors ?? PortErrors()) + errors }
    }
}

/// Lets something happen ten times a second at the most: to look through all bytes for frames takes its time.
private final class Pace: Sendable {
    private let last = Mutex<ContinuousClock.Instant?>(nil)

    func isDue() -> Bool {
        last.withLock { last in
            if let last, last.duration(to: .now) < .milliseconds(100) { return false }
            last = .now
            return true
        }
    }
}

extension ScanReport.Finding {
    /// What several questions to one address say together; nil when after all nobody is there.
    init?(_ hearings: [Hearing], slave: UInt8) {
        guard let last = hearings.last else { return nil }
        let verdicts = hearings.map(\.verdict)
        let whole = verdicts.filter(\.isPresent)
        let answered = whole.filter { $0 != .twoVoices }.count
        let verdict: Verdict
        if verdicts.contains(.twoVoices) || (answered == 0 && Self.speaksDouble(hearings)) {
            verdict = .twoVoices
        } else if let answer = whole.last {
            verdict = answer
        } else {
            guard verdicts.filter({ $0 == .broken }).count > 1 else { return nil }
            verdict = .broken
        }
        self.init(
            slave: slave, setting: last.setting, verdict: verdict,
            responseTime: hearings.compactMap(\.responseTime).max(), answered: answered, asked: hearings.count)
    }

    /// Two slaves that speak at once are out of step: it begins right, and more comes than one answer has.
    private static func speaksDouble(_ hearings: [Hearing]) -> Bool {
        let broken = hearings.filter { $0.verdict == .broken }
            .map { BrokenAnswer($0.request, $0.heard, $0.setting) }
        let double = broken.count { $0.isInterleaved || ($0.beginsRight && $0.surplus > 0) }
        return broken.count > 1 && double * 2 > broken.count
    }
}
