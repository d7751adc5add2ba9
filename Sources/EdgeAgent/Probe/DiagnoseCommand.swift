import AgentConfiguration
import ArgumentParser
import BusProbe
import EdgeAgentCore
import ModbusModel
import SerialPorts

/// `edge-agent probe diagnose`: what is wrong with the wiring, and what to do.
struct DiagnoseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diagnose",
        abstract: Words(
            en: "Say what is wrong with a line: wires, bias, termination, speed, parity, addresses, adapter.",
            pt:
                "Dizer o que há de errado com uma linha: fios, polarização, terminação, velocidade, paridade, endereços, adaptador."
        ).here,
        discussion: Words(
            en: """
                Listens, asks each slave many times, and of those that do not answer tries other settings and other addresses. \
                What is most likely wrong comes first; faults that look alike from here are both named. Status 0: all \
                fine; 1: something was found.
                """,
            pt: """
                Escuta, pergunta a cada escravo muitas vezes e, a quem não responde, tenta outras velocidades e outros \
                endereços. O mais provável vem primeiro; falhas que daqui parecem iguais são ditas as duas. Status 0: \
                tudo certo; 1: algo foi achado.
                """
        ).here)

    @OptionGroup var options: ProbeOptions

    @Option(
        help: ArgumentHelp(
            Words(
                en: "Slaves to ask; the configuration's, or 1.", pt: "Escravos a perguntar; os da configuração, ou 1."
            ).here, valueName: "list"), transform: SlaveList.reading)
    var slaves: SlaveList?

    func run() async throws {
        try await Terminal.ending(wrapping: true) {
            let bus = try options.bus()
            let path = try options.portPath(bus)
            let setting = options.setting(bus) ?? ProbeSetting.common[0]
            let asked = slaves?.slaves ?? bus?.slaves.map(\.id) ?? [1].compactMap { SlaveAddress($0) }
            let console = ProbeConsole(options)
            let latency = AdapterLatency.milliseconds(of: path)
            let evidence = try await console.run(on: path) {
                let examination = Examination(try ProbeLine(port: path), setting: setting, slaves: asked) { step in
                    console.progress(step.words)
                }
                return try await examination.run(latencyTimer: latency)
            }
            let diagnosis = Diagnosis(evidence)
            if options.json {
                try ProbeConsole.json(DiagnosisResult(diagnosis, evidence, port: path, language: options.language))
            } else {
                say(diagnosis, evidence)
            }
            if diagnosis.findings.first?.finding != .fine { throw ExitCode(1) }
        }
    }

    private func say(_ diagnosis: Diagnosis, _ evidence: Evidence) {
        for (slave, witness) in evidence.witnesses.sorted(by: { $0.key < $1.key }) {
            ProbeConsole.say(
                Words(
                    en:
                        "slave \(slave): \(witness.answered) of \(witness.asked) answered, \(witness.broken + witness.twoVoices) broken, \(witness.silent) silent",
                    pt:
                        "escravo \(slave): \(witness.answered) de \(witness.asked) respondidas, \(witness.broken + witness.twoVoices) corrompidas, \(witness.silent) sem resposta"
                ).said(in: options.language))
        }
        if let errors = evidence.errors {
            ProbeConsole.say(
                Words(
                    en:
                        "kernel: \(errors.framing) framing, \(errors.parity) parity, \(errors.breaks) breaks, \(errors.overruns) overruns",
                    pt:
                        "kernel: \(errors.framing) framing, \(errors.parity) paridade, \(errors.breaks) breaks, \(errors.overruns) overruns"
                ).said(in: options.language))
        }
        for (number, opinion) in diagnosis.findings.prefix(3).enumerated() {
            let or = number == 0 ? "" : Words(en: "or: ", pt: "ou: ").said(in: options.language)
            ProbeConsole.say("\(or)\(opinion.finding.verdict.said(in: options.language))")
            ProbeConsole.say("  -> \(opinion.finding.nextStep.said(in: options.language))", hanging: "     ")
        }
    }
}

extension Examination.Step {
    /// What is just being done.
    var words: Words {
        switch self {
        case .listening: Words(en: "listening", pt: "escutando")
        case .asking(let slave): Words(en: "asking slave \(slave)", pt: "perguntando ao escravo \(slave)")
        case .otherSetting(let setting): Words(en: "trying \(setting)", pt: "tentando \(setting)")
        case .otherAddresses:
            Words(en: "looking for slaves at other addresses", pt: "procurando escravos em outros endereços")
        }
    }
}

/// The JSON of a diagnosis: docs/probe.md.
struct DiagnosisResult: Encodable {
    struct Finding: Encodable {
        let name: String
        let weight: Double
        let verdict: String
        let nextStep: String
    }

    struct Slave: Encodable {
        let slave: UInt8
        let asked: Int
        let answered: Int
        let broken: Int
        let twoVoices: Int
        let silent: Int
    }

    let port: String
    let baud: Int
    let format: String
    let findings: [Finding]
    let slaves: [Slave]
    let idleBytes: Int
    let fringeBytes: Int
    let framingErrors: Int?
    let parityErrors: Int?
    let breaks: Int?
    let overruns: Int?

    init(_ diagnosis: Diagnosis, _ evidence: Evidence, port: String, language: Language) {
        self.port = port
        baud = evidence.setting.baud
        format = evidence.setting.format
        findings = diagnosis.findings.map { opinion in
            Finding(
                name: opinion.finding.name, weight: opinion.weight, verdict: opinion.finding.verdict.said(in: language),
                nextStep: opinion.finding.nextStep.said(in: language))
        }
        slaves = evidence.witnesses.sorted { $0.key < $1.key }.map { slave, witness in
            Slave(
                slave: slave, asked: witness.asked, answered: witness.answered, broken: witness.broken,
                twoVoices: witness.twoVoices, silent: witness.silent)
        }
        idleBytes = evidence.idleBytes.count
        fringeBytes = evidence.fringeBytes
        framingErrors = evidence.errors?.framing
        parityErrors = evidence.errors?.parity
        breaks = evidence.errors?.breaks
        overruns = evidence.errors?.overruns
    }
}
