internal import ExactArithmetic
internal import Glibc
internal import LineSimulator
public import ModbusKit
internal import ModbusModel
internal import Synchronization

/// What a master published while a fault struck.
public struct FaultTrial: Sendable {
    /// The fault.
    public let name: String
    /// The share of the requests that it is meant to strike, 0 to 1.
    public let share: Double
    /// The field that it struck.
    public let map: String
    /// How many kinds of it there are.
    private var kinds = 1
    /// Requests that were sent.
    public var requests = 0
    /// Requests that a fault struck.
    public var struck = 0
    /// Values that the slave gave for that register in that cycle.
    public var right = 0
    /// Points without a value.
    public var none = 0
    /// Values that the slave did not give for that register in that cycle; each is a lie.
    public var wrong: [String] = []
    /// Values that the slave did give for that register, but in a cycle before: what no master can tell, where two
    /// faults meet.
    public var old: [String] = []
    /// Why points had no value.
    public var failures: [String: Int] = [:]
    /// What the line counted.
    public var counters = ModbusKit.LineCounters()

    /// Whether faults are so many that they meet: each of several strikes a request in twenty, or more.
    var isCrowded: Bool { kinds > 1 && share >= 0.05 }

    /// The share of points that had a value, in percent.
    public var yield: Double { 100 * Double(right) / Double(max(right + none + wrong.count + old.count, 1)) }

    /// Where nearly all answers are spoilt the slaves are offline and asked ever more seldom: then a trial ends here.
    static let patience: Duration = .seconds(60)

    /// Polls a line on which a fault strikes until so many requests were sent, or until the patience is at its end.
    public static func run(
        _ fault: FaultCase, share: Double, on map: FieldMap, requests: Int, seed: UInt64
    ) async throws -> FaultTrial {
        // The wire is fast: truth does not need its time, and a hundred thousand exchanges do.
        let simulated = try SimulatedLine(
            SimulatedLineSettings(baud: 921_600, packetSize: 16, seed: seed), slaves: map.simulated())
        defer { simulated.stop() }
        let seen = Mutex<[Exchange]>([])
        simulated.observe { exchange in seen.withLock { $0.append(exchange) } }
        for kind in fault.kinds { simulated.inject(Fault(kind, .probability(share))) }
        let line = ModbusLine(
            LineSettings(port: simulated.path, timing: SerialTiming(baud: 921_600, format: .eightN1)))
        let poller = LinePoller(
            line: line, slaves: try map.polled(), policy: RetryPolicy(attempts: 3, backoff: .milliseconds(20)))
        var trial = FaultTrial(name: fault.name, share: share, map: map.name)
        trial.kinds = fault.kinds.count
        var cycles: [(start: Int64, end: Int64, report: CycleReport)] = []
        let end = ContinuousClock.now + Self.patience
        while simulated.counters.requests < requests, ContinuousClock.now < end {
            let start = now()
            let report = await poller.poll(deadline: .now + .milliseconds(300))
            cycles.append((start, now(), report))
            await poller.rest(until: .now + .milliseconds(30))
        }
        // An exchange is known when it has ended, copies and all: only then is judged.
        let patience = ContinuousClock.now + .seconds(30)
        while seen.withLock({ $0.count }) < simulated.counters.requests, ContinuousClock.now < patience {
            try await Task.sleep(for: .milliseconds(10))
        }
        let exchanges = seen.withLock { $0 }
        trial.struck = exchanges.count { !$0.faults.isEmpty }
        for cycle in cycles {
            let first = exchanges.firstIndex { $0.requestStart >= cycle.start } ?? exchanges.endIndex
            // They end in another order than they begin in, but not much.
            let own = exchanges[max(0, first - 50)...].prefix(400)
                .filter { $0.requestStart >= cycle.start && $0.requestStart <= cycle.end }
            let earlier = exchanges[max(0, first - 200)..<first]
            trial.judge(cycle.report, by: own, after: earlier, map)
        }
        trial.requests = simulated.counters.requests
        trial.counters = await line.counters
        return trial
    }

    /// The moment on the simulator's clock.
    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private mutating func judge(
        _ report: CycleReport, by exchanges: [Exchange], after earlier: ArraySlice<Exchange>, _ map: FieldMap
    ) {
        for slave in report.slaves {
            for (address, result) in zip(map.addresses, slave.results) {
                switch result {
                case .failure(let failure):
                    none += 1
                    failures[failure.name, default: 0] += 1
                case .success(let value):
                    let given = exchanges.compactMap { $0.value(at: address, of: slave.address.rawValue) }
                    if given.contains(where: { String($0) == value.text }) {
                        right += 1
                    } else {
                        let id = slave.address.rawValue
                        let isOld = earlier.contains {
                            $0.value(at: address, of: id).map { String($0) == value.text } ?? false
                        }
                        let text =
                            "slave \(slave.address), register \(address): \(value.text), given were \(given)"
                        if isOld { old.append(text) } else { wrong.append(text) }
                    }
                }
            }
        }
    }
}

extension Exchange {
    /// What the slave gave for a register, however it then fared on the way.
    fileprivate func value(at register: Int, of slave: UInt8) -> UInt16? {
        guard self.slave == slave, function == 3, let address, !words.isEmpty else { return nil }
        let place = register - Int(address)
        return words.indices.contains(place) ? words[place] : nil
    }
}

extension ModbusFailure {
    /// The kind without what it carries.
    fileprivate var name: String { String(describing: kind) }
}
