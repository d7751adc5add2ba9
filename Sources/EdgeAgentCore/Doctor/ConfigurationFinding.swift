public import AgentConfiguration
import Glibc

extension Doctor {
    /// What the configuration file is like.
    public enum ConfigurationFinding: Sendable, Hashable {
        /// It is right.
        case right(path: String, lines: Int, slaves: Int)
        /// It is allowed, and probably not meant.
        case doubtful(ConfigurationFault)
        /// It says something wrong.
        case wrong(ConfigurationFault)
        /// It cannot be read.
        case unreadable(ConfigurationFault)
        /// This user may not read it.
        case forbidden(path: String)
    }

    /// Reads a configuration; the files that it names are looked at with the identity.
    static func readConfiguration(_ path: String) -> (configuration: AgentConfiguration?, [ConfigurationFinding]) {
        do throws(ConfigurationFaults) {
            let configuration = try AgentConfiguration.load(path: path, withFiles: false)
            let right = ConfigurationFinding.right(
                path: path, lines: configuration.buses.count, slaves: configuration.slaves.count)
            return (configuration, [right] + configuration.warnings.map { .doubtful($0) })
        } catch {
            guard error.kind == .unreadable else { return (nil, error.faults.map { .wrong($0) }) }
            errno = 0
            if !SystemFiles.may(R_OK, path), errno == EACCES { return (nil, [.forbidden(path: path)]) }
            return (nil, error.faults.map { .unreadable($0) })
        }
    }
}

extension Doctor.ConfigurationFinding: Observation {
    var check: String { "configuration" }

    var verdict: Doctor.Verdict {
        switch self {
        case .right: .ok
        case .doubtful: .warning
        case .wrong: .fault(.configuration)
        case .unreadable: .fault(.missingInput)
        case .forbidden: .fault(.notPermitted)
        }
    }
}
