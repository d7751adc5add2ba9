/// How a slave has behaved lately, and when it may be asked again.
public struct SlaveHealth: Sendable, Hashable {
    /// What is known of a slave.
    public enum State: String, Sendable {
        /// It was never asked.
        case unknown
        /// Its last request was answered.
        case online
        /// Its last request failed; it is tried again with growing waits.
        case suspect
        /// It used up its attempts; it is only probed, at most once per probe interval.
        case offline
    }

    /// One state giving way to another.
    public struct Change: Sendable, Hashable {
        /// The state before.
        public let from: State
        /// The state after.
        public let to: State
    }

    /// The wait before the first probe of an offline slave; it doubles with each.
    public static let shortestProbeInterval: Duration = .milliseconds(500)

    /// The longest wait between two probes of an offline slave.
    public static let longestProbeInterval: Duration = .seconds(30)

    /// What is known of the slave.
    public private(set) var state: State = .unknown {
        didSet { if state != oldValue { changes += 1 } }
    }

    /// How many requests in a row failed.
    public private(set) var failures = 0

    /// How often the state has changed since the beginning.
    public private(set) var changes = 0

    /// Before this moment the slave is not asked; nil when it may be asked at once.
    public var notBefore: ContinuousClock.Instant? { due?.instant }

    private var due: Moment?
    private var probeInterval: Duration = .zero

    /// A slave that was never asked.
    public init() {}

    /// Notes an answer, be it values or an exception.
    mutating func answered() {
        state = .online
        failures = 0
        due = nil
        probeInterval = .zero
    }

    /// Notes an exception that asks for patience: the slave is there, and may be asked again at that moment.
    mutating func wasBusy(until moment: ContinuousClock.Instant) {
        answered()
        due = Moment(moment)
    }

    /// Notes a request without an answer.
    ///
    /// Between the attempts the waits double from one backoff on, 1 s and 2 s with the defaults. After the last one the
    /// slave is offline, and the waits double from the shortest probe interval to the longest.
    mutating func failed(at now: ContinuousClock.Instant, policy: RetryPolicy) {
        failures += 1
        if state != .offline, failures < policy.attempts {
            state = .suspect
            due = Moment(now + policy.wait(afterFailure: failures))
        } else {
            state = .offline
            probeInterval = min(max(probeInterval * 2, Self.shortestProbeInterval), Self.longestProbeInterval)
            due = Moment(now + probeInterval)
        }
    }
}

/// How often and after what waits a slave is asked again.
public struct RetryPolicy: Sendable, Hashable {
    /// Requests in a row without a usable answer after which the slave is offline, at least 1.
    public let attempts: Int

    /// The wait after the first failure; it doubles with each further one.
    public let backoff: Duration

    /// Sets the policy; fewer than one attempt counts as one.
    public init(attempts: Int = 3, backoff: Duration = .seconds(1)) {
        self.attempts = max(attempts, 1)
        self.backoff = backoff
    }

    func wait(afterFailure number: Int) -> Duration {
        backoff * (1 << min(number - 1, 10))
    }
}
