import FieldBench
import LineSimulator

/// How often the agent wakes while it waits for its next cycle.
enum IdleWakeUps {
    /// Wake-ups a minute: a keep-alive's ping and its answer, once a minute, cost about as much.
    private static let goal = 4.0

    static func figures(_ bench: Workbench) async throws -> [Figure] {
        var load = Load.four(baud: 9_600, turnaround: .milliseconds(20))
        load.chosenInterval = .seconds(300)
        let line = try load.line()
        defer { line.stop() }
        let process = try bench.startAgent(load, on: line)
        try await Turn.rest(load, line, process, after: 1)
        try await eventually("the broker is connected", within: .seconds(10)) {
            process.errors.text.contains("connected to the broker")
        }
        // What the start leaves behind has settled by then.
        try await Task.sleep(for: .seconds(5))
        let minutes = bench.isQuick ? 0.1 : 2.0
        progress("  \(Figure.text(minutes)) minutes between two cycles")
        let before = try ProcessFiles.voluntarySwitches(process.id)
        let timeBefore = try ProcessFiles.processorTime(process.id)
        try await Task.sleep(for: .seconds(60 * minutes))
        let after = try ProcessFiles.voluntarySwitches(process.id)
        let time = try ProcessFiles.processorTime(process.id) - timeBefore
        _ = try await process.stop()
        let woken = after.map { ($0.key, Double($0.value - (before[$0.key] ?? 0)) / minutes) }.filter { $0.1 > 0 }
        let threads = woken.sorted { $0.1 > $1.1 }.map { "\($0.0) \(Figure.text($0.1))" }.joined(separator: ", ")
        return [
            Figure(
                name: "wake-ups per minute between cycles",
                measured: woken.reduce(0) { $0 + $1.1 },
                unit: "",
                goal: .measured(goal),
                remarks: [
                    "voluntary context switches over \(Figure.text(minutes)) minutes at an interval of 5 minutes, the "
                        + "broker connected, by thread: \(threads.isEmpty ? "none" : threads); "
                        + "\(Figure.text(time.milliseconds / minutes)) ms of the processor a minute"
                ]
            )
        ]
    }
}
