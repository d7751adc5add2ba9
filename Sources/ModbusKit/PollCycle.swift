internal import ModbusModel

/// Decides what the line does next in a cycle; knows no port and no clock, so a test can play it through at any speed.
///
/// One slave's waits never hold up the others: whoever may be asked is asked, in the order of the configuration, slaves
/// that are in doubt after those that are well.
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

    private(set) var agendas: [SlaveAgenda]
    private let policy: RetryPolicy
    private var beginning: Moment?
    private var deadline: Moment?

    init(_ slaves: [PolledSlave], policy: RetryPolicy) {
        agendas = slaves.map(SlaveAgenda.init)
        self.policy = policy
    }

    /// Begins the next cycle, which has to end by the deadline.
    mutating func begin(at now: ContinuousClock.Instant, deadline: ContinuousClock.Instant) {
        beginning = Moment(now)
        self.deadline = Moment(max(now, deadline))
        for index in agendas.indices { agendas[index].begin(at: now) }
    }

    /// What to do at this moment; gives up what cannot be asked before the deadline.
    mutating func next(at now: ContinuousClock.Instant) -> Step {
        for index in agendas.indices where !agendas[index].pending.isEmpty {
            guard let latest = latestRequest(to: agendas[index]) else { continue }
            if max(now, agendas[index].notBefore ?? now) >= latest { agendas[index].giveUp(as: .cycleOver) }
        }
        let waiting = agendas.indices.filter { !agendas[$0].pending.isEmpty }
        let ready = waiting.filter { agendas[$0].notBefore.map { $0 <= now } ?? true }
        if let well = ready.first(where: { agendas[$0].health.failures == 0 }) ?? ready.first {
            return .ask(slave: well)
        }
        let earliest = waiting.compactMap { agendas[$0].notBefore }.min()
        return earliest.map { .wait(until: $0) } ?? .done
    }

    /// The moment from which on a slave is not asked any more in this cycle.
    ///
    /// A slave that is well is asked to the end. One that may let a whole timeout pass must not make the next cycle
    /// late; but where a cycle is hardly longer than the timeout it has at least the first half of it, else it would
    /// never be asked again.
    private func latestRequest(to agenda: SlaveAgenda) -> ContinuousClock.Instant? {
        guard let beginning = beginning?.instant, let deadline = deadline?.instant else { return nil }
        guard agenda.health.failures > 0 else { return deadline }
        let half = beginning + beginning.duration(to: deadline) / 2
        return max(deadline - agenda.slave.timeout, half)
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
