internal import BrokerLink

/// What becomes of messages that the broker refused: each rests for itself, and where all are refused, all rest.
///
/// - A refused message is set aside and offered again after the pause, then after twice that and so on, up to an hour;
///   the others go on. So one message that the broker will never take stops nobody.
/// - Three refusals without a message taken between them, or one that speaks of the broker and not of the message, hold
///   everything for the pause. Then one message is offered, an old one and a new one by turns; once one is taken, all go on.
///
/// Time is handed in.
struct Refusals {
    /// What may be offered.
    enum Leave: Hashable {
        case everything
        /// One message, to see whether the broker takes it: the oldest that rests, or one that was not refused yet.
        case one(resting: Bool)
        case nothing
    }

    private struct Resting {
        var reason: ReasonCode
        var refusals: Int
        var due: ContinuousClock.Instant
    }

    /// How long to rest after a first refusal.
    let pause: Duration

    /// The longest rest of one message.
    static let longestRest: Duration = .seconds(3600)

    /// How many messages can rest; of more, the latest wait for the next session instead.
    static let mostResting = 1_000

    /// Refusals in a row after which it is not the message.
    static let rowOfRefusals = 3

    private var resting: [Int64: Resting] = [:]
    private var inARow = 0
    private var heldUntil: ContinuousClock.Instant?
    private var probes = 0

    init(pause: Duration) { self.pause = pause }

    /// The reasons for which messages rest now, for whoever tells an operator.
    var reasons: Set<ReasonCode> { Set(resting.values.map(\.reason)) }

    /// How many messages rest.
    var count: Int { resting.count }

    /// Whether a message rests.
    func rests(_ sequence: Int64) -> Bool { resting[sequence] != nil }

    /// Notes that the broker refused a message.
    mutating func refused(_ sequence: Int64, for reason: ReasonCode, at now: ContinuousClock.Instant) {
        let refusals = (resting[sequence]?.refusals ?? 0) + 1
        if resting[sequence] != nil || resting.count < Self.mostResting {
            let rest = min(Self.longestRest, pause * (1 << min(refusals - 1, 20)))
            resting[sequence] = Resting(reason: reason, refusals: refusals, due: now + rest)
        }
        if reason.isOfTheMessage { return }
        inARow += 1
        if inARow >= Self.rowOfRefusals || reason.isOfTheBroker || heldUntil != nil { heldUntil = now + pause }
    }

    /// Notes that the broker took a message: whatever held all of them is over.
    mutating func accepted(_ sequence: Int64, at now: ContinuousClock.Instant) {
        resting[sequence] = nil
        inARow = 0
        guard heldUntil != nil else { return }
        heldUntil = nil
        for (sequence, message) in resting where !message.reason.isOfTheMessage { resting[sequence]?.due = now }
    }

    /// What may be offered now, with so many messages in flight.
    func leave(at now: ContinuousClock.Instant, inFlight: Int) -> Leave {
        guard let heldUntil else { return .everything }
        guard now >= heldUntil, inFlight == 0 else { return .nothing }
        return .one(resting: probes.isMultiple(of: 2) && !resting.isEmpty)
    }

    /// Notes that the one message is on its way.
    mutating func probed() { probes += 1 }

    /// Notes that a resting message is on its way again.
    mutating func offered(_ sequence: Int64, at now: ContinuousClock.Instant) {
        resting[sequence]?.due = now + Self.longestRest
    }

    /// The message that is the next to be tried again, oldest first among those whose rest is over.
    func due(at now: ContinuousClock.Instant, besides busy: (Int64) -> Bool) -> Int64? {
        var oldest: Int64?
        for (sequence, message) in resting where message.due <= now && !busy(sequence) {
            oldest = min(oldest ?? sequence, sequence)
        }
        return oldest
    }

    /// The message to try where everything is held: the one that was refused the least often.
    func probe() -> Int64? {
        resting.min { ($0.value.refusals, $0.key) < ($1.value.refusals, $1.key) }?.key
    }

    /// How long until something may be offered again; nil when nothing rests or is held.
    func wait(at now: ContinuousClock.Instant) -> Duration? {
        if let heldUntil { return max(heldUntil - now, .zero) }
        return resting.values.map(\.due).min().map { max($0 - now, .zero) }
    }

    /// Forgets a message that is not stored any more.
    mutating func forget(_ sequence: Int64) { resting[sequence] = nil }

    /// Begins a session, whose limits may be others: everything may be tried at once.
    mutating func startOver(at now: ContinuousClock.Instant) {
        for sequence in resting.keys { resting[sequence]?.due = now }
        inARow = 0
        if heldUntil != nil { heldUntil = now }
    }
}

extension ReasonCode {
    /// The broker speaks of this very message: malformed, too large, or of a wrong form.
    fileprivate var isOfTheMessage: Bool { [129, 149, 153].contains(rawValue) }

    /// The broker speaks of itself, or of nobody who listens: the next message fares no better.
    fileprivate var isOfTheBroker: Bool { [16, 136, 137, 138, 139, 147, 150, 151, 152].contains(rawValue) }
}
