public import ExactArithmetic
public import ModbusModel
public import SerialPorts

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
        /// How it was at the end of the cycle before.
        public let stateBefore: SlaveHealth.State
        /// How its state has changed since then, in order.
        public let changes: [SlaveHealth.Change]
        /// Why its last request brought nothing; nil when it was answered.
        public let failure: ModbusFailure?
        /// How long its answers took, as of the last review of the plans.
        public let times: ResponseTimes
        /// What became of the requests to it since the cycle before, oldest first, probes in the pause included.
        public let outcomes: [ExchangeOutcome]

        init(_ agenda: SlaveAgenda, outcomes: [ExchangeOutcome]) {
            address = agenda.slave.address
            results = agenda.results
            health = agenda.health
            stateBefore = agenda.stateBefore
            changes = agenda.changes
            failure = agenda.lastFailure
            times = agenda.times
            self.outcomes = outcomes
        }
    }

    /// All slaves, in the order of the configuration.
    public let slaves: [Slave]

    /// Requests sent in this cycle, retries and settling requests included.
    public let requests: Int

    /// From the beginning to the last answer.
    public let duration: Duration

    /// The part of it for which the line was listened to until it was silent again.
    public let drained: Duration

    /// Whether the adapter gave back a request itself.
    public let hasEcho: Bool

    /// The failure of the whole line that ended the cycle; nil when the line held.
    public let lineFailure: ModbusFailure?

    /// What the kernel counted on the port in this cycle; nil where the way has no such counters, never 0 instead.
    public let portErrors: PortErrors?

    /// Whether every slave answered its last request: then nobody is to be probed before the next cycle.
    public var hasNobodyAway: Bool { slaves.allSatisfy { $0.health.state == .online } }

    /// How many points were read.
    public var succeeded: Int { slaves.reduce(0) { $0 + $1.results.count { (try? $0.get()) != nil } } }

    /// How many points failed.
    public var failed: Int { slaves.reduce(0) { $0 + $1.results.count } - succeeded }
}

extension CycleReport {
    /// The cycle of a line that could not be asked at all: every point has failed as the line has.
    ///
    /// - Parameter last: The cycle before, whose slaves are as they were then.
    public init(notPolled slaves: [PolledSlave], since last: CycleReport?, because failure: ModbusFailure) {
        self.slaves = slaves.enumerated().map { Slave(notPolled: $1, since: last?.slaves[$0], because: failure) }
        requests = 0
        duration = .zero
        drained = .zero
        hasEcho = false
        lineFailure = failure
        portErrors = nil
    }
}

extension CycleReport.Slave {
    fileprivate init(notPolled slave: PolledSlave, since last: Self?, because failure: ModbusFailure) {
        address = slave.address
        results = slave.points.map { _ in .failure(failure) }
        health = last?.health ?? SlaveHealth()
        stateBefore = health.state
        changes = []
        self.failure = failure
        times = last?.times ?? ResponseTimes()
        outcomes = []
    }
}
