public import SerialPorts

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
    /// Requests that were repeated at once, because what came was no usable answer.
    public var repeats = 0
    /// Requests that were sent only to prove that no older answer is left.
    public var settlingRequests = 0
    /// Requests for a register more than needed, so that the answer has another length than the last one.
    public var lengthenedRequests = 0
    /// Whole frames that came besides the answers: late ones, copies, other slaves'.
    public var strayFrames = 0
    /// Answers that were not taken because the same bytes had answered another request.
    public var copies = 0
    /// Exchanges in which the adapter gave back the request itself.
    public var echoes = 0
    /// Bytes that were no answer and were thrown away.
    public var bytesThrownAway = 0
    /// The time for which the line was listened to until it was silent again.
    public var drainTime: Duration = .zero
    /// How often the line was opened.
    public var opens = 0
    /// What the kernel has counted on the port while it was open; nil where the way has no such counters.
    public var portErrors: PortErrors?

    /// All zero.
    public init() {}
}
