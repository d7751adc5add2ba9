internal import ModbusModel
public import SerialPorts

/// What a scan found.
public struct ScanReport: Sendable, Hashable, Codable {
    /// One address at which somebody is, or seems to be.
    public struct Finding: Sendable, Hashable, Codable {
        /// The address.
        public let slave: UInt8
        /// With which setting.
        public let setting: ProbeSetting
        /// What became of the question.
        public let verdict: Verdict
        /// How long the slave took to begin its answer; nil where none was whole.
        public let responseTime: Duration?
        /// How many of the questions to it were answered whole, and how many were put.
        public let answered: Int
        /// How many questions were put to it.
        public let asked: Int
    }

    /// What was heard before anything was asked.
    public enum Beginning: Sendable, Hashable, Codable {
        /// Nothing.
        case silent
        /// Another master at work; the slaves that it asks.
        case master(asks: [UInt8])
        /// Bytes that are no frame with this setting.
        case noise(bytes: Int)
    }

    /// What was heard first.
    public internal(set) var beginning: Beginning = .silent
    /// The same in figures; nil where nobody listened.
    public internal(set) var heard: Heard?
    /// The addresses with somebody, in the order in which they were found.
    public internal(set) var findings: [Finding] = []
    /// Whether the adapter gives back what it sends.
    public internal(set) var echoes = false
    /// Questions that were put.
    public internal(set) var asked = 0
    /// Bytes that belong to no frame.
    public internal(set) var strayBytes = 0
    /// What the kernel counted; nil where the port does not count.
    public internal(set) var errors: PortErrors?
    /// What was not asked any more; nil when the plan was carried out or what was sought was found.
    public internal(set) var left: ScanPlan?
    /// From the first question to the last answer.
    public internal(set) var duration: Duration = .zero

    /// Nothing yet.
    public init() {}

    /// The same report for the scan that goes on where this one was left.
    public var goingOn: ScanReport {
        var report = self
        report.left = nil
        return report
    }

    /// The slaves that are certainly there.
    public var present: [Finding] { findings.filter(\.verdict.isPresent) }

    /// The setting with which slaves answer; nil when none does.
    public var setting: ProbeSetting? { present.first?.setting }
}

/// What a scan tells while it runs.
public enum ScanEvent: Sendable, Hashable {
    /// What was heard so far, before anything was asked.
    case listening(Heard)
    /// How far it has come, and how long it will still take at the most.
    case progress(setting: ProbeSetting, slave: UInt8, done: Double, left: Duration)
    /// Somebody was found.
    case found(ScanReport.Finding)
}
