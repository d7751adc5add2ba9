/// The line at work: it runs on a thread of its own and owns the descriptors.
final class LineEngine {
    /// A slave's desk: the requests that it has not come to, and the one that it is answering.
    struct Desk {
        /// Answers that are kept back until the next one.
        var kept: [UInt8] = []
        var inbox: [Received] = []
        var open: Exchange?
        var freeAt = Int64.longAgo
        var previous: [UInt8] = []
    }

    /// A request on the wire, with the faults that strike it.
    struct Received {
        let request: Request
        let envelope: Envelope
        var exchange: Exchange
    }

    let settings: SimulatedLineSettings
    let wire: WireTime
    let state: LineState
    private let wakeUp: WakeUp
    /// The moment from which signals count.
    private let origin: Int64
    var port: (any MasterPort)?
    /// Where a socket listened, so that it comes back there.
    let lastPort: UInt16?
    var receiver: RequestReceiver
    var transmitter: Transmitter
    var arriving: [Received] = []
    var desks: [UInt8: Desk] = [:]
    private var lastRequestEnd = Int64.longAgo

    init(_ settings: SimulatedLineSettings, _ state: LineState, _ wakeUp: WakeUp, _ port: any MasterPort) {
        self.settings = settings
        self.state = state
        self.wakeUp = wakeUp
        self.port = port
        lastPort = (port as? NetworkPort)?.port
        wire = WireTime(baud: settings.baud, format: settings.format)
        origin = Pacer.now()
        receiver = RequestReceiver(wire: wire)
        transmitter = Transmitter(wire: wire, packetSize: settings.packetSizeOnWire)
    }

    /// Runs the line until it is told to stop.
    func run() {
        _ = Pacer.sharpen()
        while true {
            let wasIdle = Pacer.wait(for: (port?.descriptors ?? []) + [wakeUp.descriptor], until: nextMoment)
            if wasIdle { port?.tidy() }
            advance(to: Pacer.now())
            if wakeUp.wasCalled() {
                for command in takeCommands() {
                    guard carryOut(command) else { return }
                }
            }
            let bytes = port?.read() ?? []
            if !bytes.isEmpty {
                // Stamped after they were read, so that a master never seems to have sent earlier than it did.
                receive(bytes, at: Pacer.now())
            }
        }
    }

    private var nextMoment: Int64? {
        let moments = [
            arriving.first?.exchange.requestEnd, receiver.silenceDeadline,
            transmitter.nextMoment(wireEnd: receiver.wireEnd),
        ]
        return moments.lazy.compactMap(\.self).min()
    }

    private func advance(to now: Int64) {
        acceptFrames(now: now)
        while let first = arriving.first, first.exchange.requestEnd <= now {
            deliver(arriving.removeFirst())
        }
        transmit(now: now)
    }

    // MARK: The master's side

    private func receive(_ bytes: [UInt8], at arrival: Int64) {
        receiver.receive(bytes, at: arrival)
        state.withLock {
            $0.counters.bytesFromMaster += bytes.count
            $0.counters.busyTime += wire.frame(characters: bytes.count)
        }
        acceptFrames(now: arrival)
    }

    private func acceptFrames(now: Int64) {
        while let frame = receiver.next(now: now) {
            accept(frame)
        }
        let broken = receiver.takeBrokenFrames()
        if broken > 0 {
            state.withLock { $0.counters.brokenRequests += broken }
        }
    }

    /// Judges a request as soon as its bytes are known; the slave hears of it when the last bit has left the wire.
    private func accept(_ frame: RequestReceiver.Frame) {
        let request = frame.request
        var exchange = Exchange(frame)
        exchange.violatedSilence =
            !settings.numbersRequests && frame.start < max(transmitter.end, lastRequestEnd) + wire.silenceNanoseconds
        lastRequestEnd = frame.end
        let hasSpeed =
            (!settings.enforcesSpeed || (port?.hasSpeed(settings.baud) ?? true))
            && (!settings.enforcesOddParity || port?.hasOddParity ?? false == (settings.format == .eightO1))
        let hasPrevious = desks[request.slave].map { !$0.previous.isEmpty } ?? false
        state.withLock { state in
            state.counters.requests += 1
            state.counters.silenceViolations += exchange.violatedSilence ? 1 : 0
            state.counters.wrongSpeeds += hasSpeed ? 0 : 1
            let isKnown = state.slaves[request.slave] != nil
            state.counters.unknownSlaves += isKnown || request.isBroadcast ? 0 : 1
            state.counters.broadcasts += request.isBroadcast ? 1 : 0
            exchange.wasIgnored =
                !hasSpeed || (exchange.violatedSilence && settings.enforcesSilence)
                || !(isKnown || request.isBroadcast)
            if isKnown && !exchange.wasIgnored {
                exchange.faults = state.plan.draw(for: request, hasPrevious: hasPrevious)
            }
        }
        if exchange.faults.contains(.echo) {
            transmitter.add(.init(origin: .echo, start: frame.start, bytes: request.bytes))
        }
        arriving.append(
            Received(request: request, envelope: port?.nextEnvelope() ?? .rtu, exchange: exchange))
    }

    private func deliver(_ received: Received) {
        if received.exchange.wasIgnored {
            record(received.exchange)
        } else if received.request.isBroadcast {
            broadcast(received)
        } else {
            desks[received.request.slave, default: Desk()].inbox.append(received)
            attend(received.request.slave)
        }
    }

    // MARK: The slaves' side

    /// Lets a slave that is free take its next requests.
    private func attend(_ id: UInt8) {
        var desk = desks[id] ?? Desk()
        while desk.open == nil, !desk.inbox.isEmpty {
            let received = desk.inbox.removeFirst()
            answer(received, at: max(received.exchange.requestEnd, desk.freeAt), &desk)
        }
        desks[id] = desk
    }

    private func answer(_ received: Received, at moment: Int64, _ desk: inout Desk) {
        let id = received.request.slave
        var exchange = received.exchange
        let previous = desk.previous
        let (script, delay) = state.withLock { state -> (AnswerScript?, Int64) in
            // Taken out and put back, so that its tables are changed in place and not copied.
            guard var slave = state.slaves.removeValue(forKey: id) else { return (nil, 0) }
            let script = AnswerScript(
                to: received.request,
                of: &slave,
                at: moment - origin,
                in: received.envelope,
                faults: exchange.faults,
                previous: previous,
                plan: &state.plan
            )
            state.slaves[id] = slave
            let turnaround = wire.turnaround(slave.turnaround).nanoseconds
            return (script, AnswerScript.delay(turnaround: turnaround, faults: exchange.faults))
        }
        desk.freeAt = moment
        guard let script else { return record(exchange) }
        exchange.words = script.words
        exchange.answer = Array(script.frames.joined())
        if !script.intact.isEmpty { desk.previous = script.intact }
        if exchange.faults.contains(.reset) {
            port?.reset()
            return record(exchange)
        }
        if exchange.faults.contains(.joined) {
            desk.kept += script.frames.joined()
            return record(exchange)
        }
        guard !script.frames.isEmpty else { return record(exchange) }
        desk.open = exchange
        let bursts = script.bursts(behind: desk.kept, at: moment + delay, faults: exchange.faults)
        desk.kept = []
        for (index, burst) in bursts.enumerated() {
            transmitter.add(
                .init(
                    origin: .answer(from: id, isLast: index == bursts.count - 1),
                    start: burst.start,
                    bytes: burst.bytes,
                    followsSilence: burst.followsSilence
                )
            )
            for case .copied(let pause) in exchange.faults {
                let end = burst.start + wire.nanoseconds(characters: burst.bytes.count)
                transmitter.add(.init(origin: .stray, start: end + pause.nanoseconds, bytes: burst.bytes))
            }
        }
    }

    private func broadcast(_ received: Received) {
        var exchange = received.exchange
        let elapsed = exchange.requestEnd - origin
        exchange.words = state.withLock { state in
            var words: [UInt16] = []
            for id in state.slaves.keys.sorted() where received.request.tableToRead == nil {
                let given = state.slaves[id]?.answer(to: received.request, at: elapsed).words ?? []
                words = given.isEmpty ? words : given
            }
            return words
        }
        record(exchange)
    }

    // MARK: The wire

    private func transmit(now: Int64) {
        while true {
            if let begun = transmitter.begin(now: now, wireEnd: receiver.wireEnd),
                case .answer(let id, _) = begun.burst.origin, desks[id]?.open?.answerStart == nil
            {
                desks[id]?.open?.answerStart = begun.start
            }
            guard let due = transmitter.takeDue(now: now) else { return }
            // What is told about an answer is told before its last byte: who has read the byte finds the record.
            let done = due.finished.flatMap { finish($0, at: now) }
            let written = port?.write(due.bytes) ?? 0
            if written < due.bytes.count {
                state.withLock { $0.counters.bytesOverrun += due.bytes.count - written }
            }
            if let done {
                observe(done)
                attend(done.slave)
            }
        }
    }

    /// Counts a burst that ends now; the exchange, if it was the last burst of one.
    private func finish(_ running: Transmitter.Running, at now: Int64) -> Exchange? {
        let bytes = running.burst.bytes.count
        var done: Exchange?
        if case .answer(let id, isLast: true) = running.burst.origin, var exchange = desks[id]?.open {
            exchange.answerEnd = running.end
            exchange.lateness = .nanoseconds(now - running.end)
            desks[id]?.open = nil
            desks[id]?.freeAt = running.end
            done = exchange
        }
        state.withLock {
            $0.counters.bytesToMaster += bytes
            $0.counters.greatestLateness = max($0.counters.greatestLateness, .nanoseconds(now - running.end))
            // The echo is on the wire together with the request.
            if running.burst.origin != .echo { $0.counters.busyTime += wire.frame(characters: bytes) }
            if let done {
                $0.counters.answers += 1
                $0.log.append(done)
            }
        }
        return done
    }

    /// Keeps an exchange without an answer.
    private func record(_ exchange: Exchange) {
        state.withLock { $0.log.append(exchange) }
        observe(exchange)
    }

    private func observe(_ exchange: Exchange) {
        state.withLock { $0.observer }?(exchange)
    }
}
