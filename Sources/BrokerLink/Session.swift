import Glibc

/// One attempt: from the name to the end of the session that came of it.
///
/// It runs on the link's thread and nowhere else.
final class Session {
    enum Ending {
        case stopped
        case failed(LinkFailure)
    }

    private enum Turn {
        case went
        case timeOver
        case stopped
        case broken(Client.Result)
    }

    let settings: BrokerSettings
    let identity: LinkIdentity
    let mailbox: Mailbox
    let report: (LinkEvent) -> Void

    /// When the broker welcomed us.
    private(set) var began: ContinuousClock.Instant?
    private var record: ConnectionRecord
    private var tokens: [Int32: Int64] = [:]
    private var subscriptions: [Int32: Int64] = [:]
    private var birthMessage: Int32?
    /// Since when an answer is owed and nothing was heard.
    private var quietSince = ContinuousClock.now

    init(
        _ settings: BrokerSettings,
        _ identity: LinkIdentity,
        _ mailbox: Mailbox,
        report: @escaping (LinkEvent) -> Void
    ) {
        self.settings = settings
        self.identity = identity
        self.mailbox = mailbox
        self.report = report
        record = ConnectionRecord(serverName: nil)
    }

    func run() -> Ending {
        do {
            let addresses = try AddressLookup.addresses(of: settings.host)
            let deadline = ContinuousClock.now + settings.connectTimeout
            var last: LinkFailure?
            for (index, address) in addresses.enumerated() where !mailbox.isStopping {
                // Each address gets its share of the time that is left.
                let share = (deadline - .now) / (addresses.count - index)
                switch try attempt(address, openUntil: .now + share, welcomeUntil: deadline) {
                case .failed(let failure) where failure.phase == .tcp: last = failure
                case let ending: return ending
                }
            }
            guard !mailbox.isStopping, let last else { return .stopped }
            return .failed(last)
        } catch {
            return mailbox.isStopping ? .stopped : .failed(error)
        }
    }

    /// Makes a client for one address and stays with it until the end.
    private func attempt(
        _ address: String,
        openUntil: ContinuousClock.Instant,
        welcomeUntil: ContinuousClock.Instant
    ) throws(LinkFailure) -> Ending {
        record = ConnectionRecord(serverName: AddressLookup.isAddress(settings.host) ? nil : settings.host)
        let context = try TLSContext.make(settings, record: record, now: secondsSince1970())
        let client = try Client.make(settings, context, record)
        let peer = address.contains(":") ? "[\(address)]:\(settings.port)" : "\(address):\(settings.port)"
        let explanation = Explanation(settings: settings, peer: peer, record: record)

        if let will = identity.will {
            let result = client.setWill(will)
            guard result.isGood else { return .failed(explanation.unusable(will: will, result)) }
        }
        let result = client.connect(to: address, settings)
        // Anything above zero is an error; below zero it says that the connection is under way.
        guard result.code <= 0 else {
            let isOpen = record.isHandshakeDone || !result.isSystemError
            return .failed(isOpen ? explanation.broken(result) : explanation.notOpened(result.errno))
        }
        if let ending = waitForOpening(client, explanation, until: openUntil) { return ending }
        if let ending = waitForWelcome(client, explanation, until: welcomeUntil) { return ending }
        return stand(client, explanation, peer: peer)
    }

    // MARK: the three stretches of a connection

    private func waitForOpening(
        _ client: borrowing Client,
        _ explanation: Explanation,
        until deadline: ContinuousClock.Instant
    ) -> Ending? {
        while true {
            var waiting = [
                pollfd(fd: client.socket, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: mailbox.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            poll(&waiting, nfds_t(waiting.count), (deadline - .now).pollTimeout)
            if waiting[1].revents != 0 { mailbox.clearWakeUp() }
            if mailbox.isStopping { return .stopped }
            if waiting[0].revents != 0 {
                // Asked before the library touches the socket: on a refused one its handshake spins for ever.
                var code: Int32 = 0
                var size = socklen_t(MemoryLayout<Int32>.size)
                getsockopt(client.socket, SOL_SOCKET, SO_ERROR, &code, &size)
                // The handshake's first word was tried already, and may have taken the error away with it.
                if code == 0 && Int32(waiting[0].revents) & POLLHUP != 0 && !client.hasSent { code = ECONNREFUSED }
                // A reset came after the opening: on a fast line the handshake is over by now, and what the broker said
                // before it closed is still to be read.
                if code == 0 || code == ECONNRESET || code == EPIPE { return nil }
                return .failed(explanation.notOpened(code))
            }
            if deadline <= .now { return .failed(explanation.silent()) }
        }
    }

    private func waitForWelcome(
        _ client: borrowing Client,
        _ explanation: Explanation,
        until deadline: ContinuousClock.Instant
    ) -> Ending? {
        record.isOpen = true
        while record.welcome == nil {
            switch turn(client, until: deadline) {
            case .went: continue
            case .stopped: return .stopped
            case .timeOver: return .failed(explanation.silent())
            case .broken(let result): return .failed(explanation.broken(result))
            }
        }
        guard let welcome = record.welcome, welcome.reason.isPositive else {
            return .failed(explanation.broken(Client.Result(code: 0, errno: 0)))
        }
        return nil
    }

    private func stand(_ client: borrowing Client, _ explanation: Explanation, peer: String) -> Ending {
        began = .now
        quietSince = .now
        let window = min(settings.boundedWindow, Int(record.welcome?.receiveMaximum ?? .max))
        var inFlight = 0
        // The birth goes first, so that whoever watches knows us before our readings come.
        if let birth = identity.birth?() {
            let (message, result) = client.publish(birth.topic, birth.payload, retain: true)
            if let fault = result.messageFault {
                report(.announced(reason: fault))
            } else if !result.isGood {
                return .failed(explanation.broken(result))
            } else {
                birthMessage = message
                inFlight = 1
            }
        }
        mailbox.open(window: window, alreadyInFlight: inFlight)
        report(
            .connected(
                Connection(
                    peer: peer,
                    security: client.security,
                    window: window,
                    certificateEnds: client.certificateEnds
                )
            )
        )

        let (alert, calm) = (alertTick, calmTick)
        while true {
            let result = turn(client, until: .now + (isOwed ? alert : calm))
            passOnAcknowledgements()
            if isOwed, .now - quietSince > settings.answerTimeout { return .failed(explanation.unanswered()) }
            switch result {
            case .stopped:
                // What was handed over before the stop goes out before the goodbye.
                _ = publishRequests(client, explanation)
                sayGoodbye(client)
                return .stopped
            case .broken(let result):
                return .failed(explanation.broken(result))
            case .went, .timeOver:
                let alive = client.keepAlive()
                guard alive.isGood else { return .failed(explanation.broken(alive)) }
                if let failure = publishRequests(client, explanation) ?? subscribe(client, explanation) {
                    return .failed(failure)
                }
            }
        }
    }

    /// How often to look at the link while an answer is owed.
    private var alertTick: Duration {
        max(.milliseconds(500), min(settings.keepAlive / 12, settings.answerTimeout / 4, .seconds(5)))
    }

    /// How often to look while nothing is owed: the library has its ping sent only when it is looked at.
    ///
    /// It counts in whole seconds, and the broker waits for half the keep-alive more (MQTT 5 §3.1.2.10). Each look wakes
    /// the processor.
    private var calmTick: Duration {
        max(.milliseconds(500), settings.keepAlive / 12, settings.keepAlive / 2 - .seconds(10))
    }

    // MARK: one turn

    /// Waits for something to happen, and lets the library deal with it.
    private func turn(_ client: borrowing Client, until deadline: ContinuousClock.Instant) -> Turn {
        let isWriting = record.isHandshakeDone ? client.wantsToWrite : client.isHandshakeWriting
        var waiting = [
            pollfd(fd: client.socket, events: Int16(isWriting ? POLLIN | POLLOUT : POLLIN), revents: 0),
            pollfd(fd: mailbox.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        let count = poll(&waiting, nfds_t(waiting.count), (deadline - .now).pollTimeout)
        if waiting[1].revents != 0 { mailbox.clearWakeUp() }
        if mailbox.isStopping { return .stopped }
        guard count != 0 else { return deadline <= .now ? .timeOver : .went }

        let happened = Int32(waiting[0].revents)
        let wasHandshakeDone = record.isHandshakeDone
        if happened & POLLIN != 0 { quietSince = .now }
        // Read first: what a broker says before it closes would be lost with a write that fails.
        if happened & (POLLIN | POLLERR | POLLHUP) != 0 || (happened != 0 && !wasHandshakeDone) {
            repeat {
                let result = client.read()
                guard result.isGood, client.socket >= 0 else { return .broken(result) }
            } while record.isHandshakeDone && client.hasDecrypted
            if happened & (POLLERR | POLLHUP) != 0 && !record.isHandshakeDone {
                // The library takes a broken handshake for an unfinished one.
                return .broken(Client.Result(code: 0, errno: ECONNRESET))
            }
        }
        if happened & POLLOUT != 0 && wasHandshakeDone {
            let result = client.write()
            guard result.isGood, client.socket >= 0 else { return .broken(result) }
        }
        return .went
    }

    /// Hands messages to the library, which queues them: they are written in the next turn.
    private func publishRequests(_ client: borrowing Client, _ explanation: Explanation) -> LinkFailure? {
        for request in mailbox.takeRequests() {
            let (message, result) = client.publish(
                request.topic, request.payload, retain: request.retain, properties: request.properties)
            if let fault = result.messageFault {
                mailbox.release()
                report(.acknowledged(token: request.token, reason: fault))
            } else if result.isGood {
                if !isOwed { quietSince = .now }
                tokens[message] = request.token
            } else {
                return explanation.broken(result)
            }
        }
        return nil
    }

    private func subscribe(_ client: borrowing Client, _ explanation: Explanation) -> LinkFailure? {
        for subscription in mailbox.takeSubscriptions() {
            let (message, result) = client.subscribe(subscription.filter)
            if result.messageFault != nil {
                report(.subscribed(token: subscription.token, reason: .topicFilterInvalid))
            } else if result.isGood {
                if !isOwed { quietSince = .now }
                subscriptions[message] = subscription.token
            } else {
                return explanation.broken(result)
            }
        }
        return nil
    }

    /// Whether the broker has still to answer to something.
    private var isOwed: Bool { birthMessage != nil || !tokens.isEmpty || !subscriptions.isEmpty }

    private func passOnAcknowledgements() {
        for (message, reason) in record.takeAcknowledgements() {
            if message == birthMessage {
                birthMessage = nil
                mailbox.release()
                report(.announced(reason: reason))
            } else if let token = tokens.removeValue(forKey: message) {
                mailbox.release()
                report(.acknowledged(token: token, reason: reason))
            }
        }
        for (message, reason) in record.takeGrants() {
            guard let token = subscriptions.removeValue(forKey: message) else { continue }
            report(.subscribed(token: token, reason: reason))
        }
    }

    /// Sends what was handed over and the goodbye, for as long as a stop may take.
    private func sayGoodbye(_ client: borrowing Client) {
        client.disconnect(leavingWill: mailbox.leavesWill)
        let deadline = ContinuousClock.now + .milliseconds(500)
        while client.socket >= 0, deadline > .now {
            var waiting = pollfd(fd: client.socket, events: Int16(POLLIN | POLLOUT), revents: 0)
            poll(&waiting, 1, (deadline - .now).pollTimeout)
            if Int32(waiting.revents) & (POLLIN | POLLERR | POLLHUP) != 0, !client.read().isGood { break }
            if client.socket >= 0, Int32(waiting.revents) & POLLOUT != 0, !client.write().isGood { break }
        }
        passOnAcknowledgements()
    }
}
