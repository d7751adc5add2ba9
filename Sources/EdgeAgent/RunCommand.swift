import AgentConfiguration
import ArgumentParser
import EdgeAgentCore
import Logging

/// `edge-agent run`: the gateway at work.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Poll the meters, store the readings and publish them, until SIGTERM or Ctrl-C.",
        discussion: """
            What is wrong with the configuration, the certificate, the spool or the port ends the command at once \
            with a status that says what kind of fault it is; edge-agent --help lists them. Once it runs, no fault of a \
            meter, the line or the broker ends it: it goes on with the rest and says what is missing.
            """)

    @OptionGroup var configurationFile: ConfigurationOption

    @Flag(help: "Start even if the serial port is not there yet, and wait for it.")
    var waitForPort = false

    func run() async throws {
        try await Terminal.ending {
            let configuration = try configurationFile.load()
            let identity = try Identity(configuration)
            let level = Logger.Level(rawValue: configuration.logLevel.rawValue) ?? .info
            let log = Logger(label: "edge-agent") { _ in JournalLog(logLevel: level) }
            let agent = Agent(
                configuration, identity: identity, version: Release.version, release: Release.date, log: log)
            try await agent.run(waitingForPort: waitForPort)
        }
    }
}
