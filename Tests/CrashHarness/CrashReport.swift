/// What a run prints at its end: a line for each gateway, then every finding.
public struct CrashReport: Sendable, CustomStringConvertible {
    private let plan: Plan
    private let outcome: CrashRun.Outcome
    /// A thousand findings say no more than the first of each kind.
    private static let mostFindings = 8

    /// A report of a run.
    public init(_ plan: Plan, _ outcome: CrashRun.Outcome) {
        self.plan = plan
        self.outcome = outcome
    }

    /// The report.
    public var description: String {
        let seconds = outcome.time.components.seconds
        var lines = [
            "seed \(plan.seed): \(plan.rounds.count) rounds, \(outcome.kills) kills, \(seconds) s", "",
            "| gateway | promised | delivered | lost | duplicates | at one break | reordered | mis-stamped | wrong bytes |",
            "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        ]
        let verdicts = Role.allCases.compactMap { role in outcome.verdicts[role].map { (role, $0) } }
        lines += verdicts.map { role, verdict in
            let cells = [
                verdict.promised, verdict.delivered, verdict.count(.lost), verdict.duplicates, verdict.mostAtOnce,
                verdict.count(.reordered), verdict.count(.misstamped), verdict.count(.wrongBytes),
            ]
            return "| \(role.rawValue) | \(cells.map(String.init).joined(separator: " | ")) |"
        }
        for (role, verdict) in verdicts {
            if verdict.excused > 0 { lines.append("\(role.rawValue): the disk took \(verdict.excused) readings") }
            if verdict.brokerRepeats > 0 {
                lines.append("\(role.rawValue): the broker itself repeated \(verdict.brokerRepeats)")
            }
            if verdict.kept > 0 { lines.append("\(role.rawValue): \(verdict.kept) readings are still in the spool") }
            for fault in Verdict.Fault.allCases {
                let findings = verdict.findings.filter { $0.fault == fault }
                lines += findings.prefix(Self.mostFindings).map { "\(role.rawValue): \($0)" }
                if findings.count > Self.mostFindings {
                    lines.append("\(role.rawValue): \(fault.rawValue): and \(findings.count - Self.mostFindings) more")
                }
            }
        }
        lines.append(outcome.holds ? "the guarantee held" : "THE GUARANTEE WAS BROKEN")
        return lines.joined(separator: "\n")
    }
}
