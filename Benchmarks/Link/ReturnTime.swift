import FieldBench
import Foundation
import LineSimulator

/// From a broker that is back to the first message that it takes.
enum ReturnTime {
    private static let goal = 3.0

    static func figures(_ bench: Workbench) async throws -> [Figure] {
        let (rounds, outage) = bench.isQuick ? (1, Duration.seconds(2)) : (5, .seconds(20))
        let broker = try await Broker.start(certificates: bench.certificates)
        let watch = DrainWatch()
        let listener = try await bench.listener(on: broker) { watch.note($0) }
        let load = Load.four(baud: 115_200, turnaround: .milliseconds(5))
        let line = try load.line()
        defer { line.stop() }
        var times: [Double] = []
        for round in 1...rounds {
            progress("  an outage of \(outage.components.seconds) s, round \(round) of \(rounds)")
            // A new agent each time: outages that follow one another closely count as one, and the waits grow.
            let process = try bench.startAgent(load, on: line, broker: broker)
            try await eventually("a message comes", within: .seconds(60)) {
                watch.seen.fresh.last.map { $0.at.duration(to: .now) < .seconds(2) } ?? false
            }
            try await broker.stop()
            try await Task.sleep(for: outage)
            let before = watch.seen.fresh.count
            let back = ContinuousClock.now
            try await broker.start()
            try await listener.waitUntilSubscribed()
            try await eventually("a message comes", within: .seconds(90)) { watch.seen.fresh.count > before }
            let first = watch.seen.fresh[before].at
            times.append(back.duration(to: first) / .seconds(1))
            _ = try await process.stop()
        }
        try await broker.stop()
        return [
            Figure(
                name: "broker back to first message, after \(outage.components.seconds) s away",
                measured: times.max() ?? .nan,
                unit: "s", goal: .measured(goal),
                remarks: [
                    "the longest of \(rounds), from the start of the broker's process; all: "
                        + times.sorted().map(Figure.text).joined(separator: ", ") + " s"
                ])
        ]
    }
}
