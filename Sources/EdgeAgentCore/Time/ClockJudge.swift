internal import AgentConfiguration
internal import MachineClock

/// Whether the wall clock is believed, and why.
public enum ClockState: String, Sendable, Hashable, CaseIterable {
    /// The kernel or the time service says that it is synchronised.
    case synchronised
    /// A hardware clock keeps it.
    case kept
    /// Nothing on this machine will ever set it: it is taken as it is.
    case unattended
    /// The configuration says that it is always right.
    case assumed
    /// It is behind a moment that is known to have passed.
    case past
    /// It is not synchronised, and what will set it has not done so yet.
    case waiting

    /// Whether readings are stamped by it.
    public var isTrusted: Bool { self != .past && self != .waiting }
}

/// Decides whether the wall clock is believed: decision 021.
///
/// It knows no clock: what the machine knows of its clocks is handed in.
struct ClockJudge {
    /// A moment that is known to have passed: the release's, in seconds since 1970.
    let release: Int64

    /// The last moment at which the clock was known to be right, in seconds since 1970; 0 for none.
    private(set) var lastGood: Int64

    private let trust: AgentConfiguration.Clock.Trust
    private var before: ClockReading?

    /// By how much the wall clock was set forward (or back, below zero) before the last reading; nil if it was not.
    private(set) var step: Duration?

    /// A clock that runs apart from the steady one by more than this was set, not slewed.
    static let leastStep: Duration = .seconds(2)

    init(trust: AgentConfiguration.Clock.Trust, release: Int64, lastGood: Int64) {
        self.trust = trust
        self.release = release
        self.lastGood = lastGood
    }

    /// Judges the clock by what is known now.
    mutating func judge(_ reading: ClockReading) -> ClockState {
        step = before.flatMap { before in
            let step = Duration.nanoseconds((reading.wall - before.wall) - (reading.uptime - before.uptime))
            return abs(step / .seconds(1)) >= Self.leastStep / .seconds(1) ? step : nil
        }
        before = reading
        let seconds = reading.wall.seconds
        // A synchronised clock may correct what was once thought good; nothing can be older than the program.
        guard seconds >= (reading.isSynchronised ? release : max(release, lastGood)) else { return .past }
        let state = judgePresent(reading)
        // Only what was set from outside counts: a clock that nobody sets must not shut out the right time for ever.
        if state == .synchronised { lastGood = seconds }
        if state == .kept { lastGood = max(lastGood, seconds) }
        return state
    }

    private func judgePresent(_ reading: ClockReading) -> ClockState {
        if reading.isSynchronised { return .synchronised }
        switch trust {
        case .always: return .assumed
        case .synchronised: return .waiting
        case .auto:
            if reading.hasHardwareClock { return .kept }
            return reading.hasTimeService ? .waiting : .unattended
        }
    }
}

extension Int64 {
    /// Nanoseconds as whole seconds, rounded down also before 1970.
    var seconds: Int64 {
        let (quotient, rest) = quotientAndRemainder(dividingBy: 1_000_000_000)
        return rest < 0 ? quotient - 1 : quotient
    }
}
