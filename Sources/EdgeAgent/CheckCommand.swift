import AgentConfiguration
import ArgumentParser
import BusProbe
import EdgeAgentCore

/// `edge-agent check`: whether a configuration is right, and what it will cost.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: Words(
            en: "Check a configuration and show what it will cost on the line, the link and the disk.",
            pt: "Conferir uma configuração e mostrar quanto ela custa na linha, no enlace e no disco."
        ).here,
        discussion: Words(
            en: """
                Everything that is wrong is said at once, with its line. The files that the configuration names are \
                read, the port and the broker are not touched; with --connect the port is opened and the broker is \
                knocked at, step by step: name, TCP, handshake, welcome.

                The status is 0 where nothing is wrong, warnings or not; 78: a mistake in the configuration or a \
                certificate; 66: the configuration or the port is missing; 75: the port is busy, or the clock is not set. \
                edge-agent --help lists all. The shape of --json is in docs/configuration.md.
                """,
            pt: """
                Tudo o que está errado aparece de uma vez, com a linha. Os arquivos citados na configuração são lidos; \
                a porta e o broker não são tocados. Com --connect a porta é aberta e o broker é testado passo a passo: \
                nome, TCP, handshake, boas-vindas.

                O status é 0 se nada está errado, com ou sem avisos; 78: erro na configuração ou num certificado; 66: falta \
                a configuração ou a porta; 75: porta ocupada, ou relógio fora de hora. \
                edge-agent --help traz a lista. A forma de --json está em docs/configuration.md.
                """
        ).here)

    @OptionGroup var configurationFile: ConfigurationOption

    @OptionGroup var report: ReportOptions

    @Flag(
        help: ArgumentHelp(
            Words(
                en: "Also open the serial port and connect to the broker.",
                pt: "Também abrir a porta serial e conectar ao broker."
            ).here))
    var connect = false

    func run() async throws {
        let (language, json) = (report.language, report.json)
        try await Terminal.ending(in: language) {
            var result = CheckResult(language: language)
            do throws(AgentFault) {
                try await check(&result)
            } catch {
                result.take(error)
                if json { try ProbeConsole.json(result) }
                throw error
            }
            if json { try ProbeConsole.json(result) }
        }
    }

    /// Checks one thing after the other; what is known of it so far stands in `result`.
    private func check(_ result: inout CheckResult) async throws(AgentFault) {
        let (language, json) = (report.language, report.json)
        let configuration = try configurationFile.load(in: language)
        result.warnings = configuration.warnings
        let identity = try Identity(configuration)
        let summary = PlanSummary(configuration, mac: identity.mac)
        result.summary = summary
        if !json { Terminal.say(summary.text(of: configurationFile.path, gateway: identity.mac, in: language)) }
        if let fault = identity.fault(at: WallClock.system.now()) { throw fault }
        guard connect else { return }
        try await Trial(configuration, identity: identity).run { step in
            if !json { Terminal.say(step.words.said(in: language)) }
        }
    }
}
