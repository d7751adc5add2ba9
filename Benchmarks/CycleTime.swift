import LineSimulator

/// The agent's cycle against the wire, and a bare loop on the same line in turn with it.
enum CycleTime {
    static func figures(_ bench: Workbench) async throws -> [Figure] {
        let slow = Duration.milliseconds(20)
        let fast = Duration.milliseconds(5)
        let loads: [(Load, goal: Double)] =
            bench.isQuick
            ? [(.four(baud: 115_200, turnaround: fast), 1.10)]
            : [
                (.four(baud: 9_600, turnaround: slow), 1.03), (.twenty(baud: 9_600, turnaround: slow), 1.03),
                (.four(baud: 115_200, turnaround: fast), 1.10), (.twenty(baud: 115_200, turnaround: fast), 1.10),
            ]
        var figures: [Figure] = []
        for (load, goal) in loads { figures += try await self.figures(load, goal: goal, bench) }
        return figures
    }

    private static func figures(_ load: Load, goal: Double, _ bench: Workbench) async throws -> [Figure] {
        let (rounds, cycles) = bench.isQuick ? (1, 2) : (3, 8)
        let line = try load.line()
        defer { line.stop() }
        let watch = Disturbance()
        var (agent, bare): ([Turn], [Turn]) = ([], [])
        var latest = Duration.zero
        for round in 1...rounds {
            progress("  \(load.name) at \(load.baud) bit/s, round \(round) of \(rounds)")
            agent.append(
                try await Turn.run(load, on: line, cycles: cycles) { try bench.startAgent(load, on: line) }
            )
            latest = max(latest, line.counters.greatestLateness)
            bare.append(
                try await Turn.run(load, on: line, cycles: cycles) {
                    try bench.startBareLoop(load, on: line, pollsOnly: true)
                }
            )
            latest = max(latest, line.counters.greatestLateness)
        }
        let disturbances = watch.seen(lateness: latest)
        let own = agent.flatMap(\.cycles)
        let name = "\(load.name), \(load.baud) bit/s"
        return [
            cycle("cycle of the agent, \(name)", agent, load, goal: .ratio(goal), disturbances),
            cycle("cycle of a bare C loop, \(name)", bare, load, goal: nil, disturbances),
            Figure(
                name: "requests per cycle, \(name)",
                measured: own.map { Double($0.exchanges.count) }.median,
                unit: "",
                limit: Double(load.fewestRequests),
                limitName: "fewest possible",
                goal: .ratio(1)
            ),
            Figure(
                name: "silences below t3.5, \(name)",
                measured: Double(agent.reduce(0) { $0 + $1.violations }),
                unit: "",
                goal: .measured(0)
            ),
        ]
    }

    private static func cycle(
        _ name: String,
        _ turns: [Turn],
        _ load: Load,
        goal: Figure.Goal?,
        _ disturbances: [String]
    ) -> Figure {
        let cycles = turns.flatMap(\.cycles)
        // Every second cycle may ask for a register more (docs/decisions/014-copies.md): two and two are one figure.
        let times = turns.flatMap { pairs($0.cycles.map(\.time.milliseconds)) }
        let logged = turns.flatMap { pairs($0.logged) }
        let limit = load.limit.milliseconds
        let ownLog = logged.isEmpty ? "" : ", by its own log \(Figure.text(logged.median)) ms without the last silence"
        var disturbances = disturbances
        let incomplete = cycles.count { !$0.isComplete }
        if incomplete > 0 { disturbances.append("\(incomplete) cycles with an unanswered request") }
        if !logged.isEmpty, abs(logged.median + load.wire.silence.milliseconds - times.median) > 0.02 * limit {
            disturbances.append("the line and the agent's log do not agree")
        }
        return Figure(
            name: name,
            measured: times.median,
            unit: "ms",
            limit: limit,
            limitName: "wire",
            goal: goal,
            remarks: [
                "median of \(cycles.count) cycles, two in a row together\(ownLog); the best \(ratio(times.min() ?? .nan, limit)), the worst "
                    + "\(ratio(times.max() ?? .nan, limit)) of the limit; the slaves' turnaround is "
                    + "\(Figure.text(load.turnaround.milliseconds)) ms; the simulator's own lateness is "
                    + "\(ratio(cycles.map(\.lateness.milliseconds).median, limit)) of the limit"
            ],
            disturbances: disturbances
        )
    }

    private static func ratio(_ time: Double, _ limit: Double) -> String { Figure.three(time / limit) }

    /// The mean of each two in a row.
    private static func pairs(_ values: [Double]) -> [Double] {
        stride(from: 1, to: values.count, by: 2).map { (values[$0 - 1] + values[$0]) / 2 }
    }
}
