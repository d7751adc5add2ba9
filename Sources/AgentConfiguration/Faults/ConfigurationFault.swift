/// One thing that is wrong, or only doubtful, in a configuration: where it stands, what it is, and what would be right.
public struct ConfigurationFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// Where it stands; the file as a whole where there is no line to point at.
    public let place: Place

    /// The path of the key, such as `slaves[0].points[2].scale`; empty where no key is concerned.
    public let key: String

    /// What is wrong there.
    public let problem: Problem

    /// What to do about it, where that can be said.
    public let advice: Advice?

    /// Describes one fault.
    public init(place: Place, key: String = "", _ problem: Problem, _ advice: Advice? = nil) {
        self.place = place
        self.key = key
        self.problem = problem
        self.advice = advice
    }

    /// What stands there and what was expected, in English.
    public var message: String { problem.english }

    /// What to write instead, in English; nil where that cannot be said.
    public var hint: String? { advice?.english }

    /// One line: `edge-agent.yaml:12:9: slaves[0].points[1].scal: unknown key; did you mean "scale"? …`.
    public var description: String {
        said(message, hint)
    }

    /// The same line in other words: file, line and key are alike in every language.
    public func said(_ message: String, _ hint: String?) -> String {
        "\(place): " + (key.isEmpty ? "" : "\(key): ") + message + (hint.map { "; \($0)" } ?? "")
    }
}

/// Everything that is wrong in a configuration, in the order of the file.
public struct ConfigurationFaults: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is, for whoever chooses an exit code.
    public enum Kind: Sendable, Hashable {
        /// The configuration file itself could not be read.
        case unreadable
        /// The file was read, and what it says does not do.
        case invalid
    }

    /// Whether the file could not be read or says something wrong.
    public let kind: Kind

    /// The faults, sorted by place; at least one.
    public let faults: [ConfigurationFault]

    init(kind: Kind, faults: [ConfigurationFault]) {
        self.kind = kind
        self.faults = faults
    }

    /// One line for each fault, without a line break at the end.
    public var description: String { faults.map(\.description).joined(separator: "\n") }
}
