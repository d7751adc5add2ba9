import AgentConfiguration
import BusProbe
import EdgeAgentCore
import ModbusModel

/// Whether a line has become worse than a measurement of it, for who stands beside it.
struct QualityDrift: Encodable {
    /// One thing that has become worse.
    struct Finding: Encodable {
        let kind: String
        let slave: UInt8?
        let bad: Int
        let chances: Int
        let allowed: Double
        let laterThanMilliseconds: Double?
    }

    let isWorse: Bool
    let findings: [Finding]
    /// The slaves that were not measured then.
    let unknown: [UInt8]

    init(_ report: QualityReport, against baseline: LineBaseline) {
        let now = report.slaves.compactMap { slave in
            SlaveAddress(Int(slave.slave)).map {
                DriftComparison.Measured(slave: $0, asked: slave.asked, answered: slave.answered, times: slave.times)
            }
        }
        let errors = report.framingErrors.map { $0 + (report.parityErrors ?? 0) }
        let comparison = DriftComparison(now, characterErrors: errors, against: baseline)
        isWorse = !comparison.findings.isEmpty
        findings = comparison.findings.map {
            Finding(
                kind: $0.drift.kind.rawValue, slave: $0.drift.slave?.rawValue, bad: $0.bad, chances: $0.chances,
                allowed: $0.allowed, laterThanMilliseconds: $0.limit.map { $0 / .milliseconds(1) })
        }
        unknown = comparison.unknown.map(\.rawValue)
    }

    /// Says what has become worse and what to do about it, or that nothing has.
    func say(since moment: String, in language: Language) {
        for slave in unknown {
            ProbeConsole.say(
                Words(
                    en: "slave \(slave): not in the earlier measurement",
                    pt: "escravo \(slave): não consta da medição anterior"
                ).said(in: language))
        }
        for finding in findings {
            ProbeConsole.say(finding.words.said(in: language))
            let step = "  -> " + finding.nextStep.said(in: language)
            ProbeConsole.say(step, hanging: "     ")
        }
        let verdict =
            isWorse
            ? Words(en: "Worse than on \(moment).", pt: "Pior que em \(moment).")
            : Words(en: "No worse than on \(moment).", pt: "Não piorou desde \(moment).")
        ProbeConsole.say(verdict.said(in: language))
    }
}

extension QualityDrift.Finding {
    fileprivate var words: Words {
        let subject = Words(
            en: slave.map { "slave \($0)" } ?? "the line", pt: slave.map { "escravo \($0)" } ?? "a linha")
        let (en, pt) = (subject.said(in: .english), subject.said(in: .portuguese))
        let percent = "\((allowed * 1000).rounded() / 10) %"
        let limit = laterThanMilliseconds.map { " \($0) ms" }
        switch kind {
        case DriftKind.loss.rawValue:
            return Words(
                en: "\(en): \(bad) of \(chances) failed; up to \(percent) would be as measured before",
                pt: "\(pt): \(bad) de \(chances) falharam; até \(percent) seria como na medição anterior")
        case DriftKind.slow.rawValue:
            return Words(
                en: "\(en): \(bad) of \(chances) answers came late\(limit.map { ", after more than\($0)" } ?? ""); "
                    + "up to \(percent) would be as measured before",
                pt: "\(pt): \(bad) de \(chances) respostas atrasadas\(limit.map { ", depois de mais de\($0)" } ?? ""); "
                    + "até \(percent) seria como na medição anterior")
        default:
            return Words(
                en: "\(en): damaged characters around \(bad) of \(chances) questions; "
                    + "up to \(percent) would be as measured before",
                pt: "\(pt): caracteres danificados em \(bad) de \(chances) perguntas; "
                    + "até \(percent) seria como na medição anterior")
        }
    }

    fileprivate var nextStep: Words {
        switch (kind, slave) {
        case (DriftKind.loss.rawValue, nil):
            Words(
                en: "check termination, bias and what was added to the line; edge-agent probe diagnose",
                pt: "verifique terminação, polarização e o que foi acrescentado; edge-agent probe diagnose")
        case (DriftKind.loss.rawValue, _):
            Words(
                en: "check this slave's terminals, its supply and the cable to it",
                pt: "verifique os bornes deste escravo, a alimentação e o cabo até ele")
        case (DriftKind.slow.rawValue, nil):
            Words(
                en: "check the adapter's latency timer and what else this machine does",
                pt: "verifique o latency timer do adaptador e o que mais esta máquina faz")
        case (DriftKind.slow.rawValue, _):
            Words(
                en: "check whether this slave was exchanged or set otherwise, and its supply",
                pt: "verifique se este escravo foi trocado ou reconfigurado, e a alimentação")
        default:
            Words(
                en: "check shield, earth, bias and what was put beside the cable",
                pt: "verifique blindagem, aterramento, polarização e o que foi posto junto ao cabo")
        }
    }
}

/// A measurement, and what it says beside an earlier one.
struct JudgedReport: Encodable {
    let report: QualityReport
    let drift: QualityDrift?

    private enum CodingKeys: CodingKey { case drift }

    func encode(to encoder: any Encoder) throws {
        try report.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(drift, forKey: .drift)
    }
}
