internal import BrokerLink
internal import Logging
internal import ServiceLifecycle
internal import StoreForward

/// Carries stored messages to the broker, oldest first and a few at a time, and removes them once the broker took them.
actor Forwarder: Service {
    private let spool: Spool
    private let link: BrokerLink
    private let topic: String
    private let log: Logger
    private var window: DeliveryWindow
    private var isConnected = false
    private var mustStartOver = false
    private var isHeld = false
    /// Whether all that is stored was offered, so that the disk need not be asked before something new is stored.
    private var hasOfferedAll = false
    /// What kind of failure was said last: its words may bear the time, and are not the same twice.
    private var lastFailure: (LinkFailure.Phase, LinkFailure.Code)?
    private var lastRefusal: ReasonCode?

    // One pending signal is as good as many: whoever takes it looks at everything.
    private let (work, workSignal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    private let (refusals, refusalSignal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// How long a refused message rests before it is offered again.
    static let refusalPause: Duration = .seconds(30)

    /// The moment that messages in flight are given when the agent stops.
    static let lastMoment: Duration = .milliseconds(400)

    init(spool: Spool, link: BrokerLink, topic: String, window: Int, log: Logger) {
        self.spool = spool
        self.link = link
        self.topic = topic
        self.log = log
        self.window = DeliveryWindow(size: window)
    }

    /// Says that there is a new message in the spool.
    func poke() {
        hasOfferedAll = false
        workSignal.yield()
    }

    func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.followLink() }
            group.addTask { await self.carry() }
            group.addTask { await self.releaseRefused() }
            try? await gracefulShutdown()
            await settle()
            group.cancelAll()
        }
    }

    private func followLink() async {
        for await event in link.events {
            note(event)
            workSignal.yield()
        }
    }

    private func carry() async {
        for await _ in work {
            await removeConfirmed()
            await offer()
        }
    }

    private func releaseRefused() async {
        for await _ in refusals {
            try? await Task.sleep(for: Self.refusalPause)
            isHeld = false
            mustStartOver = true
            workSignal.yield()
        }
    }

    private func note(_ event: LinkEvent) {
        switch event {
        case .connected(let connection):
            isConnected = true
            mustStartOver = true
            window.size = connection.window
            lastFailure = nil
            log.notice("connected to the broker", metadata: ["peer": "\(connection.peer)"])
        case .announced(let reason):
            if !reason.isPositive {
                log.error("the broker refused the status message", metadata: Self.metadata(of: reason))
            }
        case .acknowledged(let sequence, let reason) where reason.isPositive:
            window.took(sequence)
            lastRefusal = nil
        case .acknowledged(let sequence, let reason):
            refuse(sequence, for: reason)
        case .failed(let failure, let retryIn):
            isConnected = false
            if let lastFailure, lastFailure == (failure.phase, failure.code) { return }
            lastFailure = (failure.phase, failure.code)
            log.warning(
                "no link to the broker; messages are kept",
                metadata: [
                    "error": "\(failure)", "phase": "\(failure.phase.rawValue)", "retry_in": "\(retryIn.secondsText)",
                ])
        case .stopped:
            isConnected = false
        }
    }

    /// A refused message stays in the spool: an acknowledgement with a reason of 128 or more is no delivery.
    private func refuse(_ sequence: Int64, for reason: ReasonCode) {
        window.refused(sequence)
        // A message that is too large stays so: it waits for the next session, and the others do not wait for it.
        // Otherwise one pause is enough for all that were in flight together.
        if reason != .packetTooLarge, !isHeld {
            isHeld = true
            refusalSignal.yield()
        }
        guard lastRefusal != reason else { return }
        lastRefusal = reason
        log.error(
            "the broker refused a message; it is kept and offered again", metadata: Self.metadata(of: reason))
    }

    private static func metadata(of reason: ReasonCode) -> Logger.Metadata {
        var metadata: Logger.Metadata = ["reason": "\(reason)"]
        if let cause = reason.likelyCause { metadata["likely_cause"] = "\(cause)" }
        return metadata
    }

    /// Removes what the broker took; acknowledgements that come meanwhile are removed together.
    private func removeConfirmed() async {
        while !window.confirmed.isEmpty {
            let sequences = window.takeConfirmed()
            do {
                try await spool.remove(sequences)
            } catch {
                window.putBack(sequences)
                log.error("delivered messages could not be removed", metadata: ["error": "\(error)"])
                return
            }
        }
    }

    private func offer() async {
        if mustStartOver {
            // What is confirmed and not yet removed would be offered twice.
            guard window.confirmed.isEmpty else { return }
            window.startOver()
            mustStartOver = false
            hasOfferedAll = false
        }
        while isConnected, !isHeld, !mustStartOver, !hasOfferedAll, window.room > 0 {
            let room = window.room
            let messages: [StoredMessage]
            // Said before the disk is read: a message that is stored meanwhile takes it back.
            hasOfferedAll = true
            do {
                messages = try await spool.oldest(room, after: window.offeredUpTo)
            } catch {
                hasOfferedAll = false
                log.error("stored messages could not be read", metadata: ["error": "\(error)"])
                return
            }
            if messages.count == room { hasOfferedAll = false }
            // The link may have come and gone while the disk was read.
            guard isConnected, !mustStartOver else { return hasOfferedAll = false }
            for message in messages {
                guard link.publish(token: message.sequence, topic: topic, payload: message.payload) else {
                    return hasOfferedAll = false
                }
                window.offered(message.sequence)
            }
        }
    }

    /// Waits a moment for what is in flight, and removes what was confirmed.
    private func settle() async {
        let deadline = ContinuousClock.now + Self.lastMoment
        while isConnected, !window.inFlight.isEmpty, ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(5))
        }
        await removeConfirmed()
    }
}
