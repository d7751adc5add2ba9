import LineSimulator

/// The processor's time of a poll, beside a bare loop in C that does the same work, in turn.
enum ProcessorTime {
    /// What a later version shall reach, as a ratio to the bare loop.
    private static let goal = 1.5

    static func figures(_ bench: Workbench) async throws -> [Figure] {
        let loads: [(Load, cycles: Int)] =
            bench.isQuick
            ? [(.manyPolls(baud: 115_200, turnaround: .milliseconds(1)), 1)]
            : [
                (.manyPolls(baud: 115_200, turnaround: .milliseconds(1)), 11),
                (.four(baud: 115_200, turnaround: .milliseconds(5)), 15),
            ]
        var figures: [Figure] = []
        for (load, cycles) in loads { figures += try await self.figures(load, cycles: cycles, bench) }
        return figures
    }

    private static func figures(_ load: Load, cycles: Int, _ bench: Workbench) async throws -> [Figure] {
        let rounds = bench.isQuick ? 1 : 3
        let line = try load.line()
        defer { line.stop() }
        let watch = Disturbance()
        var (agent, bare): ([Double], [Double]) = ([], [])
        var polls = 0
        for round in 1...rounds {
            progress("  \(load.name), round \(round) of \(rounds)")
            let own = try await Turn.run(load, on: line, cycles: cycles) { try bench.startAgent(load, on: line) }
            agent.append(perThousand(own))
            polls += own.polls
            let other = try await Turn.run(load, on: line, cycles: cycles) {
                try bench.startBareLoop(load, on: line, pollsOnly: false)
            }
            bare.append(perThousand(other))
        }
        let perMessage = load.fastest.blocks.count * load.slaves
        return [
            Figure(
                name: "processor per 1000 polls, \(load.name)",
                measured: agent.median,
                unit: "ms",
                limit: bare.median,
                limitName: "bare C loop with the same work",
                goal: .ratio(goal),
                remarks: [
                    "user and system time; median of \(rounds) turns each, \(polls) polls of the agent in all, one "
                        + "message stored, published and removed for every \(perMessage) polls; per poll "
                        + "\(Figure.text(agent.median)) µs and \(Figure.text(bare.median)) µs; the turns "
                        + "\(list(agent)) and \(list(bare)) ms"
                ],
                disturbances: watch.seen()
            )
        ]
    }

    /// Milliseconds for a thousand polls, which are microseconds for one.
    private static func perThousand(_ turn: Turn) -> Double {
        turn.processorTime.milliseconds * 1_000 / Double(max(turn.polls, 1))
    }

    private static func list(_ values: [Double]) -> String { values.map(Figure.text).joined(separator: ", ") }
}
