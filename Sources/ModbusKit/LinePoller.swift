public import ExactArithmetic
public import ModbusModel

/// Reads all points of all slaves of a line once per call, and remembers between the calls how the slaves behave.
public actor LinePoller {
    private let line: ModbusLine
    private var cycle: PollCycle

    /// Shares the line's thread, so that a cycle runs without a hop between two requests.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { line.unownedExecutor }

    /// Polls these slaves on this line.
    public init(line: ModbusLine, slaves: [PolledSlave], policy: RetryPolicy) {
        self.line = line
        cycle = PollCycle(slaves, policy: policy)
    }

    /// Polls every slave once, with retries, and returns by the deadline at the latest, or one timeout after it.
    ///
    /// Cancelling the task ends the cycle after the exchange under way; what was not read by then has failed.
    public func poll(deadline: ContinuousClock.Instant) async -> CycleReport {
        let start = ContinuousClock.now
        let states = cycle.agendas.map(\.health.state)
        let requestsBefore = await line.counters.requests
        var lineFailure: ModbusFailure?
        cycle.begin(at: start, deadline: deadline)
        loop: while true {
            switch cycle.next(at: Task.isCancelled ? deadline : .now) {
            case .ask(let slave):
                if let failure = await ask(slave), failure.scope == .line { lineFailure = failure }
            case .wait(let moment):
                try? await Task.sleep(until: moment, clock: .continuous)
            case .done:
                break loop
            }
        }
        let requests = await line.counters.requests - requestsBefore
        return CycleReport(
            slaves: zip(cycle.agendas, states).map { agenda, before in
                CycleReport.Slave(
                    address: agenda.slave.address, results: agenda.results, health: agenda.health, stateBefore: before)
            },
            requests: requests, duration: start.duration(to: .now), lineFailure: lineFailure)
    }

    /// Asks a slave for its next block; gives back the failure, if it was one.
    private func ask(_ slave: Int) async -> ModbusFailure? {
        guard let block = cycle.agendas[slave].pending.first else { return nil }
        let (address, timeout) = (cycle.agendas[slave].slave.address, cycle.agendas[slave].slave.timeout)
        do throws(ModbusFailure) {
            let words = try await line.read(block, from: address, timeout: timeout)
            cycle.take(words, from: slave)
            return nil
        } catch {
            cycle.take(error, from: slave, at: .now)
            return error
        }
    }
}

/// What one cycle brought.
public struct CycleReport: Sendable {
    /// What one slave brought.
    public struct Slave: Sendable {
        /// The slave's address.
        public let address: SlaveAddress
        /// One result per point, in the order of the slave's points.
        public let results: [Result<CanonicalNumber, ModbusFailure>]
        /// How the slave is now.
        public let health: SlaveHealth
        /// How it was before the cycle.
        public let stateBefore: SlaveHealth.State
    }

    /// All slaves, in the order of the configuration.
    public let slaves: [Slave]

    /// Requests sent in this cycle, retries and settling requests included.
    public let requests: Int

    /// From the beginning to the last answer.
    public let duration: Duration

    /// The failure of the whole line that ended the cycle; nil when the line held.
    public let lineFailure: ModbusFailure?

    /// How many points were read.
    public var succeeded: Int { slaves.reduce(0) { $0 + $1.results.count { (try? $0.get()) != nil } } }

    /// How many points failed.
    public var failed: Int { slaves.reduce(0) { $0 + $1.results.count } - succeeded }
}
