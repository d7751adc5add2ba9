import AgentConfiguration
import ArgumentParser
import BusProbe
import EdgeAgentCore

/// The option that every command has.
struct ConfigurationOption: ParsableArguments {
    @Option(
        name: .customLong("config"),
        help: ArgumentHelp(
            Words(en: "The configuration file.", pt: "O arquivo de configuração.").here, valueName: "file"))
    var path: String

    /// Reads the configuration; says everything that is wrong with it, one line each.
    func load(in language: Language) throws(AgentFault) -> AgentConfiguration {
        do throws(ConfigurationFaults) {
            let configuration = try AgentConfiguration.load(path: path)
            for warning in configuration.warnings {
                let words = Words(en: "warning: ", pt: "aviso: ")
                Terminal.complainLine(words.said(in: language) + warning.words.said(in: language))
            }
            return configuration
        } catch {
            throw AgentFault(error)
        }
    }
}
