import FieldBench
import LineSimulator

/// What dead slaves cost the others, and how soon one is read again that is back.
enum DeadSlaves {
    /// The goal for the others' cycle.
    private static let goal = 1.05

    static func figures(_ bench: Workbench) async throws -> [Figure] {
        var paused = Load.four(baud: 9_600, turnaround: .milliseconds(20))
        paused.chosenInterval = .seconds(1)
        var packed = Load.twenty(baud: 9_600, turnaround: .milliseconds(20))
        // Less than a cycle takes: no pause is left.
        packed.chosenInterval = .seconds(1)
        var figures: [Figure] = []
        for load in bench.isQuick ? [paused] : [paused, packed] {
            for dead in bench.isQuick ? [3] : [1, 3] { figures += try await cycle(load, dead, bench) }
        }
        return figures + [try await comeback(paused, bench)]
    }

    private static func cycle(_ load: Load, _ dead: Int, _ bench: Workbench) async throws -> [Figure] {
        progress("  \(dead) of \(load.slaves) dead, \(load.name)")
        let cycles = bench.isQuick ? 4 : 20
        let line = try load.line()
        defer { line.stop() }
        let watch = Disturbance()
        let process = try bench.startAgent(load, on: line)
        let before = try await observe(line, process, load, cycles: cycles / 2, after: 1)
        for id in 0..<dead { line.inject(Fault(.dead), on: UInt8(3 + 2 * id)) }
        let after = try await observe(line, process, load, cycles: cycles, after: 2)
        _ = try await process.stop()
        let alive = load.slaves - dead
        let name = "\(dead) of \(load.slaves) dead, \(load.name), \(load.baud) bit/s"
        let pace = load.limit > load.interval ? "back to back" : "every \(load.interval.components.seconds) s"
        let share = Double(alive) / Double(load.slaves)
        // With fewer slaves to read the line may come to rest again within its interval.
        let expected =
            load.limit > load.interval ? max(before.period * share, load.interval.milliseconds) : before.period
        let remark = "mean of \(cycles) cycles \(pace), from the third after the slaves died; the longest "
        return [
            Figure(
                name: "the others' cycle, \(name)", measured: after.cycle, unit: "ms", limit: before.cycle * share,
                limitName: "the share of the living in the cycle before", goal: .ratio(goal),
                remarks: [remark + "\(Figure.text(after.longestCycle)) ms"], disturbances: watch.seen()),
            Figure(
                name: "from one cycle of the others to the next, \(name)", measured: after.period, unit: "ms",
                limit: expected, limitName: "the same before, without the dead", goal: .ratio(goal),
                remarks: [remark + "\(Figure.text(after.longestPeriod)) ms"], disturbances: watch.seen()),
        ]
    }

    /// The time of a cycle and from one to the next, as the answered requests show it, in milliseconds.
    private struct Pace {
        var (cycle, longestCycle, period, longestPeriod) = (0.0, 0.0, 0.0, 0.0)
    }

    private static func observe(
        _ line: SimulatedLine, _ process: ChildProcess, _ load: Load, cycles: Int, after skipped: Int
    ) async throws -> Pace {
        line.resetObservations()
        let wanted = skipped + cycles + 1
        var seen: [PolledCycle] = []
        let patience = max(load.interval, load.limit) * (wanted + 10) + .seconds(10)
        try await eventually("\(wanted) cycles are done", within: patience, every: .milliseconds(100)) {
            guard process.isRunning else { throw BenchError("the agent ended") }
            seen = PolledCycle.cut(line.exchanges.filter { $0.answerEnd != nil }, silence: load.wire.silence)
            return seen.count > wanted
        }
        let counted = Array(seen.dropFirst(skipped).prefix(cycles + 1))
        let times = counted.dropLast().map(\.time.milliseconds)
        let starts = counted.compactMap { $0.exchanges.first.map { Double($0.requestStart) / 1_000_000 } }
        let periods = zip(starts, starts.dropFirst()).map { $1 - $0 }
        return Pace(
            cycle: times.mean, longestCycle: times.max() ?? 0, period: periods.mean, longestPeriod: periods.max() ?? 0)
    }

    /// A slave is dead for five seconds; by then its probes are four seconds apart.
    private static func comeback(_ load: Load, _ bench: Workbench) async throws -> Figure {
        progress("  the return of a slave")
        let line = try load.line()
        defer { line.stop() }
        let watch = Disturbance()
        let process = try bench.startAgent(load, on: line)
        var times: [Double] = []
        for _ in 0..<(bench.isQuick ? 1 : 3) {
            try await eventually("slave 3 is read", within: .seconds(20)) {
                line.exchanges.contains { $0.slave == 3 && $0.answerEnd != nil }
            }
            line.inject(Fault(.dead), on: 3)
            try await Task.sleep(for: .seconds(5))
            line.resetObservations()
            let back = MonotonicClock.now()
            line.clearFaults(on: 3)
            // The first answer is the probe's; the second is in a message.
            try await eventually("slave 3 is read again", within: .seconds(40), every: .milliseconds(5)) {
                line.exchanges.count { $0.slave == 3 && $0.answerEnd != nil } >= 2
            }
            let read = line.exchanges.filter { $0.slave == 3 && $0.answerEnd != nil }[1]
            times.append(Double((read.answerEnd ?? back) - back) / 1_000_000)
            line.resetObservations()
        }
        _ = try await process.stop()
        return Figure(
            name: "a slave's return to its first value, after 5 s", measured: times.max() ?? .nan, unit: "ms",
            limit: (load.interval + .seconds(4)).milliseconds, limitName: "one cycle and the probe interval",
            goal: .ratio(1), remarks: ["the longest of \(times.count)"], disturbances: watch.seen())
    }
}

extension [Double] {
    /// The mean; NaN where there is none.
    var mean: Double { reduce(0, +) / Double(count) }
}
