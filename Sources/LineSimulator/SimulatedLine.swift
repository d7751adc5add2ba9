internal import Glibc
internal import Synchronization

/// Modbus RTU slaves on a pseudo-terminal, or behind a socket, that keeps the time of a real RS-485 line.
///
/// A request that the master writes is on the wire for as long as its characters take; then the slave waits its
/// turnaround; then each byte of the answer arrives at its own absolute deadline. The thread that does this asks for
/// real-time priority and does without where it is refused.
///
/// Slaves answer one request after the other. An answer that is due while the line is busy goes out when it is free.
/// What a master program did not read before it closed the device waits there for the next one.
public final class SimulatedLine: Sendable {
    /// How the line runs.
    public let settings: SimulatedLineSettings
    /// The arithmetic of this line's speed.
    public let wireTime: WireTime

    private let state: LineState
    private let wakeUp: WakeUp
    private let thread: Mutex<pthread_t?>

    /// Opens a pseudo-terminal, or listens, and puts the slaves on the line.
    public init(_ settings: SimulatedLineSettings = .init(), slaves: [SimulatedSlave]) throws(SimulatorError) {
        try settings.check(slaves)
        self.settings = settings
        wireTime = WireTime(baud: settings.baud, format: settings.format)
        let port = try settings.openPort()
        wakeUp = try WakeUp()
        state = LineState(
            .init(
                slaves: Dictionary(uniqueKeysWithValues: slaves.map { ($0.id, $0) }),
                plan: FaultPlan(seed: settings.seed),
                log: ExchangeLog(limit: settings.recordLimit),
                path: port.path
            )
        )
        let engine = LineEngine(settings, state, wakeUp, port)
        // Handed over whole: nothing but the new thread ever touches the engine again.
        let package = Unmanaged.passRetained(engine)
        var created = pthread_t()
        let failure = pthread_create(
            &created,
            nil,
            { package in
                if let package { Unmanaged<LineEngine>.fromOpaque(package).takeRetainedValue().run() }
                return nil
            },
            package.toOpaque()
        )
        thread = Mutex(failure == 0 ? created : nil)
        if failure != 0 {
            package.release()
            throw .system("starting", "the line's thread", failure)
        }
    }

    deinit {
        stop()
    }

    // MARK: The device

    /// The device that a master opens, which `replug()` may change; or the URL of the socket, which stays.
    public var path: String { state.withLock { $0.path } }

    /// Makes a symbolic link to the device, which follows it through `replug()` and is gone while it is unplugged.
    ///
    /// A link that is there is replaced, anything else is left alone and an error. `stop()` removes the link.
    public func link(at path: String) throws(SimulatorError) {
        guard settings.face == .pseudoTerminal else { throw .settings("a socket is no device to link to") }
        try state.withLock { (state) throws(SimulatorError) in
            if state.isPlugged { try DeviceLink.make(at: path, to: state.path) }
            if let old = state.link, old != path { DeviceLink.remove(at: old) }
            state.link = path
        }
    }

    /// Takes the adapter away: a master that has the device open gets a hang-up, and EIO when it writes.
    public func unplug() {
        let reply = Reply()
        // To take away never fails.
        if post(.unplug(reply)) { try? reply.wait() }
    }

    /// Brings the adapter back as a new device.
    public func replug() throws(SimulatorError) {
        let reply = Reply()
        guard post(.replug(reply)) else { throw .settings("the line has been stopped") }
        try reply.wait()
    }

    /// Ends the line and removes the link; not to be called by the observer.
    public func stop() {
        guard
            let running = thread.withLock({ thread in
                defer { thread = nil }
                return thread
            })
        else { return }
        tell(.stop)
        pthread_join(running, nil)
    }

    // MARK: Slaves and faults

    /// Puts a slave on the line, in place of one with the same address.
    public func add(_ slave: SimulatedSlave) throws(SimulatorError) {
        try settings.check([slave])
        state.withLock { $0.slaves[slave.id] = slave }
    }

    /// Takes a slave off the line for good; its requests are then those of an unknown slave.
    public func remove(slave id: UInt8) {
        state.withLock { $0.slaves[id] = nil }
    }

    /// Changes a slave between two answers; false where it is not on the line.
    @discardableResult
    public func update(slave id: UInt8, _ change: (inout SimulatedSlave) -> Void) -> Bool {
        state.withLock { state in
            guard var slave = state.slaves[id] else { return false }
            change(&slave)
            state.slaves[id] = slave
            return true
        }
    }

    /// Adds a fault to those in force, on one slave or on all.
    public func inject(_ fault: Fault, on slave: UInt8? = nil) {
        state.withLock { $0.plan.inject(fault, on: slave) }
    }

    /// Ends the faults that were injected on one slave, or all faults of the line.
    public func clearFaults(on slave: UInt8? = nil) {
        state.withLock { $0.plan.clear(on: slave) }
    }

    /// Puts bytes on the wire to the master that nobody asked for, as soon as the line is free.
    public func transmit(_ bytes: [UInt8]) {
        post(.transmit(bytes))
    }

    // MARK: What has been seen

    /// The last exchanges, in the order in which they ended; each is there before its last byte reaches the master.
    public var exchanges: [Exchange] {
        let log = state.withLock { $0.log }
        return log.exchanges
    }

    /// What has happened since the line began.
    public var counters: LineCounters { state.withLock { $0.counters } }

    /// Forgets the exchanges and sets the counters back to zero.
    public func resetObservations() {
        state.withLock {
            $0.log.removeAll()
            $0.counters = LineCounters()
        }
    }

    /// Calls a function after each exchange, on the line's own thread: it must return at once.
    public func observe(_ observer: (@Sendable (Exchange) -> Void)?) {
        state.withLock { $0.observer = observer }
    }

    @discardableResult
    private func post(_ command: LineState.Command) -> Bool {
        // Under the lock of the thread's handle, so that no command is left behind by a line that stops.
        thread.withLock { thread in
            guard thread != nil else { return false }
            tell(command)
            return true
        }
    }

    private func tell(_ command: LineState.Command) {
        state.withLock { $0.commands.append(command) }
        wakeUp.call()
    }
}
