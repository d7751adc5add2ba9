/// How long to wait before the next attempt: decorrelated jitter, in proportion to the outage, up to a cap.
///
/// Each wait is drawn between the wait before it (or half the limit, where that is less) and three times that wait, and cut
/// to the limit. The limit is an eighth of the time that the outage has lasted, two seconds at the least and the cap at
/// the most: a broker that was away for 20 s is found within 2.5 s, and a fleet that was without it for minutes comes back
/// spread over the cap. The waits lie in the upper half of the limit and the gateways' phases anywhere, which is what
/// spreads them evenly. It knows neither clock nor randomness.
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

    /// The longest wait in an outage that has lasted so long.
    public func limit(after outage: Duration) -> Duration {
        min(cap, max(base * 4, outage / 8))
    }

    /// Draws the next wait by a random number from 0 up to 1.
    public mutating func next(after outage: Duration, random: Double) -> Duration {
        let limit = limit(after: outage)
        let least = max(base, min(last, limit / 2))
        last = min(limit, least + (last * 3 - least) * min(max(random, 0), 1))
        return last
    }

    /// Takes note of how long a session stood, begins anew if it proved that the trouble is over, and says so.
    ///
    /// A welcome alone proves nothing, nor does a message that was taken: a broker or a proxy may throw us out right
    /// after it, for ever, and two gateways with one client id each get a message through before the other throws them
    /// out. Those two throw each other out as often as their waits end, so a session that the broker ended must have
    /// stood for ten times as long.
    public mutating func sessionEnded(stood: Duration, thrownOut: Bool) -> Bool {
        guard stood >= (thrownOut ? proof * 10 : proof) else { return false }
        last = base
        return true
    }
}
