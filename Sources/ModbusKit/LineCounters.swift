/// What a line has done since it was made; every number only grows.
public struct LineCounters: Sendable, Hashable {
    /// Requests that were sent, those that only settle an outstanding answer included.
    public var requests = 0
    /// Answers that were taken.
    public var answers = 0
    /// Answers that were exceptions.
    public var exceptions = 0
    /// Requests that got no answer in time.
    public var timeouts = 0
    /// Answers that were broken or did not fit.
    public var brokenAnswers = 0
    /// Requests that were sent only to prove that no older answer is left.
    public var settlingRequests = 0
    /// Bytes that came although nobody had asked, or after a broken exchange, and were thrown away.
    public var bytesThrownAway = 0
    /// How often the port was opened.
    public var opens = 0

    /// All zero.
    public init() {}
}
