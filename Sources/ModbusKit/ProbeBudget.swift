/// How much of the line's time may go to slaves that do not answer.
///
/// The pauses between two cycles cost nobody anything. Where there are none, or they are too short for a timeout, the
/// probes may take a small share of the time from the slaves that are well: it is saved up until it is enough for one.
struct ProbeBudget {
    /// The share of the time, in hundredths: the others' cycle stays below 1.05 times its length.
    static let share = 4

    /// The most that is saved up: the longest timeout there is.
    static let most: Duration = .seconds(5)

    private var saved: Duration = .zero
    private var last: Moment?

    /// Saves up for the time since the last call.
    mutating func accrue(at now: ContinuousClock.Instant) {
        if let last { saved = min(saved + last.duration(to: now) * Self.share / 100, Self.most) }
        last = Moment(now)
    }

    /// Takes from what was saved; false where it is not enough.
    mutating func take(_ cost: Duration) -> Bool {
        guard cost <= saved else { return false }
        saved -= cost
        return true
    }
}
