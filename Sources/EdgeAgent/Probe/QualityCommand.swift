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
                Status 0: good or usable; 1: bad.
                """,
            pt: """
                Cada escravo é perguntado muitas vezes pelo que a configuração lê, ou pelo primeiro registrador. \
                Status 0: boa ou utilizável; 1: ruim.
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

    func validate() throws {
        guard (1...1_000_000).contains(times) else {
            throw ValidationError(
                Words(en: "--times \(times): expected 1 to 1000000", pt: "--times \(times): use de 1 a 1000000").here)
        }
    }

    func run() async throws {
        try await Terminal.ending(wrapping: true) {
            let bus = try options.bus()
            let path = try options.portPath(bus)
            let setting = options.setting(bus) ?? ProbeSetting.common[0]
            let questions = try questions(bus)
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
            if let save { try write(String(decoding: JSONEncoder().encode(report), as: UTF8.self), to: save) }
            if options.json { try ProbeConsole.json(report) } else { say(report) }
            if report.grade == .bad { throw ExitCode(1) }
        }
    }

    /// What each slave is asked: the configuration's first point, which it certainly has.
    private func questions(_ bus: Bus<AgentConfiguration.Slave>?) throws(AgentFault) -> [ProbeRequest] {
        if let slaves { return slaves.slaves.map { .presence(of: $0) } }
        guard let bus else {
            let words = Words(
                en: "name the slaves with --slaves, or a configuration with --config",
                pt: "informe os escravos com --slaves, ou uma configuração com --config")
            throw AgentFault(.usage, words.said(in: options.language))
        }
        return bus.slaves.map { slave in
            guard let point = slave.points.first?.definition else { return .presence(of: slave.id) }
            return ProbeRequest(
                .read(point.address.table, address: point.address.offset, count: UInt16(point.span.count)), to: slave.id
            )
        }
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
