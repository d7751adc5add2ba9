import ArgumentParser
import BusProbe
import EdgeAgentCore
import FoundationEssentials

/// `edge-agent probe scan`: who is on the line.
struct ScanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: Words(en: "Find the slaves on a line.", pt: "Achar os escravos de uma linha.").here,
        discussion: Words(
            en: """
                Listens for two seconds first, and does not disturb a line that has a master. Then every address is asked, \
                at the given setting (about 14 s at 9600 bit/s) or, without one, at the settings that meters are sold with. \
                Any answer counts, also a refusal or a broken one. Ctrl-C keeps what was found. Status 1: \
                nobody; 75: another master is on the line.
                """,
            pt: """
                Escuta dois segundos antes, e não perturba uma linha que já tem mestre. Depois pergunta a cada endereço, \
                na configuração dada (uns 14 s a 9600 bit/s) ou, sem ela, naquelas com que os medidores são vendidos. \
                Toda resposta vale, também uma recusa ou uma corrompida. Ctrl-C guarda o que foi achado. Status 1: \
                ninguém; 75: há outro mestre na linha.
                """
        ).here)

    @OptionGroup var options: ProbeOptions

    @Option(
        help: ArgumentHelp(
            Words(en: "Addresses to ask: 1-247, 1,5,17-20.", pt: "Endereços a perguntar: 1-247, 1,5,17-20.").here,
            valueName: "list"), transform: SlaveList.reading)
    var slaves: SlaveList?

    @Option(
        help: ArgumentHelp(
            Words(
                en: "Settings to try when none is given: common or all.",
                pt: "Configurações a tentar quando nenhuma é dada: common ou all."
            ).here, valueName: "which"))
    var settings: Settings = .all

    @Flag(
        help: ArgumentHelp(
            Words(en: "Stop at the first slave that answers.", pt: "Parar no primeiro escravo que responder.").here))
    var untilFound = false

    @Flag(
        help: ArgumentHelp(
            Words(
                en: "Ask silent addresses once more and wait 300 ms for each: for slow meters.",
                pt: "Perguntar de novo aos calados e esperar 300 ms por cada um: para medidores lentos."
            ).here))
    var patient = false

    @Flag(help: ArgumentHelp(Words(en: "Do not listen first.", pt: "Não escutar antes.").here))
    var noListen = false

    @Option(
        help: ArgumentHelp(
            Words(
                en: "Keep here what is left after Ctrl-C, and go on from there the next time.",
                pt: "Guardar aqui o que falta depois de Ctrl-C, e continuar daí na próxima vez."
            ).here, valueName: "file"))
    var resume: String?

    enum Settings: String, ExpressibleByArgument, CaseIterable {
        case common, all
    }

    func run() async throws {
        try await Terminal.ending(wrapping: true) {
            let bus = try options.bus()
            let path = try options.portPath(bus)
            let console = ProbeConsole(options)
            let report = try await console.run(on: path) { [self] in
                try await scan(path, setting: options.setting(bus), console)
            }
            try keep(report)
            if options.json { try ProbeConsole.json(ScanResult(report, port: path)) } else { say(report) }
            if case .master = report.beginning { throw AgentFault(.temporary, beginning(report)) }
            if report.present.isEmpty { throw ExitCode(1) }
        }
    }

    private func scan(_ path: String, setting: ProbeSetting?, _ console: ProbeConsole) async throws -> ScanReport {
        let end: Scanner.End = untilFound ? .firstFound : .firstSetting
        let line = try ProbeLine(port: path)
        let scanner = Scanner(line, until: end) { event in
            switch event {
            case .listening(let heard): console.progress(heard.words)
            case .progress(let setting, let slave, _, let left):
                console.progress(
                    Words(
                        en: "\(setting), address \(slave), \(left.spoken) left at the most",
                        pt: "\(setting), endereço \(slave), faltam no máximo \(left.spoken)"))
            case .found(let finding):
                guard !options.json else { return }
                console.clear()
                ProbeConsole.say(Self.row(finding, options.language))
            }
        }
        var (report, plan) = try begin(setting)
        if !noListen {
            try await scanner.listen(plan.steps.first?.setting ?? ProbeSetting.common[0], into: &report)
            if case .master = report.beginning { return report }
        }
        try await scanner.run(plan, into: &report)
        if report.left == nil, patient || (setting != nil && report.present.isEmpty) {
            let found = Set(report.present.map(\.slave))
            try await scanner.run(plan.patient(without: found, setting: report.setting ?? setting), into: &report)
        }
        return report
    }

    /// A new scan, or what an earlier one left.
    private func begin(_ setting: ProbeSetting?) throws -> (ScanReport, ScanPlan) {
        if let resume, let data = try? Data(contentsOf: URL(filePath: resume)) {
            guard let report = try? JSONDecoder().decode(ScanReport.self, from: data), let left = report.left else {
                throw AgentFault(.wrongData, "\(resume): this is nothing that a scan has left; remove it to begin anew")
            }
            return (report.goingOn, left)
        }
        let chosen = setting.map { [$0] } ?? (settings == .common ? ProbeSetting.common : ProbeSetting.all)
        return (ScanReport(), ScanPlan(settings: chosen, addresses: slaves?.addresses ?? SlaveList.all))
    }

    private func keep(_ report: ScanReport) throws {
        guard let resume else { return }
        let url = URL(filePath: resume)
        guard report.left != nil else {
            try? FileManager.default.removeItem(at: url)
            return
        }
        do {
            try JSONEncoder().encode(report).write(to: url, options: .atomic)
        } catch {
            throw AgentFault(.cannotCreate, "\(resume): what is left of the scan cannot be kept: \(error)")
        }
    }

    private func say(_ report: ScanReport) {
        let language = options.language
        if case .noise = report.beginning { ProbeConsole.say(beginning(report)) }
        if report.echoes { ProbeConsole.say(BusProbe.Finding.echo.verdict.said(in: language)) }
        let count = report.present.count
        let end =
            Words(
                en: "\(count) slave\(count == 1 ? "" : "s"), \(report.asked) questions in \(report.duration.spoken)",
                pt: "\(count) escravo\(count == 1 ? "" : "s"), \(report.asked) perguntas em \(report.duration.spoken)")
        ProbeConsole.say(end.said(in: language))
        if let left = report.left {
            ProbeConsole.say(
                Words(
                    en: "interrupted; \(left.duration.spoken) were left",
                    pt: "interrompido; faltavam \(left.duration.spoken)"
                ).said(in: language))
        }
        if let advice = report.advice { ProbeConsole.say(advice.said(in: language)) }
    }

    private func beginning(_ report: ScanReport) -> String { report.beginning.words?.said(in: options.language) ?? "" }

    static func row(_ finding: ScanReport.Finding, _ language: Language) -> String {
        let address = String(finding.slave)
        let time = finding.responseTime.map { "  \($0.milliseconds) ms" } ?? ""
        let padding = String(repeating: " ", count: 3 - address.count)
        return "\(padding)\(address)  \(finding.setting)  \(finding.verdict.words.said(in: language))\(time)"
    }
}

/// The JSON of a scan: docs/probe.md.
struct ScanResult: Encodable {
    struct Slave: Encodable {
        let slave: UInt8
        let baud: Int
        let format: String
        let verdict: String
        let exception: UInt8?
        let milliseconds: Int?
        let answered: Int
        let asked: Int
    }

    let port: String
    /// What was heard before the first question; absent with `--no-listen`.
    struct Listening: Encodable {
        let baud: Int
        let format: String
        let bytes: Int
        let frames: Int
        let slaves: [UInt8]

        init(_ heard: Heard) {
            baud = heard.setting.baud
            format = heard.setting.format
            bytes = heard.bytes
            frames = heard.frames
            slaves = heard.slaves
        }
    }

    let heard: Listening?
    let otherMaster: [UInt8]?
    let echo: Bool
    let slaves: [Slave]
    let questions: Int
    let strayBytes: Int
    let complete: Bool
    let seconds: Double

    init(_ report: ScanReport, port: String) {
        self.port = port
        if case .master(let asks) = report.beginning { otherMaster = asks } else { otherMaster = nil }
        heard = report.heard.map { Listening($0) }
        echo = report.echoes
        slaves = report.findings.map { finding in
            var exception: UInt8?
            if case .exception(let code) = finding.verdict { exception = code }
            return Slave(
                slave: finding.slave, baud: finding.setting.baud, format: finding.setting.format,
                verdict: finding.verdict.name, exception: exception, milliseconds: finding.responseTime?.milliseconds,
                answered: finding.answered, asked: finding.asked)
        }
        questions = report.asked
        strayBytes = report.strayBytes
        complete = report.left == nil && otherMaster == nil
        seconds = (report.duration / .milliseconds(100)).rounded() / 10
    }
}
