import AgentConfiguration
import ArgumentParser
import BusProbe
import EdgeAgentCore
import Logging

/// `edge-agent run`: the gateway at work.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: Words(
            en: "Poll the meters, store the readings and publish them, until SIGTERM or Ctrl-C.",
            pt: "Consultar os medidores, guardar as leituras e publicá-las, até SIGTERM ou Ctrl-C."
        ).here,
        discussion: Words(
            en: """
                What is wrong with the configuration, the certificate, the spool or the port ends the command at once \
                with a status that says what kind of fault it is; edge-agent --help lists them. Once it runs, no fault of a \
                meter, the line or the broker ends it: it goes on with the rest and says what is missing. The log is English.
                """,
            pt: """
                Um erro na configuração, no certificado, no spool ou na porta encerra o comando logo, com um status que \
                diz o tipo do erro; edge-agent --help traz a lista. Depois disso, nenhuma falha de medidor, linha ou \
                broker o encerra: ele segue com o resto e diz o que falta. O registro sai em inglês.
                """
        ).here)

    @OptionGroup var configurationFile: ConfigurationOption

    @Flag(
        help: ArgumentHelp(
            Words(
                en: "Start even if the serial port is not there yet, and wait for it.",
                pt: "Iniciar mesmo sem a porta serial, e esperar por ela."
            ).here))
    var waitForPort = false

    func run() async throws {
        try await Terminal.ending(in: .ofService) {
            let configuration = try configurationFile.load(in: .ofService)
            let identity = try Identity(configuration)
            let level = Logger.Level(rawValue: configuration.logLevel.rawValue) ?? .info
            let log = Logger(label: "edge-agent") { _ in JournalLog(logLevel: level) }
            let agent = Agent(
                configuration, identity: identity, version: Release.version, release: Release.date, log: log)
            try await agent.run(waitingForPort: waitForPort)
        }
    }
}
