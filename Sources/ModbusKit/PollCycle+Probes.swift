internal import ModbusModel

extension PollCycle {
    /// What to do between two cycles.
    enum Pause: Equatable {
        /// Ask this slave for its first block, to see whether it answers again, within this time.
        case probe(slave: Int, timeout: Duration)
        /// Nothing is to be done before this moment.
        case wait(until: ContinuousClock.Instant)
        /// Nothing is left to do before the next cycle.
        case done
    }

    /// What to do at this moment of a pause that ends when the next cycle is due.
    ///
    /// Each slave that has stopped answering is asked once, if its probe is due by then, and as late as possible: whoever
    /// is back by the next cycle is read in it. A probe that does not fit into the pause is paid from the budget, unless
    /// nobody is there whom it could hold up.
    mutating func nextProbe(at now: ContinuousClock.Instant, before due: ContinuousClock.Instant) -> Pause {
        budget.accrue(at: now)
        func earliest(_ agenda: SlaveAgenda) -> ContinuousClock.Instant {
            // One that has failed for the first times would be asked again in the next cycle in any case.
            agenda.health.state == .suspect ? min(agenda.notBefore ?? now, due) : agenda.notBefore ?? now
        }
        let waiting = agendas.indices
            .filter { agendas[$0].isAway && !probed.contains($0) && earliest(agendas[$0]) <= max(due, now) }
            .sorted { (earliest(agendas[$0]), $0) < (earliest(agendas[$1]), $1) }
        guard let first = waiting.first else { return .done }
        let timeouts = waiting.map { timeout(ofProbeTo: agendas[$0]) }
        let all = timeouts.reduce(.zero) { $0 + $1 + Self.margin }
        let isSuspect = agendas[first].health.state == .suspect
        let start = isSuspect ? due - all : max(earliest(agendas[first]), due - all)
        guard start <= now else { return .wait(until: start) }
        probed.insert(first)
        let excess = due.duration(to: now + timeouts[0] + Self.margin)
        // Nobody is held up where nobody answers; even so the next cycle is not late by more than one timeout.
        let isAlone = now <= due && agendas.allSatisfy { $0.health.state != .online }
        guard excess <= .zero || isAlone || budget.take(min(excess, timeouts[0] + Self.margin)) else {
            return nextProbe(at: now, before: due)
        }
        return .probe(slave: first, timeout: timeouts[0])
    }

    /// The time of a probe besides its timeout: the request, and a silence.
    private static var margin: Duration { .milliseconds(20) }

    /// A slave whose answers are known is given three times the slowest of them, and every fourth time its whole timeout.
    private func timeout(ofProbeTo agenda: SlaveAgenda) -> Duration {
        guard let patience = agenda.times.patience, agenda.health.failures % 4 != 3 else { return agenda.slave.timeout }
        return min(agenda.slave.timeout, max(patience, .milliseconds(100)))
    }

    /// Notes what became of a probe; nil if the slave answered.
    mutating func probed(_ slave: Int, _ failure: ModbusFailure?, at now: ContinuousClock.Instant) {
        agendas[slave].probed(failure, at: now, policy: policy)
    }
}
