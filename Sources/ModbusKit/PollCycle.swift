internal import ModbusModel

/// Decides what the line does next in a cycle; knows no port and no clock, so a test can play it through at any speed.
///
/// One slave's waits never hold up the others: whoever may be asked is asked, in the order of the configuration, slaves
/// that are in doubt after those that are well. Slaves that have stopped answering are not asked in a cycle at all but
/// probed in the pause before the next: see `PollCycle+Probes.swift`.
struct PollCycle {
    /// What to do next.
    enum Step: Equatable {
        /// Ask this slave for its first pending block.
        case ask(slave: Int)
        /// Nobody may be asked before this moment.
        case wait(until: ContinuousClock.Instant)
        /// Everything was read or has failed.
        case done
    }

    var agendas: [SlaveAgenda]
    let policy: RetryPolicy
    var budget = ProbeBudget()
    var probed: Set<Int> = []
    private var deadline: Moment?

    init(_ slaves: [PolledSlave], policy: RetryPolicy) {
        agendas = slaves.map(SlaveAgenda.init)
        self.policy = policy
    }

    /// Begins the next cycle, which has to end by the deadline.
    mutating func begin(at now: ContinuousClock.Instant, deadline: ContinuousClock.Instant) {
        self.deadline = Moment(max(now, deadline))
        probed = []
        budget.accrue(at: now)
        for index in agendas.indices { agendas[index].begin(at: now) }
    }

    /// What to do at this moment; gives up what cannot be asked again before the deadline.
    ///
    /// A slave that is well is read, however long the cycle takes: on a line that is too slow for its interval the last
    /// ones would else never be read. One that may let a whole timeout pass must not make the next cycle late: what is
    /// left of its attempts is made between the cycles.
    mutating func next(at now: ContinuousClock.Instant) -> Step {
        if let deadline = deadline?.instant {
            for index in agendas.indices where agendas[index].hasFailed && !agendas[index].pending.isEmpty {
                let earliest = max(now, agendas[index].notBefore ?? now)
                if earliest >= deadline - agendas[index].slave.timeout { agendas[index].giveUp(as: .cycleOver) }
            }
        }
        var inDoubt: Int?
        var earliest: ContinuousClock.Instant?
        for index in agendas.indices where !agendas[index].pending.isEmpty {
            if let moment = agendas[index].notBefore, moment > now {
                earliest = min(earliest ?? moment, moment)
            } else if !agendas[index].hasFailed {
                return .ask(slave: index)
            } else {
                inDoubt = inDoubt ?? index
            }
        }
        return inDoubt.map { .ask(slave: $0) } ?? earliest.map { .wait(until: $0) } ?? .done
    }

    /// Ends the cycle; what was not read by now has failed.
    mutating func giveUp() {
        for index in agendas.indices { agendas[index].giveUp(as: .cycleOver) }
    }

    /// Notes that all states and their changes have been told.
    mutating func reported() {
        for index in agendas.indices { agendas[index].reported() }
    }

    /// Takes what the slave answered.
    mutating func take(_ words: [UInt16], from slave: Int) {
        agendas[slave].succeed(with: words)
    }

    /// Takes how the request failed.
    mutating func take(_ failure: ModbusFailure, from slave: Int, at now: ContinuousClock.Instant) {
        if failure.scope == .line {
            for index in agendas.indices { agendas[index].giveUp(with: failure) }
        } else {
            agendas[slave].fail(with: failure, at: now, policy: policy)
        }
    }
}
