import FieldBench
import Foundation
import LineSimulator

/// How fast a backlog is delivered from disk, beside a bare loop in C with the same window, and what memory it takes.
enum Drain {
    private static let window = 20
    private static let rateGoal = 0.9
    /// Bytes of 10^6 by which the memory may move while a year is delivered.
    private static let memoryGoal = 2.0

    static func figures(_ bench: Workbench) async throws -> [Figure] {
        if bench.isQuick { return try await pair(bench, count: 500, roundTrip: .zero) }
        return try await pair(bench, count: BacklogFile.month, roundTrip: .zero)
            + pair(bench, count: BacklogFile.month, roundTrip: .milliseconds(50)) + year(bench)
    }

    /// The agent and the bare loop in turn on the same wire.
    private static func pair(_ bench: Workbench, count: Int, roundTrip: Duration) async throws -> [Figure] {
        let watch = Disturbance()
        let rounds = bench.isQuick || roundTrip > .zero ? 1 : 3
        var (agent, bare): ([Double], [Double]) = ([], [])
        var wrong: [String] = []
        let wire = roundTrip == .zero ? "no wire" : "\(Figure.text(roundTrip.milliseconds)) ms of round trip"
        for round in 1...rounds {
            progress("  \(count) messages, \(wire), round \(round) of \(rounds)")
            let own = try await drained(bench, count, roundTrip, by: .agent)
            agent.append(own.rate)
            if own.count != count { wrong.append("only \(own.count) of \(count) came") }
            if own.outOfOrder > 0 { wrong.append("\(own.outOfOrder) came out of order") }
            if own.repeats > 0 { wrong.append("\(own.repeats) came again") }
            bare.append(try await drained(bench, count, roundTrip, by: .bareLoop).rate)
        }
        let state = wrong.isEmpty ? "all came, in order, none twice" : wrong.joined(separator: ", ")
        return [
            Figure(
                name: "backlog of \(count) messages, \(wire): messages a second",
                measured: agent.median,
                unit: "",
                limit: bare.median,
                limitName: "bare C loop with the same window",
                goal: wrong.isEmpty ? .ratioAtLeast(rateGoal) : .ratioAtLeast(.infinity),
                remarks: ["\(state); median of \(rounds), window \(window), \(BacklogFile.payloadBytes) bytes each"],
                disturbances: watch.seen()
            )
        ]
    }

    private static func year(_ bench: Workbench) async throws -> [Figure] {
        progress("  a year's backlog, \(BacklogFile.year) messages")
        let watch = Disturbance()
        let spool = try await BacklogFile(BacklogFile.year, at: bench.folder.path("\(UUID().uuidString).db"))
        let drainWatch = DrainWatch()
        let listener = try await bench.listener { drainWatch.note($0) }
        defer { withExtendedLifetime(listener) {} }
        let line = try bench.quietLine()
        defer { line.stop() }
        let process = try bench.startAgent(.quiet, on: line, spool: spool.path, backlogRate: .unlimited)
        try await eventually("the drain has begun", within: .seconds(30)) { drainWatch.seen.count > 2_000 }
        async let all = drainWatch.waits(for: spool.count, from: process)
        var samples: [Double] = []
        while drainWatch.seen.count < spool.count, process.isRunning, samples.count < 3_000 {
            samples.append(try ProcessFiles.kibibytes("VmRSS", in: "status", of: process.id) * 1_024 / 1_000_000)
            try await Task.sleep(for: .milliseconds(100))
            if let last = drainWatch.seen.last, last.duration(to: .now) > .seconds(25) { break }
        }
        let seen = try await all
        _ = try await process.stop()
        try? FileManager.default.removeItem(atPath: spool.path)
        let (low, high) = (samples.min() ?? .nan, samples.max() ?? .nan)
        let remark =
            "\(seen.count) of \(spool.count) came, \(seen.outOfOrder) out of order, \(seen.repeats) twice, "
            + "\(Figure.text(seen.rate)) a second"
        return [
            Figure(
                name: "backlog of a year: messages that did not come, or not in order",
                measured: Double(spool.count - seen.count + seen.outOfOrder), unit: "", goal: .measured(0),
                remarks: [remark]),
            Figure(
                name: "backlog of a year: how far the memory moves", measured: high - low, unit: "MB",
                goal: .measured(memoryGoal),
                remarks: ["VmRSS between \(Figure.text(low)) and \(Figure.text(high)) MB, \(samples.count) samples"],
                disturbances: watch.seen()),
        ]
    }

    private enum Who { case agent, bareLoop }

    private static func drained(
        _ bench: Workbench, _ count: Int, _ roundTrip: Duration, by who: Who
    ) async throws -> DrainWatch.Seen {
        let watch = DrainWatch()
        let listener = try await bench.listener { watch.note($0) }
        defer { withExtendedLifetime(listener) {} }
        let relay = roundTrip == .zero ? nil : try TCPRelay(to: bench.broker.port, conditions: .roundTrip(roundTrip))
        let port = relay?.port ?? bench.broker.port
        let path = bench.folder.path("\(UUID().uuidString).db")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let seen: DrainWatch.Seen
        switch who {
        case .agent:
            let spool = try await BacklogFile(count, at: path)
            let line = try bench.quietLine()
            defer { line.stop() }
            let process = try bench.startAgent(
                .quiet, on: line, spool: spool.path, brokerPort: port, backlogRate: .unlimited)
            seen = try await watch.waits(for: count, from: process)
            _ = try await process.stop()
        case .bareLoop:
            let process = try bench.startBareDrain(spool: path, count: count, window: window, brokerPort: port)
            seen = try await watch.waits(for: count, from: process)
            try await process.waitForExit()
        }
        // The rest of what this one sent must not be taken for what the next one sends.
        withExtendedLifetime(relay) {}
        return seen
    }
}
