import FieldBench
import Foundation
import LineSimulator

/// From the meter's last answer to the subscriber: how long a fresh message takes, alone and beside a year's backlog.
enum LiveDelay {
    private static let goal = 2.0

    static func figures(_ bench: Workbench) async throws -> [Figure] {
        let wires: [Duration] = bench.isQuick ? [.zero] : [.zero, .milliseconds(50)]
        var figures: [Figure] = []
        for wire in wires { figures.append(try await figure(bench, roundTrip: wire)) }
        return figures
    }

    private static func figure(_ bench: Workbench, roundTrip: Duration) async throws -> Figure {
        let (cycles, backlog) = bench.isQuick ? (3, 2_000) : (25, BacklogFile.year)
        let wire = roundTrip == .zero ? "no wire" : "\(Figure.text(roundTrip.milliseconds)) ms of round trip"
        let watch = Disturbance()
        progress("  \(cycles) fresh messages, \(wire), alone")
        let idle = try await delays(bench, cycles, backlog: 0, roundTrip)
        progress("  \(cycles) fresh messages, \(wire), beside \(backlog) older ones")
        let busy = try await delays(bench, cycles, backlog: backlog, roundTrip)
        return Figure(
            name: "delay of a fresh message beside a year's backlog, \(wire)",
            measured: busy.delays.median,
            unit: "ms",
            limit: idle.delays.median,
            limitName: "alone",
            goal: .ratio(goal),
            remarks: [
                "from the meter's last answer to the subscriber; median of \(busy.delays.count) and \(idle.delays.count); the longest "
                    + "\(Figure.text(busy.delays.max() ?? .nan)) ms beside the backlog, "
                    + "\(Figure.text(idle.delays.max() ?? .nan)) ms alone; \(busy.drained) of the backlog came meanwhile"
            ],
            disturbances: watch.seen()
        )
    }

    private static func delays(
        _ bench: Workbench, _ cycles: Int, backlog count: Int, _ roundTrip: Duration
    ) async throws -> (delays: [Double], drained: Int) {
        let watch = DrainWatch()
        let listener = try await bench.listener { watch.note($0) }
        defer { withExtendedLifetime(listener) {} }
        let relay = try TCPRelay(to: bench.broker.port, conditions: .roundTrip(roundTrip))
        let spool = try await BacklogFile(count, at: bench.folder.path("\(UUID().uuidString).db"))
        defer { try? FileManager.default.removeItem(atPath: spool.path) }
        let load = Load.four(baud: 115_200, turnaround: .milliseconds(5))
        let line = try load.line()
        defer { line.stop() }
        let process = try bench.startAgent(
            load, on: line, spool: spool.path, brokerPort: relay.port, backlogRate: .unlimited)
        // The first ones wait for the connection.
        try await Turn.rest(load, line, process, after: cycles + 3)
        // One that has not come by now is as late as it is late now.
        let end = (moment: MonotonicClock.now(), instant: ContinuousClock.now)
        let seen = watch.seen
        _ = try await process.stop()
        func moment(of arrival: ContinuousClock.Instant) -> Int64 {
            end.moment - Int64(arrival.duration(to: end.instant) / .nanoseconds(1))
        }
        let answered = PolledCycle.cut(line.exchanges, silence: load.wire.silence).compactMap {
            $0.exchanges.last?.answerEnd
        }
        // What was stored before the link stood is backlog, and may come last of all: each is known by its number.
        let arrivals = Dictionary(seen.fresh.map { ($0.sequence, $0.at) }) { first, _ in first }
        let connected = [seen.first, seen.fresh.first?.at].compactMap(\.self).min().map(moment) ?? .max
        let delays = answered.enumerated().filter { connected < $0.element }.prefix(cycles).map { index, answer in
            Double(moment(of: arrivals[Int64(count + index + 1)] ?? end.instant) - answer) / 1e6
        }
        return (delays, seen.count)
    }
}
