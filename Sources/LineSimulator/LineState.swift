internal import Dispatch
internal import Synchronization

/// What the line's thread and its callers share, all of it behind one lock.
final class LineState: Sendable {
    struct Contents: Sendable {
        var slaves: [UInt8: SimulatedSlave]
        var plan: FaultPlan
        var log: ExchangeLog
        var counters = LineCounters()
        var observer: (@Sendable (Exchange) -> Void)?
        var path: String
        var isPlugged = true
        var link: String?
        var commands: [Command] = []
    }

    /// What the thread is told to do; it alone owns the descriptors.
    enum Command: Sendable {
        case unplug(Reply)
        case replug(Reply)
        case transmit([UInt8])
        case stop
    }

    private let contents: Mutex<Contents>

    init(_ contents: sending Contents) {
        self.contents = Mutex(contents)
    }

    func withLock<Result: Sendable, Failure: Error>(
        _ body: (inout Contents) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try contents.withLock { (contents) throws(Failure) in try body(&contents) }
    }
}

/// The thread's answer to a command, for which the caller waits.
final class Reply: Sendable {
    private let signal = DispatchSemaphore(value: 0)
    private let failure = Mutex<SimulatorError?>(nil)

    func give(_ error: SimulatorError? = nil) {
        failure.withLock { $0 = error }
        signal.signal()
    }

    func wait() throws(SimulatorError) {
        signal.wait()
        if let error = failure.withLock({ $0 }) { throw error }
    }
}
