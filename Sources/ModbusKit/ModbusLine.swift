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
    ///
    /// In nanoseconds: an hour.
    static let distrust: Int64 = 3_600_000_000_000

    private let executor: BlockingExecutor
    var wire: LineWire
    private(set) var dialogues: [SlaveAddress: SlaveDialogue] = [:]
    private var lastMisplaced: Moment?
    /// Slaves that may still acknowledge a write that was given up.
    var unacknowledgedWrites: Set<SlaveAddress> = []
    private var isLent = false
    nonisolated let settings: LineSettings

    /// What the line has done so far.
    public var counters: LineCounters { wire.counters() }

    /// What slows the open port down and can be mended; nil for nothing, and for a line that is closed.
    public var advice: PortAdvice? { wire.advice }

    /// Runs the actor on its own thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Describes a line; it is opened by `open` or by the first read.
    public init(_ settings: LineSettings) {
        self.settings = settings
        executor = BlockingExecutor(name: "modbus-line")
        wire = LineWire(settings)
    }

    /// Opens and claims the port, or connects; does nothing when that has been done.
    ///
    /// A connection is given up after the time that the settings have for it, name look-up included.
    public func open() throws(ModbusFailure) { try open(within: .seconds(60)) }

    func open(within patience: Duration) throws(ModbusFailure) {
        guard !isLent else { throw ModbusFailure(.portLent, at: port ?? "") }
        try wire.open(within: patience)
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
    public func close() { wire.close() }

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
        var mayConnectAnew = wire.isOpen
        let dialogue = dialogue(with: slave)
        while true {
            do {
                let words = try ask(block, of: slave, dialogue, timeout: timeout, isStrict: isStrict)
                dialogue.took(words, for: block)
                return words
            } catch {
                if error.kind == .connectionLost, mayConnectAnew {
                    mayConnectAnew = false
                    continue
                }
                guard error.isWorthRepeating, repeatsLeft > 0 else { throw error }
            }
            repeatsLeft -= 1
            wire.counted.repeats += 1
        }
    }

    /// Asks in a form whose answer cannot be mistaken, after a request that settles where there is none.
    private func ask(
        _ block: ReadBlock, of slave: SlaveAddress, _ dialogue: SlaveDialogue, timeout: Duration, isStrict: Bool
    ) throws(ModbusFailure) -> [UInt16] {
        try open()
        // Numbered answers cannot be mistaken. But a gateway may have given a slave up that speaks later, on its own
        // wire: then it is asked as everywhere.
        if wire.numbersRequests, dialogue.outstanding.isEmpty {
            return try exchange(block, with: slave, dialogue, timeout: timeout, isSettled: true)
        }
        // Once nothing older is left, the bytes that were doubted are this question's if they come again.
        var isSettled = false
        // At most: each side refuses a register more, one request settles, and then the question itself.
        for _ in 0..<4 {
            let others = misplacedLengths(besides: slave)
            switch dialogue.step(for: block, avoiding: others, isStrict: isStrict, at: .now) {
            case .ask(let form) where form.span == block.span:
                let words = try exchange(form, with: slave, dialogue, timeout: timeout, isSettled: isSettled)
                try prove(form, of: slave, dialogue, others: others, timeout: timeout)
                return words
            case .ask(let form):
                guard let words = try longer(form, with: slave, dialogue, timeout: timeout) else { continue }
                try prove(form, of: slave, dialogue, others: others, timeout: timeout)
                let start = block.span.lowerBound - form.span.lowerBound
                return Array(words[start..<start + block.span.count])
            case .settle(let distinct):
                try settle(by: distinct, slave, dialogue, timeout: timeout)
                isSettled = true
            case .wait: break
            }
        }
        throw ModbusFailure(.unsettled, at: "slave \(slave), \(block)")
    }

    /// Asks for more than is needed; nil where the slave does not take that.
    private func longer(
        _ form: ReadBlock, with slave: SlaveAddress, _ dialogue: SlaveDialogue, timeout: Duration
    ) throws(ModbusFailure) -> [UInt16]? {
        wire.counted.lengthenedRequests += 1
        do {
            let words = try exchange(form, with: slave, dialogue, timeout: timeout, isTrial: !dialogue.hasGiven(form))
            dialogue.gave(form)
            return words
        } catch {
            let isRefusal = error.isAnswer && error.scope == .register
            if isRefusal || error.kind == .timeout { dialogue.refused(form, at: .now) }
            guard isRefusal else { throw error }
            return nil
        }
    }

    /// The lengths that a misplaced answer of another slave may have; none as long as the line places them well.
    private func misplacedLengths(besides slave: SlaveAddress) -> Set<Int> {
        guard let lastMisplaced, .now - lastMisplaced < Self.distrust else { return [] }
        let now = ContinuousClock.now
        return Set(dialogues.lazy.filter { $0.key != slave }.flatMap { $0.value.outstanding.lengths(at: now) })
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
    func exchange(
        _ question: ReadBlock, with slave: SlaveAddress, _ dialogue: SlaveDialogue, timeout: Duration,
        isSettled: Bool = false, isTrial: Bool = false, isSettling: Bool = false
    ) throws(ModbusFailure) -> [UInt16] {
        note(try wire.settle())
        func became(_ outcome: ExchangeOutcome) { if !isTrial { dialogue.outcomes.note(outcome) } }
        let request = question.request(to: slave)
        let isNumbered = wire.numbersRequests && isSettled
        var receiver = AnswerReceiver(to: request, dataBytes: question.dataBytes) { frame in
            !isNumbered && dialogue.isCopy(frame, of: question, isSettled: isSettled)
        }
        let (end, ear) = try wire.exchange(request, timeout: timeout, usual: dialogue.times, into: &receiver)
        if receiver.hasEcho { wire.counted.echoes += 1 }
        switch end {
        case .answer(.data(let data)):
            wire.counted.answers += 1
            noteBesides(receiver)
            dialogue.answered(question, by: receiver.frame, after: ear.responseTime)
            if receiver.surplus > 0 {
                for frame in receiver.otherFrames where frame.first == slave.rawValue { dialogue.heardBesides(frame) }
            }
            became(.answered(after: ear.responseTime))
            if !unacknowledgedWrites.isEmpty { unacknowledgedWrites.remove(slave) }
            return question.words(of: data)
        case .answer(.exception(let code)):
            wire.counted.exceptions += 1
            noteBesides(receiver)
            became(code == 11 ? .lost : .refused)
            if code == 11 {
                // A gateway that has given its slave up says nothing of what the slave may still send.
                dialogue.gaveUp(on: question, at: .now)
            } else {
                dialogue.refused(question, by: receiver.frame, settles: isSettling, at: .now)
            }
            throw ModbusFailure(.exception(code), code: Int32(code), at: "slave \(slave), \(question)")
        case .silence:
            noteBesides(receiver)
            let kind = receiver.failure
            if kind == .timeout { wire.counted.timeouts += 1 } else { wire.counted.brokenAnswers += 1 }
            if kind == .copy { wire.counted.copies += 1 } else { became(kind == .timeout ? .lost : .broken) }
            dialogue.gaveUp(on: question, copy: receiver.copy, at: .now)
            if kind == .timeout { try wire.checkPlace() }
            note(try wire.cleanUp(lastByte: ear.lastByte))
            throw ModbusFailure(kind, at: "slave \(slave), \(question)")
        case .babble, .gone:
            // A serial server may still pass the answer on, to the next connection.
            dialogue.gaveUp(on: question, at: .now)
            throw wire.broken(end)
        }
    }

    private func noteBesides(_ receiver: AnswerReceiver) {
        guard receiver.surplus > 0 else { return }
        wire.counted.bytesThrownAway += receiver.surplus
        note(receiver.otherFrames, asking: receiver.slave)
    }

    /// Remembers what was thrown away.
    func note(_ bytes: [UInt8]) {
        if !bytes.isEmpty { note(AnswerReceiver.frames(in: bytes), asking: nil) }
    }

    /// Remembers what slaves have said without being asked: it may come again.
    private func note(_ frames: [ArraySlice<UInt8>], asking slave: SlaveAddress?) {
        for frame in frames {
            wire.counted.strayFrames += 1
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
