internal import ModbusModel
internal import SerialPorts

/// The way to the slaves while it is open, the silences that part the frames on it, and what all that has cost.
struct LineWire {
    let settings: LineSettings
    /// What the line has done so far.
    var counted = LineCounters()
    private var transport: (any LineTransport)?
    private var silence: LineSilence
    private let pace: LineEar.Pace
    private var portErrors = PortErrorCount()

    init(_ settings: LineSettings) {
        self.settings = settings
        silence = LineSilence(settings.timing, packetsApart: settings.packetsApart)
        pace = LineEar.Pace(settings)
    }

    /// Whether the port or the connection is open.
    var isOpen: Bool { transport != nil }

    /// Whether it is open and each answer says which request it belongs to.
    var numbersRequests: Bool { transport?.numbersRequests == true }

    /// What slows the open port down and can be mended.
    var advice: PortAdvice? { transport?.advice }

    /// What was counted, with what the kernel has counted on the port until now.
    mutating func counters() -> LineCounters {
        if let now = transport?.portErrors { portErrors.look(now) }
        counted.portErrors = portErrors.sum
        return counted
    }

    // MARK: Opening and closing

    /// Opens the port or connects within a time; does nothing where that has been done.
    mutating func open(within patience: Duration) throws(ModbusFailure) {
        if transport?.isUsable == false { transport = nil }
        guard transport == nil else { return }
        let opened = try settings.openTransport(within: patience)
        transport = opened
        counted.opens += 1
        if let now = opened.portErrors { portErrors.opened(now) }
        TimerSlack.removeFromThisThread()
        silence.activity()
    }

    /// Gives the port back, or ends the connection.
    mutating func close() { transport = nil }

    /// Where nobody answers, the settings may have come to lead elsewhere: then the port is gone and not the slave.
    mutating func checkPlace() throws(ModbusFailure) {
        guard let transport, !transport.isInPlace else { return }
        close()
        throw transport.lost(0)
    }

    // MARK: One exchange

    /// Keeps the silence before a request; gives back what nobody asked for, and was thrown away.
    mutating func settle() throws(ModbusFailure) -> [UInt8] {
        guard let transport, !transport.numbersRequests else { return [] }
        silence.wait()
        return silence.hasUnaskedBytes(on: transport.descriptor) ? try drain() : []
    }

    /// Sends a request and listens for what comes of it; the moments are in the ear that is given back.
    mutating func exchange(
        _ request: [UInt8], timeout: Duration, usual: ResponseTimes, into receiver: inout some LineReceiver
    ) throws(ModbusFailure) -> (end: LineEar.End, ear: LineEar) {
        // `open` has just succeeded or thrown; nothing open here is a port that is gone.
        guard let transport else { throw ModbusFailure(.portLost, at: settings.place) }
        counted.requests += 1
        do {
            try transport.send(request.dropLast(2))
        } catch {
            close()
            throw error
        }
        var ear = LineEar(
            requestEnd: .now + pace.character * Int64(request.count), timeout: timeout, usual: usual, pace: pace)
        let end = ear.listen(on: transport, into: &receiver)
        if case .answer = end { silence.activity() }
        return (end, ear)
    }

    /// Closes a line that is of no more use.
    mutating func broken(_ end: LineEar.End) -> ModbusFailure {
        defer { close() }
        if case .gone(let code) = end, let transport { return transport.lost(code) }
        return ModbusFailure(.neverSilent, at: settings.place)
    }

    /// Leaves the line so that the next request meets silence; gives back what came meanwhile and was thrown away.
    mutating func cleanUp(lastByte: Moment?) throws(ModbusFailure) -> [UInt8] {
        // Who has listened to the silence already need not do so again.
        if let lastByte, .now - lastByte < silence.afterDisturbance { return try drain() }
        silence.activity()
        return []
    }

    private mutating func drain() throws(ModbusFailure) -> [UInt8] {
        guard let transport, !transport.numbersRequests else { return [] }
        let start = Moment.now
        let bytes = silence.drain(transport.descriptor)
        counted.drainTime += .nanoseconds(.now - start)
        guard let bytes else { throw broken(.babble) }
        counted.bytesThrownAway += bytes.count
        return bytes
    }
}
