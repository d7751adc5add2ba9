extension Doctor {
    /// What a finding comes to.
    public enum Verdict: Sendable, Hashable {
        /// All is well.
        case ok
        /// It works, and something should be looked at.
        case warning
        /// It does not work; a command that stumbles over it ends with this status.
        case fault(ExitStatus)
        /// It was not looked at.
        case skipped

        /// The word for machines.
        public var state: String {
            switch self {
            case .ok: "ok"
            case .warning: "warning"
            case .fault: "fault"
            case .skipped: "skipped"
            }
        }

        /// The status of a fault.
        public var status: ExitStatus? {
            if case .fault(let status) = self { status } else { nil }
        }
    }

    /// One thing that was looked at, and what it was like; the words for it are somebody else's.
    public enum Finding: Sendable, Hashable {
        /// Of the configuration file.
        case configuration(ConfigurationFinding)
        /// Of the gateway's certificate, its key and the CA file.
        case identity(IdentityFinding)
        /// Of the clock.
        case clock(ClockFinding)
        /// Of a line, by its name and its port or URL.
        case line(LineFinding, name: String, place: String)
        /// Of the disk and the spool.
        case disk(DiskFinding)
        /// Of the broker.
        case broker(BrokerFinding)

        private var observation: any Observation {
            switch self {
            case .configuration(let finding): finding
            case .identity(let finding): finding
            case .clock(let finding): finding
            case .line(let finding, _, _): finding
            case .disk(let finding): finding
            case .broker(let finding): finding
            }
        }

        /// What was looked at, for machines: `line.port`.
        public var check: String { observation.check }

        /// What was found, for machines: `missing`.
        ///
        /// With the check it tells every kind of finding from every other.
        public var cause: String {
            let label = Mirror(reflecting: observation).children.first?.label ?? "\(observation)"
            return label.reduce(into: "") { name, letter in
                name += letter.isUppercase ? "_" + letter.lowercased() : String(letter)
            }
        }

        /// What it comes to.
        public var verdict: Verdict { observation.verdict }

        /// The name of the line that it is about.
        public var line: String? {
            if case .line(_, let name, _) = self { name } else { nil }
        }
    }
}

/// What is common to the findings of every area.
protocol Observation: Sendable, Hashable {
    /// What was looked at, for machines.
    var check: String { get }
    /// What it comes to.
    var verdict: Doctor.Verdict { get }
}
