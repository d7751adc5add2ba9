import AgentConfiguration
import ArgumentParser
import BusProbe
import EdgeAgentCore
import StoreForward
import TelemetryContract

/// `edge-agent spool`: a look into the store, and a hand in it, while the agent runs or while it does not.
struct SpoolCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spool",
        abstract: Words(
            en: "Look into the store of messages, carry messages in and out, and have some sent again.",
            pt: "Ver as mensagens guardadas, levá-las e trazê-las, e mandar algumas de novo (em inglês)."
        ).here,
        discussion: """
            Works beside the running agent and without it: what is read is one moment of the file, and what is written \
            the agent notices within seconds. Messages that the agent holds in memory only do not show. Nothing is \
            evicted and nothing is deleted by these commands.
            """,
        subcommands: [
            SpoolStatsCommand.self, SpoolListCommand.self, SpoolExportCommand.self, SpoolImportCommand.self,
            SpoolResendCommand.self,
        ])
}

/// Which spool a command is about.
struct SpoolOption: ParsableArguments {
    @Option(
        name: .customLong("config"), help: ArgumentHelp("The configuration that names the spool.", valueName: "file"))
    var configuration: String?

    @Option(help: ArgumentHelp("The spool's database, without a configuration.", valueName: "file"))
    var path: String?

    func validate() throws {
        guard (configuration == nil) != (path == nil) else {
            throw ValidationError("give either --config or --path")
        }
    }

    /// The gateway whose spool it is; nil where only the database is named.
    func gateway() throws(AgentFault) -> MACAddress? {
        guard let configuration else { return nil }
        let loaded: AgentConfiguration
        do throws(ConfigurationFaults) {
            loaded = try AgentConfiguration.load(path: configuration)
        } catch {
            throw AgentFault(error)
        }
        return try Identity(loaded).mac
    }

    /// Opens the spool for a look.
    func open() throws(AgentFault) -> SpoolVisit {
        var path = path ?? ""
        var maxBytes = 256 << 20
        if let configuration {
            do throws(ConfigurationFaults) {
                let spool = try AgentConfiguration.load(path: configuration).spool
                (path, maxBytes) = (spool.path, spool.maxBytes)
            } catch {
                throw AgentFault(error)
            }
        }
        do throws(SpoolFailure) {
            return try SpoolVisit(path: path, maxBytes: maxBytes)
        } catch {
            throw AgentFault(error)
        }
    }
}

extension Terminal {
    /// Runs a command's body; a failure of the spool is said in words and becomes the exit status.
    ///
    /// In English: these commands are an operator's, and the log speaks of the spool in the same words.
    static func endingSpool(_ body: () throws -> Void) async throws {
        try await ending(in: .english) {
            do {
                try body()
            } catch let failure as SpoolFailure {
                throw AgentFault(failure)
            }
        }
    }
}
