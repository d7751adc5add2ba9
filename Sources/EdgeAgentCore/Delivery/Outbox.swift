internal import BrokerLink

/// What goes to the broker next: what was just read before everything else, then the backlog, then what is asked for again.
///
/// All that is decided on the way of a message is decided here, without a clock, a disk or a link.
struct Outbox {
    /// How many messages may be under way, and which are.
    var window: DeliveryWindow
    /// What waits in the spool.
    private(set) var backlog = Backlog()
    /// What was delivered and is asked for again; it goes when nothing else waits.
    private(set) var resends = Backlog()
    /// When the backlog may go.
    private(set) var pace: BacklogPace
    /// What the broker refused, and when it is offered again.
    private(set) var refusals: Refusals

    /// When the next cycle begins; nil where nobody said.
    private var nextCycle: ContinuousClock.Instant?
    /// What was just stored and found the window full.
    private var fresh: [Outgoing] = []
    /// What was refused and may be tried again, read from the disk.
    private var again: [Outgoing] = []

    /// How many fresh messages wait for a slot; of more, the oldest go with the backlog.
    private static let mostFresh = 8

    init(window: Int, pace: BacklogPace, pause: Duration) {
        self.window = DeliveryWindow(size: window)
        self.pace = pace
        refusals = Refusals(pause: pause)
    }

    // MARK: what goes next

    /// The message to hand to the link now; nil when none may go.
    mutating func next(at now: ContinuousClock.Instant) -> Outgoing? {
        guard window.room > 0 else { return nil }
        switch refusals.leave(at: now, inFlight: window.inFlight.count) {
        case .nothing:
            return nil
        case .one:
            return again.first ?? fresh.first ?? older
        case .everything:
            if let message = fresh.first { return message }
            guard roomForBacklog(at: now) > 0 else { return nil }
            if let message = again.first { return message }
            return pace.wait(at: now) == .zero ? older : nil
        }
    }

    /// Notes that the link took the message.
    mutating func sent(_ message: Outgoing, at now: ContinuousClock.Instant) {
        let sequence = message.sequence
        if !fresh.contains(message), !again.contains(message) { pace.take(at: now) }
        if refusals.leave(at: now, inFlight: window.inFlight.count) != .everything { refusals.probed() }
        refusals.offered(sequence, at: now)
        window.offered(sequence)
        // A fresh message may have been read with the backlog as well.
        fresh.removeAll { $0.sequence == sequence }
        again.removeAll { $0.sequence == sequence }
        backlog.drop(sequence)
        resends.drop(sequence)
    }

    /// A slot is free when the next cycle begins: from a second before it, which is longer than a round trip.
    private func roomForBacklog(at now: ContinuousClock.Instant) -> Int {
        window.roomForBacklog(expectingFresh: nextCycle.map { now >= $0 - .seconds(1) } ?? true)
    }

    private var older: Outgoing? {
        mutating get {
            while let first = backlog.first, isElsewhere(first.sequence) { backlog.drop(first.sequence) }
            if let first = backlog.first { return first }
            // As long as the disk may hold more of the backlog, nothing is sent a second time.
            guard backlog.isExhausted else { return nil }
            while let first = resends.first, isElsewhere(first.sequence) { resends.drop(first.sequence) }
            return resends.first
        }
    }

    private func isElsewhere(_ sequence: Int64) -> Bool { window.holds(sequence) || refusals.rests(sequence) }

    // MARK: what was stored

    /// Takes a message that was just stored.
    mutating func stored(_ message: Outgoing) {
        fresh.append(message)
        guard fresh.count > Self.mostFresh else { return }
        fresh.removeFirst()
        backlog.stored()
    }

    /// Notes when the next cycle begins.
    mutating func expectFresh(at next: ContinuousClock.Instant) { nextCycle = next }

    /// Notes that something was stored that goes with the backlog.
    mutating func storedForLater() { backlog.stored() }

    // MARK: what the broker says

    /// Notes that the broker took a message.
    mutating func took(_ sequence: Int64, at now: ContinuousClock.Instant) {
        window.took(sequence)
        refusals.accepted(sequence, at: now)
    }

    /// Notes that the broker refused a message, and says whether that was one of this session.
    mutating func refused(_ sequence: Int64, for reason: ReasonCode, at now: ContinuousClock.Instant) -> Bool {
        guard window.refused(sequence) else { return false }
        refusals.refused(sequence, for: reason, at: now)
        return true
    }

    /// Notes that the link is gone: what was fresh is found by the next session.
    mutating func disconnected() { fresh = [] }

    /// Begins a session; what was in flight in the one before is offered again.
    mutating func connected(at now: ContinuousClock.Instant, backlogAge: Duration, random: Double) {
        window.startOver()
        refusals.startOver(at: now)
        pace.connected(at: now, backlogAge: backlogAge, random: random)
        readAnew()
    }

    // MARK: what the disk is asked

    /// Has everything that is stored read again from the oldest on.
    mutating func readAnew() {
        again = []
        backlog.startOver()
        resends.startOver()
    }

    /// How many messages of the backlog to read now, and after which; nil while there is enough.
    mutating func beginReading() -> (count: Int, after: Int64)? { Self.begin(&backlog, window.size) }

    /// Takes what was read of the backlog.
    mutating func read(_ messages: [Outgoing], asked: Int) {
        let (window, refusals) = (window, refusals)
        backlog.read(messages, asked: asked) { window.holds($0) || refusals.rests($0) }
    }

    /// How many messages to read of those that are asked for again, and after which; nil while others wait.
    mutating func beginReadingResends() -> (count: Int, after: Int64)? {
        backlog.isEmpty && backlog.isExhausted ? Self.begin(&resends, window.size) : nil
    }

    /// Takes what was read of those that are asked for again.
    mutating func readResends(_ messages: [Outgoing], asked: Int) {
        let (window, refusals) = (window, refusals)
        resends.read(messages, asked: asked) { window.holds($0) || refusals.rests($0) }
    }

    private static func begin(_ backlog: inout Backlog, _ window: Int) -> (count: Int, after: Int64)? {
        let count = backlog.wanted(for: window)
        guard count > 0 else { return nil }
        backlog.isReading()
        return (count, backlog.readUpTo)
    }

    /// The refused message that is to be read from the disk, to be tried again; nil for none now.
    func wantedAgain(at now: ContinuousClock.Instant) -> Int64? {
        guard again.isEmpty, refusals.count > 0 else { return nil }
        return switch refusals.leave(at: now, inFlight: window.inFlight.count) {
        case .nothing, .one(resting: false): nil
        case .one(resting: true): refusals.probe()
        case .everything: refusals.due(at: now, besides: window.holds)
        }
    }

    /// Takes a refused message that was read again; nil when it is not stored any more.
    mutating func readAgain(_ message: Outgoing?, wanted: Int64) {
        if let message, message.sequence == wanted {
            if !window.holds(wanted) { again = [message] }
        } else {
            refusals.forget(wanted)
        }
    }

    /// How long until something may go that may not go now; nil when only an answer or a new message can change that.
    func wait(at now: ContinuousClock.Instant) -> Duration? {
        var waits = [refusals.wait(at: now)].compactMap { $0 }
        let hasOlder = backlog.first != nil || resends.first != nil
        if hasOlder, roomForBacklog(at: now) > 0 { waits.append(pace.wait(at: now)) }
        return waits.filter { $0 > .zero }.min()
    }
}
