import FieldBench
import LineSimulator

/// From the moment at which a serial adapter is back to the first answer on the line.
enum AdapterReturn {
    /// The goal in milliseconds.
    private static let goal = 2_000.0

    static func figures(_ bench: Workbench) async throws -> [Figure] {
        let load = Load.four(baud: 115_200, turnaround: .milliseconds(5))
        let line = try load.line()
        defer { line.stop() }
        let watch = Disturbance()
        let link = bench.folder.path("adapter")
        try line.link(at: link)
        let process = try bench.startAgent(load, on: line, port: link)
        var times: [Double] = []
        for number in 1...(bench.isQuick ? 1 : 5) {
            progress("  unplugged and back, \(number)")
            // Whole cycles: a line that fails again before one is done is taken up with growing waits.
            try await eventually("the line is read", within: .seconds(20)) {
                line.exchanges.count { $0.answerEnd != nil } > 2 * load.slaves
            }
            line.unplug()
            try await Task.sleep(for: .seconds(2.3))
            line.resetObservations()
            let back = MonotonicClock.now()
            try line.replug()
            try await eventually("the line is read again", within: .seconds(20), every: .milliseconds(5)) {
                line.exchanges.contains { $0.answerEnd != nil }
            }
            if let end = line.exchanges.first(where: { $0.answerEnd != nil })?.answerEnd {
                times.append(Double(end - back) / 1_000_000)
            }
        }
        _ = try await process.stop()
        return [
            Figure(
                name: "adapter back to first value", measured: times.max() ?? .nan, unit: "ms", goal: .measured(goal),
                remarks: ["the longest of \(times.count), under another device name each time"],
                disturbances: watch.seen())
        ]
    }
}
