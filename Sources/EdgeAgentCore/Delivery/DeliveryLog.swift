internal import BrokerLink
internal import Logging

/// Says what changes between the gateway and the broker, once per change and not once per attempt.
struct DeliveryLog {
    private let log: Logger
    /// What kind of failure was said last: its words may bear the time, and are not the same twice.
    private var said: (phase: LinkFailure.Phase, code: LinkFailure.Code)?
    private var connectedAt: ContinuousClock.Instant?
    /// Sessions in a row that ended soon and in the way that was said.
    private var repeats = 0
    private var reasons: Set<ReasonCode> = []
    private var statusReason: ReasonCode?

    /// A session that stands for so long is a change worth telling.
    static let proof: Duration = .seconds(30)

    init(log: Logger) { self.log = log }

    /// Notes that the broker welcomed us.
    mutating func connected(_ connection: Connection, at now: ContinuousClock.Instant) {
        connectedAt = now
        // A session that follows on others that did not last is told of when it ends otherwise.
        guard repeats == 0 else { return }
        log.notice("connected to the broker", metadata: ["peer": "\(connection.peer)"])
    }

    /// Notes that an attempt or a session came to its end.
    mutating func failed(_ failure: LinkFailure, retryIn: Duration, at now: ContinuousClock.Instant) {
        let wasConnected = connectedAt != nil
        let hasStood = connectedAt.map { now - $0 >= Self.proof } ?? false
        connectedAt = nil
        if let said, said == (failure.phase, failure.code), !hasStood {
            guard wasConnected else { return }
            repeats += 1
            // 1, 10, 100: what goes on and on is said again now and then.
            guard Self.isRound(repeats) else { return }
            return log.warning(
                "the broker's welcomes do not last",
                metadata: ["error": "\(failure)", "sessions": "\(repeats + 1)", "retry_in": "\(retryIn.secondsText)"])
        }
        said = (failure.phase, failure.code)
        repeats = 0
        log.warning(
            "no link to the broker; messages are kept",
            metadata: [
                "error": "\(failure)", "phase": "\(failure.phase.rawValue)", "retry_in": "\(retryIn.secondsText)",
            ])
    }

    /// Notes for which reasons messages are refused now.
    mutating func refusals(_ now: Set<ReasonCode>) {
        guard now != reasons else { return }
        for reason in now.subtracting(reasons).sorted(by: { $0.rawValue < $1.rawValue }) {
            log.error("the broker refused a message; it is kept and offered again", metadata: Self.metadata(of: reason))
        }
        if now.isEmpty { log.notice("the broker refuses nothing any more") }
        reasons = now
    }

    /// Notes that the broker refused what the gateway says of itself.
    mutating func refusedStatus(_ reason: ReasonCode) {
        guard statusReason != reason else { return }
        statusReason = reason
        log.error("the broker refused the status message", metadata: Self.metadata(of: reason))
    }

    private static func isRound(_ number: Int) -> Bool {
        var rest = number
        while rest > 1, rest.isMultiple(of: 10) { rest /= 10 }
        return rest == 1
    }

    private static func metadata(of reason: ReasonCode) -> Logger.Metadata {
        var metadata: Logger.Metadata = ["reason": "\(reason)"]
        if let cause = reason.likelyCause { metadata["likely_cause"] = "\(cause)" }
        return metadata
    }
}
