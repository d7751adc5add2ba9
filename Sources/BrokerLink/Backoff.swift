/// How long to wait before the next attempt: decorrelated jitter between a base and a cap.
///
/// Each wait is drawn between the base and three times the wait before it, so that a fleet which lost its broker in one
/// second does not come back in one second. It knows neither clock nor randomness: both are handed in.
public struct Backoff: Sendable, Hashable {
    /// The shortest wait.
    public let base: Duration

    /// The longest wait.
    public let cap: Duration

    /// How long a session must stand to prove that the trouble is over.
    public let proof: Duration

    /// The wait that was given last, or the base.
    public private(set) var last: Duration

    /// Makes a backoff that begins at its base.
    public init(base: Duration = .milliseconds(500), cap: Duration = .seconds(30), proof: Duration = .seconds(30)) {
        self.base = base
        self.cap = max(base, cap)
        self.proof = proof
        last = base
    }

    /// Draws the next wait by a random number from 0 up to 1.
    public mutating func next(random: Double) -> Duration {
        let share = min(max(random, 0), 1)
        last = min(cap, base + (last * 3 - base) * share)
        return last
    }

    /// Takes note of how a session ended, and begins anew if the session proved that the trouble is over.
    ///
    /// A welcome alone proves nothing: a broker may throw us out right after it, for ever. A session counts if it stood
    /// for the time of proof, or if a message was taken and it was not the broker who ended the session: two gateways
    /// with one client id each get a message through before the other throws them out.
    public mutating func sessionEnded(stood: Duration, delivered: Bool, thrownOut: Bool) {
        guard stood >= proof || (delivered && !thrownOut) else { return }
        last = base
    }
}
