import AgentConfiguration
import ArgumentParser
import BusProbe
import EdgeAgentCore
import FoundationEssentials
import ModbusModel
import TelemetryContract

/// `edge-agent probe quality`: how well a line carries, in figures.
struct QualityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quality",
        abstract: Words(
            en: "Measure a line: losses, response times, the timeout to set; and the page for the work order.",
            pt: "Medir uma linha: perdas, tempos de resposta, o timeout a ajustar; e a página para a ordem de serviço."
        ).here,
        discussion: Words(
            en: """
                Each slave is asked many times for what the configuration reads, or for its first holding register. \
                Status 0: good or usable; 1: bad, or worse than the measurement it is held against.
                """,
            pt: """
                Cada escravo é perguntado muitas vezes pelo que a configuração lê, ou pelo primeiro registrador. \
                Status 0: boa ou utilizável; 1: ruim, ou pior que a medição com que é comparada.
                """
        ).here)

    @OptionGroup var options: ProbeOptions

    @Option(
        help: ArgumentHelp(
            Words(
                en: "Slaves to ask; the configuration's by default.",
                pt: "Escravos a perguntar; por padrão os da configuração."
            ).here, valueName: "list"), transform: SlaveList.reading)
    var slaves: SlaveList?

    @Option(
        help: ArgumentHelp(
            Words(en: "Questions to each slave.", pt: "Perguntas a cada escravo.").here, valueName: "number"))
    var times: Int = 200

    @Option(
        help: ArgumentHelp(
            Words(en: "Write a page that prints well.", pt: "Escrever uma página pronta para imprimir.").here,
            valueName: "file"))
    var html: String?

    @Option(
        help: ArgumentHelp(
            Words(en: "Save the figures, for comparison later.", pt: "Guardar os números, para comparar depois.").here,
            valueName: "file"))
    var save: String?

    @Option(
        help: ArgumentHelp(
            Words(
                en: "Compare with figures saved before; status 1 if the line has become worse.",
                pt: "Comparar com números guardados antes; status 1 se a linha piorou."
            ).here, valueName: "file"))
    var against: String?

    func validate() throws {
        guard (1...1_000_000).contains(times) else {
            throw ValidationError(
                Words(en: "--times \(times): expected 1 to 1000000", pt: "--times \(times): use de 1 a 1000000").here)
        }
    }

    func run() async throws {
        try await Terminal.ending(wrapping: true) {
            let baseline = try against.map { try earlier($0) }
            let bus = try options.bus()
            let path = try options.portPath(bus)
            let setting = options.setting(bus) ?? ProbeSetting.common[0]
            let questions = try questions(bus)
            if let baseline, let against { try refuse(baseline, against, unlike: setting) }
            let console = ProbeConsole(options)
            let moment = WallClock.system.now().utc.description
            let report = try await console.run(on: path) { [times] in
                let line = try ProbeLine(port: path)
                return try await QualityRun(line, port: path, setting: setting, questions: questions).run(
                    times: times, at: moment
                ) { done in
                    console.progress(Words(en: "\(Int(done * 100)) % measured", pt: "\(Int(done * 100)) % medido"))
                }
            }
            if let html { try write(report.page(in: options.language), to: html) }
            if let save { try write(ProbeConsole.text(report) + "\n", to: save) }
            let drift = baseline.map { QualityDrift(report, against: $0) }
            if options.json { try ProbeConsole.json(JudgedReport(report: report, drift: drift)) } else { say(report) }
            if !options.json, let drift, let baseline { drift.say(since: baseline.at, in: options.language) }
            if report.grade == .bad || drift?.isWorse == true { throw ExitCode(1) }
        }
    }

    /// What each slave is asked: what the agent will ask, as long and as often in turn.
    private func questions(_ bus: Bus<AgentConfiguration.Slave>?) throws(AgentFault) -> [ProbeRequest] {
        if let slaves { return slaves.slaves.map { .presence(of: $0) } }
        guard let bus else {
            let words = Words(
                en: "name the slaves with --slaves, or a configuration with --config",
                pt: "informe os escravos com --slaves, ou uma configuração com --config")
            throw AgentFault(.usage, words.said(in: options.language))
        }
        return PlannedRequest.all(of: bus).map { request in
            ProbeRequest(
                .read(
                    request.table, address: UInt16(request.span.lowerBound), count: UInt16(clamping: request.span.count)
                ),
                to: request.slave)
        }
    }

    /// What was measured before.
    private func earlier(_ path: String) throws(AgentFault) -> LineBaseline {
        do throws(ConfigurationFaults) {
            return try LineBaseline.load(path: path)
        } catch {
            throw AgentFault(error)
        }
    }

    /// Two settings are two lines; the port may well have another name on the laptop that measures.
    private func refuse(_ baseline: LineBaseline, _ path: String, unlike setting: ProbeSetting) throws(AgentFault) {
        guard baseline.baud != setting.baud || baseline.format.rawValue != setting.format else { return }
        let (then, now) = ("\(baseline.baud) \(baseline.format.rawValue)", "\(setting.baud) \(setting.format)")
        let words = Words(
            en: "\(path): measured at \(then), and the line is measured at \(now) now; give --baud and --format",
            pt: "\(path): medida a \(then), e agora a linha é medida a \(now); informe --baud e --format")
        throw AgentFault(.wrongData, words.said(in: options.language))
    }

    private func write(_ text: String, to path: String) throws(AgentFault) {
        do {
            try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw AgentFault(.cannotCreate, "\(path): cannot be written: \(error)")
        }
    }

    private func say(_ report: QualityReport) {
        let language = options.language
        for slave in report.slaves {
            let failed = slave.asked - slave.answered
            ProbeConsole.say(
                Words(
                    en:
                        "slave \(slave.slave): \(failed) of \(slave.asked) failed (\(slave.lost) lost, \(slave.broken) broken)",
                    pt: "escravo \(slave.slave): \(failed) de \(slave.asked) falharam "
                        + "(\(slave.lost) perdidas, \(slave.broken) corrompidas)"
                ).said(in: language))
            ProbeConsole.say(
                Words(
                    en: "  half within \(slave.medianMilliseconds) ms, 99 % within \(slave.p99Milliseconds) ms",
                    pt: "  metade em até \(slave.medianMilliseconds) ms, 99 % em até \(slave.p99Milliseconds) ms"
                ).said(in: language))
            ProbeConsole.say("  timeout: \(slave.proposedTimeoutMilliseconds)ms, max_gap: \(slave.proposedGap)")
        }
        ProbeConsole.say(report.gradeWords.said(in: language))
    }
}
