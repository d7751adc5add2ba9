internal import AgentConfiguration
internal import BrokerLink
internal import Logging
internal import ServiceLifecycle
internal import StoreForward

/// Carries stored messages to the broker: what was just read at once, and the backlog beside it, oldest first.
///
/// It only holds the pieces together: what may go and when is decided by ``Outbox``.
actor Forwarder: Service {
    private let spool: Spool
    private let link: BrokerLink
    private let topic: String
    private let keepsUnheard: Bool
    private let board: StatusBoard
    private let clock: WallClock
    private let random: @Sendable () -> Double

    private var outbox: Outbox
    private var report: DeliveryLog
    /// Refusals that the spool has not been told of.
    private var untold: [(sequence: Int64, reason: ReasonCode)] = []
    private var isConnected = false
    /// A session began, and what the one before left is not cleared away yet.
    private var mustStartOver = false
    /// The spool got messages among the older ones.
    private var mustReadAnew = false
    private var alarm: Task<Void, Never>?

    // One pending signal is as good as many: whoever takes it looks at everything.
    private let (work, workSignal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// The moment that messages in flight are given when the agent stops.
    static let lastMoment: Duration = .milliseconds(400)

    init(
        spool: Spool, link: BrokerLink, topic: String, broker: AgentConfiguration.Broker, board: StatusBoard,
        clock: WallClock, random: @escaping @Sendable () -> Double, log: Logger
    ) {
        self.spool = spool
        self.link = link
        self.topic = topic
        self.board = board
        self.clock = clock
        self.random = random
        keepsUnheard = broker.noSubscriber == .keep
        outbox = Outbox(
            window: broker.inFlight,
            pace: BacklogPace(
                rate: broker.backlogRate, burst: broker.backlogBurst, jitter: broker.backlogJitter, at: .now),
            pause: broker.refusalPause)
        report = DeliveryLog(log: log)
    }

    /// Hands over a message that was just stored: it goes before everything older.
    func stored(_ message: Outgoing) {
        if isConnected, !mustStartOver {
            outbox.stored(message)
            pump()
        } else {
            outbox.storedForLater()
        }
        workSignal.yield()
    }

    /// Says when the next cycle begins, for which a slot is kept free.
    func expectFresh(at next: ContinuousClock.Instant) { outbox.expectFresh(at: next) }

    /// Says that the spool may hold messages that nobody handed over.
    func storedOtherwise() {
        mustReadAnew = true
        workSignal.yield()
    }

    func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.followLink() }
            group.addTask { await self.carry() }
            try? await gracefulShutdown()
            await settle()
            group.cancelAll()
        }
        alarm?.cancel()
    }

    // MARK: what the link says

    private func followLink() async {
        for await event in link.events {
            note(event)
            workSignal.yield()
        }
    }

    private func note(_ event: LinkEvent) {
        let now = ContinuousClock.now
        switch event {
        case .connected(let connection):
            isConnected = true
            mustStartOver = true
            outbox.window.size = connection.window
            board.connected()
            report.connected(connection, at: now)
        case .announced(let reason):
            if !reason.isPositive { report.refusedStatus(reason) }
        case .acknowledged(let token, let reason) where token < 0:
            if !reason.isPositive { report.refusedStatus(reason) }
        case .acknowledged(let sequence, let reason):
            if reason.isPositive, !(keepsUnheard && reason == .noMatchingSubscribers) {
                outbox.took(sequence, at: now)
            } else if outbox.refused(sequence, for: reason, at: now) {
                untold.append((sequence, reason))
            }
            report.refusals(outbox.refusals.reasons)
            board.refusing(outbox.refusals.reasons)
        case .failed(let failure, let retryIn):
            isConnected = false
            outbox.disconnected()
            board.disconnected()
            report.failed(failure, retryIn: retryIn, at: now)
        case .subscribed:
            break
        case .stopped:
            isConnected = false
        }
    }

    /// Hands to the link what may go now, without waiting for anything.
    private func pump() {
        guard isConnected, !mustStartOver else { return }
        let now = ContinuousClock.now
        while let message = outbox.next(at: now) {
            let isTaken = link.publish(
                token: message.sequence, topic: topic, payload: message.payload,
                properties: [UserProperty("seq", String(message.sequence))])
            // The link has no room: the next answer makes some.
            guard isTaken else { return }
            outbox.sent(message, at: now)
        }
    }

    // MARK: what the disk does

    private func carry() async {
        for await _ in work {
            await removeConfirmed()
            await tellRefusals()
            await startOver()
            await read()
            pump()
            setAlarm()
        }
    }

    /// Removes what the broker took; acknowledgements that come meanwhile are removed together.
    private func removeConfirmed() async {
        while !outbox.window.confirmed.isEmpty {
            let sequences = outbox.window.takeConfirmed()
            await spool.delivered(sequences)
            outbox.window.removed(sequences.count)
            pump()
        }
    }

    private func tellRefusals() async {
        let told = untold
        untold = []
        for (sequence, reason) in told { await spool.refused(sequence, reason: reason.rawValue) }
    }

    /// After a new welcome everything that was not confirmed is offered again.
    private func startOver() async {
        // What is confirmed and not yet removed would be offered twice.
        if mustStartOver, isConnected, outbox.window.isSettled {
            let oldest = await spool.oldest(1).first
            guard isConnected, outbox.window.isSettled else { return }
            mustStartOver = false
            mustReadAnew = false
            let age = oldest.map { Duration.seconds(max(clock.now().seconds - $0.stamp, 0)) } ?? .zero
            outbox.connected(at: .now, backlogAge: age, random: random())
        }
        if mustReadAnew {
            mustReadAnew = false
            outbox.readAnew()
        }
    }

    private func read() async {
        guard isConnected, !mustStartOver else { return }
        if let wanted = outbox.wantedAgain(at: .now) {
            let found = await spool.oldest(1, after: wanted - 1).first.map(Outgoing.init)
            guard isUpToDate else { return }
            outbox.readAgain(found, wanted: wanted)
        }
        if let (count, after) = outbox.beginReading() {
            let messages = await spool.oldest(count, after: after).map(Outgoing.init)
            guard isUpToDate else { return }
            outbox.read(messages, asked: count)
        }
        if let (count, after) = outbox.beginReadingResends() {
            let messages = await spool.resends(count, after: after).map(Outgoing.init)
            guard isUpToDate else { return }
            outbox.readResends(messages, asked: count)
        }
    }

    /// Whether what was asked of the disk is still of use: the link may have come and gone meanwhile.
    private var isUpToDate: Bool { !mustStartOver && !mustReadAnew }

    /// Has the work looked at again when a rate or a pause allows the next message.
    private func setAlarm() {
        alarm?.cancel()
        alarm = nil
        guard isConnected, let wait = outbox.wait(at: .now) else { return }
        alarm = Task { [workSignal] in
            try? await Task.sleep(for: wait)
            if !Task.isCancelled { workSignal.yield() }
        }
    }

    /// Waits a moment for what is in flight, and removes what was confirmed.
    private func settle() async {
        let deadline = ContinuousClock.now + Self.lastMoment
        while isConnected, !outbox.window.inFlight.isEmpty, ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(5))
        }
        await removeConfirmed()
    }
}
