/// A rate and a burst: one token for each thing that may happen.
///
/// The time is handed in.
struct TokenBucket {
    /// Tokens that come in a second; nil for as many as anybody wants.
    let rate: Double?

    /// The most tokens that can be saved up.
    let burst: Double

    private var tokens: Double
    private var filledAt: ContinuousClock.Instant

    /// A bucket that is full.
    init(rate: Int?, burst: Int, at now: ContinuousClock.Instant) {
        self.rate = rate.map(Double.init)
        self.burst = Double(max(burst, 1))
        tokens = self.burst
        filledAt = now
    }

    /// Takes a token, if there is one.
    mutating func take(at now: ContinuousClock.Instant) -> Bool {
        guard let rate else { return true }
        tokens = min(burst, tokens + rate * ((now - filledAt) / .seconds(1)))
        filledAt = now
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }

    /// How long until there is a token; zero when there is one.
    func wait(at now: ContinuousClock.Instant) -> Duration {
        guard let rate else { return .zero }
        let there = tokens + rate * ((now - filledAt) / .seconds(1))
        return there >= 1 ? .zero : .seconds((1 - there) / rate)
    }
}
