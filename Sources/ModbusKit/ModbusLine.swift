internal import BlockingExecutor
public import ModbusModel

/// One line and the one master on it.
///
/// Waiting for a slave blocks, so the actor runs on a thread of its own. Exchanges follow each other in the order of the
/// calls; one broken exchange is cleaned up before the next may begin.
public actor ModbusLine {
    /// How often a request is repeated at once when something came that was no answer: the slave is there.
    static let repeats = 2

    /// For how long a frame with another slave's address makes the line take care that none is taken for another's.
    static let distrust: Duration = .seconds(3600)

    private let executor: BlockingExecutor
    private let settings: LineSettings
    private var transport: (any LineTransport)?
    private var silence: LineSilence
    private var dialogues: [SlaveAddress: SlaveDialogue] = [:]
    private var lastMisplaced: Moment?
    /// Slaves that may still acknowledge a write that was given up.
    private(set) var unacknowledgedWrites: Set<SlaveAddress> = []
    private var isLent = false
    private var counted = LineCounters()
    private var portErrors = PortErrorCount()

    /// What the line has done so far.
    public var counters: LineCounters {
        if let now = transport?.portErrors { portErrors.look(now) }
        counted.portErrors = portErrors.sum
        return counted
    }

    /// What slows the open port down and can be mended; nil for nothing, and for a line that is closed.
    public var advice: PortAdvice? { transport?.advice }

    /// Runs the actor on its own thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Describes a line; it is opened by `open` or by the first read.
    public init(_ settings: LineSettings) {
        self.settings = settings
        executor = BlockingExecutor(name: "modbus-line")
        silence = LineSilence(settings.timing, packetsApart: settings.packetsApart)
    }

    /// Opens and claims the port, or connects; does nothing when that has been done.
    ///
    /// A connection is given up after the time that the settings have for it, name look-up included.
    public func open() throws(ModbusFailure) { try open(within: .seconds(60)) }

    private func open(within patience: Duration) throws(ModbusFailure) {
        if transport?.isUsable == false { transport = nil }
        guard transport == nil else { return }
        guard !isLent else { throw ModbusFailure(.portLent, at: port ?? "") }
        let opened = try settings.openTransport(within: patience)
        transport = opened
        counted.opens += 1
        if let now = opened.portErrors { portErrors.opened(now) }
        TimerSlack.removeFromThisThread()
        silence.activity()
    }

    /// The serial port's path; nil for a line over the network.
    public nonisolated var port: String? {
        if case .serial(let path, _) = settings.way { path } else { nil }
    }

    /// Gives the port up to somebody else on purpose: until it is taken back the line does not open.
    public func lend() {
        isLent = true
        close()
    }

    /// Ends the loan; the line opens again as soon as the port is free.
    public func takeBack() { isLent = false }

    /// Gives the port back, or ends the connection.
    public func close() { transport = nil }

    /// Waits until the line can be opened and opens it, or until the deadline or the end of the task.
    ///
    /// - Returns: Whether the line is open.
    @discardableResult
    public func reopen(until deadline: ContinuousClock.Instant) async -> Bool {
        switch settings.way {
        case .serial(let path, _): await reopenPort(path, until: deadline)
        case .network: await reconnect(until: deadline)
        }
        return transport != nil
    }

    /// The kernel says when something in the port's folders changes; besides, the port is tried twice a second, for
    /// what nobody says: another program that has given it back.
    private func reopenPort(_ path: String, until deadline: ContinuousClock.Instant) async {
        let watch = PortWatch(port: path)
        while ContinuousClock.now < deadline, !Task.isCancelled {
            // Before the look, so that nothing can happen unnoticed between the two.
            watch.watchFolders()
            if (try? open()) != nil { return }
            watch.waitForChange(atMost: min(.milliseconds(500), ContinuousClock.now.duration(to: deadline)))
            await Task.yield()
        }
    }

    /// Nobody says when a server is back, so it is asked four times a second: one small packet each time.
    private func reconnect(until deadline: ContinuousClock.Instant) async {
        while ContinuousClock.now < deadline, !Task.isCancelled {
            if (try? open(within: ContinuousClock.now.duration(to: deadline))) != nil { return }
            try? await Task.sleep(until: min(.now + .milliseconds(250), deadline), clock: .continuous)
        }
    }

    /// How long a slave's answers have lately taken.
    public func responseTimes(of slave: SlaveAddress) -> ResponseTimes { dialogues[slave]?.times ?? ResponseTimes() }

    /// What became of the requests to a slave since the last call, oldest first.
    func takeOutcomes(of slave: SlaveAddress) -> [ExchangeOutcome] { dialogues[slave]?.outcomes.take() ?? [] }

    /// Reads one block of one slave.
    ///
    /// A request that drew something else than an answer is repeated at once; one that drew nothing is not. A
    /// connection that broke is made anew once.
    ///
    /// - Parameters:
    ///   - timeout: From the end of the request to the answer's first byte.
    ///   - isStrict: Whether no copy of the slave's last answer may fit, at the price of a request more.
    /// - Returns: One word per register; for a bit table one word per bit, 0 or 1.
    /// - Throws: The failure with its scope. After a failure of scope `line` the line is closed; the next read opens it.
    public func read(
        _ block: ReadBlock, from slave: SlaveAddress, timeout: Duration, isStrict: Bool = false
    ) throws(ModbusFailure) -> [UInt16] {
        var repeatsLeft = Self.repeats
        // A server that has restarted, or has tired of an idle connection, says so only to the next request.
        var mayConnectAnew = transport != nil
        while true {
            do {
                let words = try ask(block, of: slave, timeout: timeout, isStrict: isStrict)
                dialogues[slave]?.took(words, for: block)
                return words
            } catch {
                if error.kind == .connectionLost, mayConnectAnew {
                    mayConnectAnew = false
                    continue
                }
                guard error.isWorthRepeating, repeatsLeft > 0 else { throw error }
            }
            repeatsLeft -= 1
            counted.repeats += 1
        }
    }

    /// Asks in a form whose answer cannot be mistaken, after a request that settles where there is none.
    private func ask(
        _ block: ReadBlock, of slave: SlaveAddress, timeout: Duration, isStrict: Bool
    ) throws(ModbusFailure) -> [UInt16] {
        try open()
        // Numbered answers cannot be mistaken. But a gateway may have given a slave up that speaks later, on its own
        // wire: then it is asked as everywhere.
        if transport?.numbersRequests == true, dialogues[slave]?.outstanding.isEmpty ?? true {
            return try exchange(block, with: slave, timeout: timeout, isSettled: true)
        }
        // Once nothing older is left, bytes that answered another question too are this one's all the same.
        var isSettled = false
        // At most: each side refuses a register more, one request settles, and then the question itself.
        for _ in 0..<4 {
            let others = misplacedLengths(besides: slave)
            switch dialogue(with: slave).step(
                for: block, avoiding: others, isStrict: isStrict, at: .now)
            {
            case .ask(let form) where form.span == block.span:
                return try exchange(form, with: slave, timeout: timeout, isSettled: isSettled)
            case .ask(let form):
                guard let words = try longer(form, with: slave, timeout: timeout) else { continue }
                let start = block.span.lowerBound - form.span.lowerBound
                return Array(words[start..<start + block.span.count])
            case .settle(let distinct):
                counted.settlingRequests += 1
                do {
                    _ = try exchange(distinct, with: slave, timeout: timeout, isTrial: true)
                } catch {
                    // An exception that cannot be mistaken settles as well as values do.
                    guard case .exception = error.kind, dialogues[slave]?.outstanding.isEmpty == true else {
                        throw error
                    }
                }
                isSettled = true
            case .wait: break
            }
        }
        throw ModbusFailure(.unsettled, at: "slave \(slave), \(block)")
    }

    /// Asks for more than is needed; nil where the slave does not take that.
    private func longer(
        _ form: ReadBlock, with slave: SlaveAddress, timeout: Duration
    ) throws(ModbusFailure) -> [UInt16]? {
        counted.lengthenedRequests += 1
        do {
            let isTrial = dialogues[slave]?.hasGiven(form) != true
            let words = try exchange(form, with: slave, timeout: timeout, isTrial: isTrial)
            dialogues[slave]?.gave(form)
            return words
        } catch {
            let isRefusal = error.isAnswer && error.scope == .register
            if isRefusal || error.kind == .timeout { dialogues[slave]?.refused(form, at: .now) }
            guard isRefusal else { throw error }
            return nil
        }
    }

    /// The lengths that a misplaced answer of another slave may have; none as long as the line places them well.
    private func misplacedLengths(besides slave: SlaveAddress) -> Set<Int> {
        guard let lastMisplaced, lastMisplaced.duration(to: .now) < Self.distrust else { return [] }
        return Set(dialogues.lazy.filter { $0.key != slave }.flatMap(\.value.outstanding.lengths))
    }

    private func dialogue(with slave: SlaveAddress) -> SlaveDialogue {
        if let known = dialogues[slave] { return known }
        let new = SlaveDialogue()
        dialogues[slave] = new
        return new
    }

    /// One request and what comes of it.
    ///
    /// - Parameter isTrial: Whether the slave may well not know the registers: then silence tells nothing of the line.
    private func exchange(
        _ question: ReadBlock, with slave: SlaveAddress, timeout: Duration, isSettled: Bool = false,
        isTrial: Bool = false
    ) throws(ModbusFailure) -> [UInt16] {
        let transport = try readyTransport()
        let dialogue = self.dialogue(with: slave)
        func note(_ outcome: ExchangeOutcome) { if !isTrial { dialogue.outcomes.note(outcome) } }
        let request = question.request(to: slave)
        var receiver = AnswerReceiver(to: request, dataBytes: question.dataBytes) { frame in
            !isSettled && dialogue.isCopy(frame, of: question)
        }
        try send(request, by: transport)
        var ear = ear(for: request, timeout: timeout, usual: dialogue.times.patience)
        let end = ear.listen(on: transport, into: &receiver)
        counted.echoes += receiver.hasEcho ? 1 : 0
        switch end {
        case .answer(.data(let data)):
            silence.activity()
            counted.answers += 1
            noteBesides(receiver)
            let time = ear.requestEnd.duration(to: ear.firstByte ?? ear.requestEnd)
            dialogue.answered(question, by: receiver.frame, after: time)
            note(.answered(after: time))
            unacknowledgedWrites.remove(slave)
            return question.words(of: data)
        case .answer(.exception(let code)):
            silence.activity()
            counted.exceptions += 1
            noteBesides(receiver)
            note(code == 11 ? .lost : .refused)
            if code == 11 {
                // A gateway that has given its slave up says nothing of what the slave may still send.
                dialogue.gaveUp(on: question, at: .now)
            } else {
                dialogue.refusedBy(exceptionTo: question, at: .now)
            }
            throw ModbusFailure(.exception(code), code: Int32(code), at: "slave \(slave), \(question)")
        case .silence:
            noteBesides(receiver)
            let kind = receiver.failure
            if kind == .timeout { counted.timeouts += 1 } else { counted.brokenAnswers += 1 }
            if kind == .copy { counted.copies += 1 } else { note(kind == .timeout ? .lost : .broken) }
            dialogue.gaveUp(on: question, copy: receiver.copy, at: .now)
            if kind == .timeout { try checkPlace() }
            try cleanUp(lastByte: ear.lastByte)
            throw ModbusFailure(kind, at: "slave \(slave), \(question)")
        case .babble, .gone:
            // A serial server may still pass the answer on, to the next connection.
            dialogue.gaveUp(on: question, at: .now)
            throw broken(end, transport)
        }
    }

    /// Keeps the silence before a request, and throws away what nobody asked for.
    func readyTransport() throws(ModbusFailure) -> any LineTransport {
        if transport?.numbersRequests == false {
            silence.wait()
            try throwAwayUnaskedBytes()
        }
        // `open` has just succeeded or thrown; nothing open here is a port that is gone.
        guard let transport else { throw ModbusFailure(.portLost, at: settings.place) }
        return transport
    }

    func send(_ request: [UInt8], by transport: any LineTransport) throws(ModbusFailure) {
        counted.requests += 1
        do {
            try transport.send(request.dropLast(2))
        } catch {
            self.transport = nil
            throw error
        }
    }

    func ear(for request: [UInt8], timeout: Duration, usual: Duration?) -> LineEar {
        LineEar(
            requestEnd: .now + settings.timing.time(ofCharacters: request.count), timeout: timeout, usual: usual,
            timing: settings.timing, longestPause: settings.longestPause)
    }

    /// Sends a write and waits for its acknowledgement.
    func acknowledged(
        _ request: WriteRequest, by slave: SlaveAddress, timeout: Duration, on transport: any LineTransport
    ) throws(ModbusFailure) {
        let place = "slave \(slave), \(request)"
        let frame = Checksum.sealed([slave.rawValue] + request.body)
        var receiver = WriteReceiver(to: request, of: slave, lineEchoes: counted.echoes > 0)
        unacknowledgedWrites.insert(slave)
        try send(frame, by: transport)
        var ear = ear(for: frame, timeout: timeout, usual: nil)
        let end = ear.listen(on: transport, into: &receiver)
        switch end {
        case .answer(let answer):
            silence.activity()
            unacknowledgedWrites.remove(slave)
            guard case .exception(let code) = answer else {
                counted.answers += 1
                return
            }
            counted.exceptions += 1
            throw ModbusFailure(.exception(code), code: Int32(code), at: place)
        case .silence:
            let isTimeout = receiver.rubbish == .nothing
            if isTimeout { counted.timeouts += 1 } else { counted.brokenAnswers += 1 }
            try cleanUp(lastByte: ear.lastByte)
            throw ModbusFailure(isTimeout ? .timeout : .unexpectedAnswer, at: place)
        case .babble, .gone: throw broken(end, transport)
        }
    }

    /// Closes a line that is of no more use.
    func broken(_ end: LineEar.End, _ transport: any LineTransport) -> ModbusFailure {
        self.transport = nil
        return if case .gone(let code) = end {
            transport.lost(code)
        } else {
            ModbusFailure(.neverSilent, at: settings.place)
        }
    }

    /// Where nobody answers, the settings may have come to lead elsewhere: then the port is gone and not the slave.
    private func checkPlace() throws(ModbusFailure) {
        guard let transport, !transport.isInPlace else { return }
        self.transport = nil
        throw transport.lost(0)
    }

    /// Leaves the line so that the next request meets silence.
    func cleanUp(lastByte: ContinuousClock.Instant?) throws(ModbusFailure) {
        // Who has listened to the silence already need not do so again.
        if let lastByte, lastByte.duration(to: .now) < silence.afterDisturbance {
            try drain()
        } else {
            silence.activity()
        }
    }

    private func throwAwayUnaskedBytes() throws(ModbusFailure) {
        guard let descriptor = transport?.descriptor, silence.hasUnaskedBytes(on: descriptor) else { return }
        try drain()
    }

    private func drain() throws(ModbusFailure) {
        guard let transport, !transport.numbersRequests else { return }
        let start = ContinuousClock.now
        let bytes = silence.drain(transport.descriptor)
        counted.drainTime += start.duration(to: .now)
        guard let bytes else {
            self.transport = nil
            throw ModbusFailure(.neverSilent, at: settings.place)
        }
        counted.bytesThrownAway += bytes.count
        note(AnswerReceiver.frames(in: bytes), asking: nil)
    }

    private func noteBesides(_ receiver: AnswerReceiver) {
        guard receiver.surplus > 0 else { return }
        counted.bytesThrownAway += receiver.surplus
        note(receiver.otherFrames, asking: receiver.slave)
    }

    /// Remembers what slaves have said without being asked: it may come again.
    private func note(_ frames: [ArraySlice<UInt8>], asking slave: SlaveAddress?) {
        for frame in frames {
            counted.strayFrames += 1
            guard let first = frame.first, let speaker = SlaveAddress(Int(first)) else { continue }
            if let slave, speaker != slave { lastMisplaced = .now }
            dialogues[speaker]?.heardUnasked(frame)
        }
    }
}

extension AnswerReceiver {
    /// Why there was no answer.
    fileprivate var failure: ModbusFailure.Kind {
        if copy != nil { return .copy }
        return switch rubbish {
        case .nothing: .timeout
        case .brokenAnswer: missing == nil ? .badChecksum : .truncated
        case .other: .unexpectedAnswer
        }
    }
}
