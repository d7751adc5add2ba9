/// When the backlog may go out: from a moment of this gateway's own after each connect, and then at a rate.
///
/// The ten oldest messages go at once: what a short outage left needs no spreading. Beyond them all wait, so that thousands
/// of gateways that lost the broker in one second do not all begin in one second. The younger the backlog is, the smaller
/// it is, and the shorter is that wait: a quarter of its age at the most.
struct BacklogPace {
    /// The longest wait after a connect.
    let jitter: Duration

    private var bucket: TokenBucket
    private var begins: ContinuousClock.Instant
    private var led = 0

    /// How many messages of a session go before its start.
    static let leading = 10

    init(rate: Int?, burst: Int, jitter: Duration, at now: ContinuousClock.Instant) {
        self.jitter = jitter
        bucket = TokenBucket(rate: rate, burst: burst, at: now)
        begins = now
    }

    /// Begins a session: draws the start by a random number from 0 up to 1.
    ///
    /// The bucket is not filled: who loses the link again and again gets no more tokens by it.
    mutating func connected(at now: ContinuousClock.Instant, backlogAge: Duration, random: Double) {
        begins = now + min(jitter, max(backlogAge, .zero) / 4) * random
        led = 0
    }

    /// Takes the right to send one message of the backlog; to be called when the wait for it is zero.
    mutating func take(at now: ContinuousClock.Instant) {
        led += 1
        _ = bucket.take(at: now)
    }

    /// How long until the next message may go; zero when it may go now.
    func wait(at now: ContinuousClock.Instant) -> Duration {
        // The first shows whether the broker takes anything.
        if led == 0 { return .zero }
        return led < Self.leading ? bucket.wait(at: now) : max(begins - now, bucket.wait(at: now))
    }
}
