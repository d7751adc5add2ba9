internal import BlockingExecutor
public import ModbusModel

/// One serial line and the one master on it.
///
/// libmodbus blocks while it waits for a slave, so the actor runs on a thread of its own. Exchanges follow each other
/// in the order of the calls; one broken exchange is cleaned up before the next may begin.
public actor ModbusLine {
    private let executor: BlockingExecutor
    private let settings: LineSettings
    private var handle: RTUHandle?
    private var silence: LineSilence
    private var outstanding: [SlaveAddress: OutstandingAnswers] = [:]

    /// What the line has done so far.
    public private(set) var counters = LineCounters()

    /// Runs the actor on its own thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Describes a line; the port is opened by `open` or by the first read.
    public init(_ settings: LineSettings) {
        self.settings = settings
        executor = BlockingExecutor(name: "modbus-line")
        silence = LineSilence(settings.timing)
    }

    /// Opens and claims the port; does nothing when it is open.
    public func open() throws(ModbusFailure) {
        guard handle == nil else { return }
        let opened = try RTUHandle(settings)
        handle = consume opened
        counters.opens += 1
        TimerSlack.removeFromThisThread()
        silence.activity()
    }

    /// Gives the port back.
    public func close() { handle = nil }

    /// Waits until the port can be opened and opens it, or until the deadline or the end of the task.
    ///
    /// The kernel says when something in the port's folders changes; besides, the port is tried twice a second, for
    /// what nobody says: another program that has given it back.
    public func reopen(until deadline: ContinuousClock.Instant) async {
        let watch = PortWatch(port: settings.port)
        while ContinuousClock.now < deadline, !Task.isCancelled {
            // Before the look, so that nothing can happen unnoticed between the two.
            watch.watchFolders()
            if (try? open()) != nil { return }
            watch.waitForChange(atMost: min(.milliseconds(500), ContinuousClock.now.duration(to: deadline)))
            await Task.yield()
        }
    }

    /// Reads one block of one slave.
    ///
    /// - Parameter timeout: From the end of the request to the answer's first byte.
    /// - Returns: One word per register; for a bit table one word per bit, 0 or 1.
    /// - Throws: The failure with its scope. After a failure of scope `line` the port is closed; the next read opens it.
    public func read(_ block: ReadBlock, from slave: SlaveAddress, timeout: Duration) throws(ModbusFailure) -> [UInt16]
    {
        try open()
        outstanding[slave, default: OutstandingAnswers()].expire(at: .now)
        if outstanding[slave]?.couldBeMistaken(block) == true {
            try settle(before: block, of: slave, timeout: timeout)
        }
        return try exchange(block, with: slave, timeout: timeout)
    }

    /// Proves that the slave has nothing older to say than the answer to `block`, which is asked for next.
    private func settle(before block: ReadBlock, of slave: SlaveAddress, timeout: Duration) throws(ModbusFailure) {
        guard let distinct = outstanding[slave]?.distinct(from: block) else {
            throw ModbusFailure(.unsettled, at: "slave \(slave), \(block)")
        }
        counters.settlingRequests += 1
        do {
            _ = try exchange(distinct, with: slave, timeout: timeout)
        } catch {
            // An exception that cannot be mistaken settles as well as values do.
            guard case .exception = error.kind, outstanding[slave]?.isEmpty == true else { throw error }
        }
    }

    private func exchange(
        _ block: ReadBlock, with slave: SlaveAddress, timeout: Duration
    ) throws(ModbusFailure) -> [UInt16] {
        silence.wait()
        try throwAwayUnaskedBytes()
        counters.requests += 1
        do {
            let words = try send(block, to: slave, timeout: timeout)
            silence.activity()
            counters.answers += 1
            outstanding[slave]?.settled()
            return words
        } catch {
            try cleanUp(after: error, asking: block, of: slave)
            throw error
        }
    }

    private func send(
        _ block: ReadBlock, to slave: SlaveAddress, timeout: Duration
    ) throws(ModbusFailure) -> [UInt16] {
        // `open` has just succeeded or thrown; a closed handle here is a port that is gone.
        guard handle != nil else { throw ModbusFailure(.portLost, at: settings.port) }
        let requestTime = settings.timing.time(ofCharacters: 8)
        // Adapters hand bytes over in packets: 50 ms between two bytes is a frame that ended too early.
        let byteTimeout = max(.milliseconds(50), settings.timing.time(ofCharacters: 20))
        guard
            let words = try handle?.read(
                block, from: slave, responseTimeout: timeout + requestTime, byteTimeout: byteTimeout)
        else { throw ModbusFailure(.portLost, at: settings.port) }
        return words
    }

    /// Leaves the line so that the next request meets silence and no answer can be taken for another.
    private func cleanUp(
        after failure: ModbusFailure, asking block: ReadBlock, of slave: SlaveAddress
    ) throws(ModbusFailure) {
        if case .exception = failure.kind {
            silence.activity()
            counters.exceptions += 1
            if outstanding[slave]?.couldMistakeException(to: block) == true {
                outstanding[slave]?.gaveUp(on: block, at: .now)
            } else {
                outstanding[slave]?.settled()
            }
            return
        }
        guard failure.scope != .line else {
            handle = nil
            return
        }
        if failure.kind == .timeout { counters.timeouts += 1 } else { counters.brokenAnswers += 1 }
        outstanding[slave]?.gaveUp(on: block, at: .now)
        try drain()
    }

    private func throwAwayUnaskedBytes() throws(ModbusFailure) {
        guard let descriptor = handle?.descriptor, silence.hasUnaskedBytes(on: descriptor) else { return }
        try drain()
    }

    private func drain() throws(ModbusFailure) {
        guard let descriptor = handle?.descriptor else { return }
        guard let count = silence.drain(descriptor) else {
            handle = nil
            throw ModbusFailure(.neverSilent, at: settings.port)
        }
        counters.bytesThrownAway += count
    }
}
