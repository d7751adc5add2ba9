internal import ModbusModel
internal import SerialPorts

/// Reads all points of all slaves of a line once per call, and remembers between the calls how the slaves behave.
public actor LinePoller {
    /// How often the plans are made anew from what was measured.
    static let reviewInterval: Duration = .seconds(600)

    private let line: ModbusLine
    private var cycle: PollCycle
    private var lastReview: Moment?
    private var cycles = 0

    /// Shares the line's thread, so that a cycle runs without a hop between two requests.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { line.unownedExecutor }

    /// Polls these slaves on this line.
    public init(line: ModbusLine, slaves: [PolledSlave], policy: RetryPolicy) {
        self.line = line
        cycle = PollCycle(slaves, policy: policy)
    }

    /// Reads every slave once, with retries as far as they fit in before the deadline.
    ///
    /// Cancelling the task ends the cycle after the exchange under way; what was not read by then has failed.
    public func poll(deadline: ContinuousClock.Instant) async -> CycleReport {
        let start = ContinuousClock.now
        let before = await line.counters
        var lineFailure: ModbusFailure?
        await reviewIfDue(at: start)
        cycle.begin(at: start, deadline: deadline)
        loop: while true {
            if Task.isCancelled { cycle.giveUp() }
            switch cycle.next(at: .now) {
            case .ask(let slave):
                if let failure = await ask(slave), failure.scope == .line { lineFailure = failure }
            case .wait(let moment):
                try? await Task.sleep(until: moment, clock: .continuous)
            case .done:
                break loop
            }
        }
        let after = await line.counters
        defer { cycle.reported() }
        var slaves: [CycleReport.Slave] = []
        for agenda in cycle.agendas {
            slaves.append(CycleReport.Slave(agenda, outcomes: await line.takeOutcomes(of: agenda.slave.address)))
        }
        return CycleReport(
            slaves: slaves,
            requests: after.requests - before.requests, duration: start.duration(to: .now),
            drained: after.drainTime - before.drainTime, hasEcho: after.echoes > before.echoes,
            lineFailure: lineFailure, portErrors: after.portErrors?.since(before.portErrors ?? PortErrors()))
    }

    /// Passes the time until the next cycle is due, and asks those that have stopped answering whether they are back.
    ///
    /// The cycle's readings need not wait for this. Cancelling the task ends it after the exchange under way.
    public func rest(until due: ContinuousClock.Instant) async {
        for index in cycle.agendas.indices where cycle.agendas[index].isAway { await review(index) }
        // One look at the least: back to back there is no pause, and what is saved up is for this.
        repeat {
            switch cycle.nextProbe(at: .now, before: due) {
            case .probe(let slave, let timeout): await probe(slave, timeout: timeout)
            case .wait(let moment): try? await Task.sleep(until: moment, clock: .continuous)
            case .done:
                try? await Task.sleep(until: due, clock: .continuous)
                return
            }
        } while !Task.isCancelled
    }

    /// Asks a slave for its next block; gives back the failure, if it was one.
    private func ask(_ slave: Int) async -> ModbusFailure? {
        guard let errand = cycle.agendas[slave].pending.first else { return nil }
        let (address, timeout) = (cycle.agendas[slave].slave.address, cycle.agendas[slave].slave.timeout)
        do throws(ModbusFailure) {
            let words = try await line.read(
                errand.block, from: address, timeout: timeout, isStrict: cycle.agendas[slave].isStrict)
            cycle.take(words, from: slave)
            return nil
        } catch {
            cycle.take(error, from: slave, at: .now)
            return error
        }
    }

    private func probe(_ slave: Int, timeout: Duration) async {
        let agenda = cycle.agendas[slave]
        guard let block = agenda.probe else { return }
        do throws(ModbusFailure) {
            _ = try await line.read(block, from: agenda.slave.address, timeout: timeout)
            cycle.probed(slave, nil, at: .now)
        } catch {
            cycle.probed(slave, error, at: .now)
        }
    }

    /// Makes the plans anew from how long the slaves take to answer.
    private func reviewIfDue(at now: ContinuousClock.Instant) async {
        cycles += 1
        let isDue = lastReview.map { $0.duration(to: now) >= Self.reviewInterval } ?? (cycles > ResponseTimes.enough)
        guard isDue else { return }
        lastReview = Moment(now)
        for index in cycle.agendas.indices { await review(index) }
    }

    private func review(_ index: Int) async {
        let times = await line.responseTimes(of: cycle.agendas[index].slave.address)
        cycle.agendas[index].review(times)
    }
}
