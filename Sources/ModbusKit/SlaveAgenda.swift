internal import ExactArithmetic
internal import ModbusModel

/// What has still to be asked of one slave in this cycle, and what is remembered of it from cycle to cycle.
struct SlaveAgenda {
    /// A refused block is tried whole again after this time: one noisy exception must not change a plan for ever.
    static let planLifetime: Duration = .seconds(3600)

    let slave: PolledSlave
    private(set) var health = SlaveHealth()
    private(set) var results: [Result<CanonicalNumber, ModbusFailure>]
    private(set) var pending: ArraySlice<ReadBlock> = []

    private var plan: [ReadBlock]
    private var planChanged: Moment?

    init(_ slave: PolledSlave) {
        self.slave = slave
        plan = slave.plan
        results = []
    }

    /// When the slave may be asked next; nil when it may be asked at once.
    var notBefore: ContinuousClock.Instant? { health.notBefore }

    /// Begins a cycle: everything is to be read, unless the slave is offline and its probe is not due.
    mutating func begin(at now: ContinuousClock.Instant) {
        if let changed = planChanged, changed.duration(to: now) > Self.planLifetime {
            plan = slave.plan
            planChanged = nil
        }
        results = slave.points.map { _ in .failure(failure(.offline)) }
        let isWaiting = health.state == .offline && health.notBefore.map { $0 > now } ?? false
        pending = isWaiting ? [] : plan[...]
    }

    /// Takes the words of the first pending block.
    mutating func succeed(with words: [UInt16]) {
        guard let block = pending.popFirst() else { return }
        health.answered()
        for index in block.points {
            let point = slave.points[index]
            let start = point.span.lowerBound - block.span.lowerBound
            do throws(ValueFault) {
                results[index] = .success(try point.value(of: words[start..<(start + point.type.width)]))
            } catch {
                results[index] = .failure(failure(.notANumber))
            }
        }
    }

    /// Takes the failure of the first pending block and decides what becomes of it.
    mutating func fail(with failure: ModbusFailure, at now: ContinuousClock.Instant, policy: RetryPolicy) {
        guard let block = pending.first else { return }
        if failure.scope == .register {
            health.answered()
            pending.removeFirst()
            refuse(block, with: failure, at: now)
            return
        }
        health.failed(at: now, policy: policy)
        settle(pending, as: failure)
        // An offline slave has one request a cycle; one that has just used up its attempts has none left.
        if health.state == .offline { pending = [] }
    }

    /// Gives up what is pending; the points keep the failure that is known, or get this one.
    mutating func giveUp(as kind: ModbusFailure.Kind) {
        if health.state != .suspect { settle(pending, as: failure(kind)) }
        pending = []
    }

    /// Fails everything that is pending with a failure of the whole line.
    mutating func giveUp(with failure: ModbusFailure) {
        settle(pending, as: failure)
        pending = []
    }

    /// Splits a refused block, now and for the cycles to come; a block of one point has failed.
    private mutating func refuse(_ block: ReadBlock, with failure: ModbusFailure, at now: ContinuousClock.Instant) {
        let parts = ReadPlan.split(block, of: slave.points)
        let isAboutAddresses = failure.kind == .exception(2) || failure.kind == .exception(3)
        guard isAboutAddresses, !parts.isEmpty else {
            settle([block], as: failure)
            return
        }
        if let place = plan.firstIndex(of: block) {
            plan.replaceSubrange(place...place, with: parts)
            planChanged = planChanged ?? Moment(now)
        }
        pending = (parts + pending)[...]
    }

    private mutating func settle(_ blocks: some Sequence<ReadBlock>, as failure: ModbusFailure) {
        for block in blocks {
            for index in block.points { results[index] = .failure(failure) }
        }
    }

    private func failure(_ kind: ModbusFailure.Kind) -> ModbusFailure {
        ModbusFailure(kind, at: "slave \(slave.address)")
    }
}
