internal import ModbusModel
public import SerialPorts

/// Everything that an examination of a line has brought to light, without an opinion.
public struct Evidence: Sendable, Hashable {
    /// The setting that the examination began with.
    public var setting: ProbeSetting
    /// The slaves that were asked, by address.
    public var witnesses: [UInt8: Witness] = [:]
    /// Slaves of another master's conversation.
    public var masterAsks: [UInt8] = []
    /// Bytes that came while nobody spoke.
    public var idleBytes: [UInt8] = []
    /// Bytes directly before or after whole answers.
    public var fringeBytes = 0
    /// Questions that came back as an echo.
    public var echoes = 0
    /// What the kernel counted; nil where the port does not count.
    public var errors: PortErrors?
    /// The time between the portions of long answers, in milliseconds; 0 where a plain port would do the same.
    public var portionGaps: [Double] = []
    /// The longest pause inside each answer, beyond the time on the wire, in milliseconds.
    public var pauses: [Double] = []
    /// The adapter's latency timer in milliseconds; nil where it has none.
    public var latencyTimer: Int?
    /// Settings with which slaves answered that did not with the first one.
    public var otherSettings: [OtherSetting] = []
    /// Slaves found at other addresses.
    public var otherSlaves: [UInt8] = []

    private var own: Set<[UInt8]> = []

    /// A setting with which slaves answer, other than the one that was asked for.
    public struct OtherSetting: Sendable, Hashable {
        /// The setting.
        public let setting: ProbeSetting
        /// Who answers with it.
        public let slaves: [UInt8]
    }

    /// No evidence yet.
    public init(setting: ProbeSetting) { self.setting = setting }

    /// Takes down one question and what came of it.
    public mutating func take(_ hearing: Hearing) {
        let slave = hearing.request.slave.rawValue
        var witness = witnesses[slave, default: Witness()]
        witness.take(hearing)
        witnesses[slave] = witness
        switch hearing.verdict {
        case .answers, .exception:
            fringeBytes += hearing.heard.count - hearing.frames.reduce(0) { $0 + $1.range.count }
            notePauses(hearing)
        case .broken where hearing.isHeldLow: idleBytes += hearing.heard
        case .broken, .twoVoices, .silence, .echoOnly: break
        }
        own.insert(hearing.request.frame)
        if hearing.echoedBytes > 0 { echoes += 1 }
        let late = hearing.request.answers(in: hearing.before.bytes).reduce(0) { $0 + $1.range.count }
        if !overhear(hearing.before.bytes), late == 0 { idleBytes += hearing.before.bytes }
        add(hearing.after.errors)
    }

    /// Takes down what was heard while nobody was asked.
    public mutating func take(listening reception: Reception) {
        if !overhear(reception.bytes) { idleBytes += reception.bytes }
        add(reception.errors)
    }

    /// Whether bytes hold somebody else's question; one of our own is an echo that came late.
    private mutating func overhear(_ bytes: [UInt8]) -> Bool {
        let others = Conversation.requests(in: bytes).filter { !own.contains(Array(bytes[$0.range])) }.map(\.slave)
        masterAsks = Set(masterAsks + others).sorted()
        return !others.isEmpty
    }

    private mutating func add(_ counted: PortErrors?) {
        if let counted { errors = (errors ?? PortErrors()) + counted }
    }

    private mutating func notePauses(_ hearing: Hearing) {
        // Where noise stands round the answer, pauses tell nothing.
        guard hearing.heard.count == hearing.frames.reduce(0, { $0 + $1.range.count }) else { return }
        var longest = 0.0
        for (one, next) in zip(hearing.after.portions, hearing.after.portions.dropFirst()) {
            let gap = next.moment - one.moment
            // A plain port hands over as much as its FIFO holds, 16 bytes at the most.
            let isCollected =
                max(one.bytes.count, next.bytes.count) > 16 || (next.bytes.count > 1 && gap > .milliseconds(10))
            if hearing.heard.count > 16 { portionGaps.append(isCollected ? gap / .milliseconds(1) : 0) }
            // What a busy machine fetches late comes together, and explains its gap by its own time on the wire.
            longest = max(longest, (gap - setting.time(ofCharacters: next.bytes.count)) / .milliseconds(1))
        }
        pauses.append(longest)
    }
}
