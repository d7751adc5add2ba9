import AgentConfiguration
import ArgumentParser
import EdgeAgentCore

/// The option that every command has.
struct ConfigurationOption: ParsableArguments {
    @Option(name: .customLong("config"), help: ArgumentHelp("The configuration file.", valueName: "file"))
    var path: String

    /// Reads the configuration; says everything that is wrong with it, one line each.
    func load() throws(AgentFault) -> AgentConfiguration {
        do throws(ConfigurationFaults) {
            let configuration = try AgentConfiguration.load(path: path)
            for warning in configuration.warnings { Terminal.complain("warning: \(warning)") }
            return configuration
        } catch {
            throw AgentFault(error)
        }
    }
}
