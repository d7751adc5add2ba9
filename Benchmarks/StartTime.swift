import FieldBench
import LineSimulator

/// From the start of the process to the first byte on the line.
enum StartTime {
    /// The goal in milliseconds.
    private static let goal = 150.0

    static func figures(_ bench: Workbench) async throws -> [Figure] {
        let load = Load.four(baud: 115_200, turnaround: .milliseconds(5))
        let line = try load.line()
        defer { line.stop() }
        let watch = Disturbance()
        var times: [Double] = []
        let spool = bench.folder.path("start.db")
        for number in 1...(bench.isQuick ? 2 : 12) {
            // A start within the second of the last cycle would wait for the next second: stamps never repeat.
            if number > 1 { try await Task.sleep(for: .seconds(1.1)) }
            line.resetObservations()
            let before = MonotonicClock.now()
            let process = try bench.startAgent(load, on: line, spool: spool)
            try await eventually("the agent asks a slave", within: .seconds(10)) { !line.exchanges.isEmpty }
            if let first = line.exchanges.first { times.append(Double(first.requestStart - before) / 1_000_000) }
            _ = try await process.stop()
        }
        let disturbances = watch.seen()
        let remark = "\(times.count) starts on a spool that is there, timed from before the process is made"
        return [
            Figure(
                name: "start to first request, median",
                measured: times.median,
                unit: "ms",
                goal: .measured(goal),
                remarks: [remark],
                disturbances: disturbances
            ),
            Figure(
                name: "start to first request, longest",
                measured: times.max() ?? .nan,
                unit: "ms",
                goal: .measured(goal),
                remarks: [remark],
                disturbances: disturbances
            ),
        ]
    }
}
