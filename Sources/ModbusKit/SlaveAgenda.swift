internal import ExactArithmetic
internal import ModbusModel

/// What has still to be asked of one slave in this cycle, and what is remembered of it from cycle to cycle.
struct SlaveAgenda {
    /// A block to be read; for the second time or more, with the words of the time before.
    struct Errand: Equatable {
        let block: ReadBlock
        var earlier: [UInt16]?
        var isLast = false
    }

    let slave: PolledSlave
    private(set) var health = SlaveHealth()
    private(set) var results: [Result<CanonicalNumber, ModbusFailure>]
    private(set) var pending: ArraySlice<Errand> = []
    /// How the state has changed since the last report.
    private(set) var changes: [SlaveHealth.Change] = []
    /// The state at the last report.
    private(set) var stateBefore = SlaveHealth.State.unknown
    /// Why its last request brought nothing; nil when it was answered.
    private(set) var lastFailure: ModbusFailure?
    /// The block that was read last.
    private var lastRead: ReadBlock?
    /// How long its answers took, when that was last looked at.
    private(set) var times = ResponseTimes()
    /// The blocks of a cycle in which everything answers.
    private(set) var plan: [ReadBlock]

    private var refused = RefusedBlocks()
    /// Whether the pending points have failed once in this cycle: then that is what is known of them.
    private(set) var hasFailed = false
    private var timesBusy = 0

    init(_ slave: PolledSlave) {
        self.slave = slave
        plan = slave.plan
        results = []
    }

    /// When the slave may be asked next; nil when it may be asked at once.
    var notBefore: ContinuousClock.Instant? { health.notBefore }

    /// Whether it has stopped answering: in the next cycle it is left out, unless it answers a probe before.
    var isAway: Bool { health.state == .offline || health.state == .suspect }

    /// Begins a cycle: everything is to be read, unless the slave has stopped answering.
    mutating func begin(at now: ContinuousClock.Instant) {
        hasFailed = false
        timesBusy = 0
        results = Array(repeating: .failure(failure(.offline)), count: slave.points.count)
        pending = isAway ? [] : errands(plan, at: now)[...]
    }

    /// Notes that the state and its changes have been told.
    mutating func reported() {
        changes = []
        stateBefore = health.state
    }

    /// Notes how long the slave takes to answer, and makes the plan anew from that, where it saves enough.
    mutating func review(_ times: ResponseTimes) {
        self.times = times
        guard let turnaround = times.median, let better = slave.betterPlan(than: plan, turnaround: turnaround) else {
            return
        }
        plan = better
    }

    /// Takes the words of the first pending block.
    mutating func succeed(with words: [UInt16]) {
        guard let errand = pending.popFirst() else { return }
        note { $0.answered() }
        (hasFailed, lastFailure) = (false, nil)
        let block = errand.block
        lastRead = block
        refused.given(block)
        var unlike: [Int] = []
        for index in block.points {
            if slave.confirmed.contains(index) {
                guard let earlier = errand.earlier, part(index, of: words, block) == part(index, of: earlier, block)
                else {
                    unlike.append(index)
                    continue
                }
            }
            results[index] = result(of: index, part(index, of: words, block))
        }
        confirm(unlike, after: errand, words)
    }

    /// Takes the failure of the first pending block and decides what becomes of it.
    mutating func fail(with failure: ModbusFailure, at now: ContinuousClock.Instant, policy: RetryPolicy) {
        guard let errand = pending.first else { return }
        if failure.scope == .register {
            note { $0.answered() }
            (hasFailed, lastFailure) = (false, nil)
            refuse(errand, with: failure, at: now)
            return
        }
        (hasFailed, lastFailure) = (true, failure)
        settle(pending.map(\.block), as: failure)
        if case .exception = failure.kind {
            timesBusy += 1
            let wait = policy.wait(afterFailure: timesBusy)
            note { $0.wasBusy(until: now + wait) }
            if timesBusy >= policy.attempts { pending = [] }
        } else {
            note { $0.failed(at: now, policy: policy) }
            if health.state == .offline { pending = [] }
        }
    }

    /// Whether a copy of the slave's last answer must not fit the next request, whatever that costs.
    ///
    /// So it is with a reading that confirms another; and where a slave with several blocks is asked for the same one
    /// twice in a row, as after a failure.
    var isStrict: Bool {
        guard let errand = pending.first else { return false }
        return errand.earlier != nil || (plan.count > 1 && errand.block == lastRead)
    }

    /// What to ask for between two cycles: not what the next cycle begins with.
    var probe: ReadBlock? { plan.last }

    /// Notes what became of a request between two cycles.
    mutating func probed(_ failure: ModbusFailure?, at now: ContinuousClock.Instant, policy: RetryPolicy) {
        lastFailure = failure
        if failure == nil { lastRead = probe }
        if let failure, !failure.isAnswer {
            note { $0.failed(at: now, policy: policy) }
        } else {
            note { $0.answered() }
        }
    }

    /// Gives up what is pending; the points keep the failure that is known, or get this one.
    mutating func giveUp(as kind: ModbusFailure.Kind) {
        if !hasFailed { settle(pending.map(\.block), as: failure(kind)) }
        pending = []
    }

    /// Fails everything that is pending with a failure of the whole line.
    mutating func giveUp(with failure: ModbusFailure) {
        settle(pending.map(\.block), as: failure)
        pending = []
    }

    // MARK: Blocks that are refused

    /// What is to be asked for in place of some blocks, as far as their refusals are known.
    private mutating func errands(_ blocks: [ReadBlock], at now: ContinuousClock.Instant) -> [Errand] {
        if refused.isEmpty { return blocks.map { Errand(block: $0) } }
        return blocks.flatMap { block -> [Errand] in
            guard let reason = refused.reason(block, at: now) else { return [Errand(block: block)] }
            let parts = ReadPlan.split(block, of: slave.points)
            if parts.isEmpty { settle([block], as: reason) }
            return errands(parts, at: now)
        }
    }

    /// Asks once more for a block that was refused, and then for its parts, now and in the cycles to come.
    private mutating func refuse(_ errand: Errand, with failure: ModbusFailure, at now: ContinuousClock.Instant) {
        settle([errand.block], as: failure)
        guard failure.kind == .exception(2) || failure.kind == .exception(3) else {
            pending.removeFirst()
            return
        }
        // Noise can look like a refusal: the block stays the first one pending until the slave has said so twice.
        guard refused.refused(errand.block, by: failure, at: now) else { return }
        pending.removeFirst()
        pending = (errands([errand.block], at: now) + pending)[...]
    }

    // MARK: Points that are read twice

    /// Reads points once more that are to be confirmed and are not; after the third time they have failed.
    private mutating func confirm(_ points: [Int], after errand: Errand, _ words: [UInt16]) {
        guard !points.isEmpty else { return }
        guard !errand.isLast else {
            for index in points { results[index] = .failure(failure(.unconfirmed)) }
            return
        }
        let spans = points.map { slave.points[$0].span }
        let start = spans.reduce(Int.max) { min($0, $1.lowerBound) }
        let end = spans.reduce(0) { max($0, $1.upperBound) }
        let block = ReadBlock(table: errand.block.table, span: start..<end, points: points, slack: errand.block.slack)
        let offset = start - errand.block.span.lowerBound
        let earlier = Array(words[offset..<offset + block.span.count])
        pending = [Errand(block: block, earlier: earlier, isLast: errand.earlier != nil)] + pending
    }

    /// The words of one point among those of a block.
    private func part(_ point: Int, of words: [UInt16], _ block: ReadBlock) -> ArraySlice<UInt16> {
        let start = slave.points[point].span.lowerBound - block.span.lowerBound
        return words[start..<start + slave.points[point].type.width]
    }

    private func result(of point: Int, _ words: ArraySlice<UInt16>) -> Result<CanonicalNumber, ModbusFailure> {
        do throws(ValueFault) {
            return .success(try slave.points[point].value(of: words))
        } catch {
            return .failure(failure(.notANumber))
        }
    }

    // MARK: -

    private mutating func note(_ event: (inout SlaveHealth) -> Void) {
        let before = health.state
        event(&health)
        if health.state != before { changes.append(SlaveHealth.Change(from: before, to: health.state)) }
    }

    private mutating func settle(_ blocks: [ReadBlock], as failure: ModbusFailure) {
        for block in blocks {
            for index in block.points { results[index] = .failure(failure) }
        }
    }

    private func failure(_ kind: ModbusFailure.Kind) -> ModbusFailure {
        ModbusFailure(kind, at: "slave \(slave.address)")
    }
}
