import FieldBench
import Foundation
import LineSimulator

/// What a day costs the card, and what a backlog takes up on it.
enum Storing {
    /// One message every five minutes.
    private static let messagesADay = 288
    private static let mebibytesGoal = 2.4
    private static let syncsGoal = 600.0
    private static let spaceGoal = 1.25

    static func figures(_ bench: Workbench) async throws -> [Figure] {
        try await space(bench) + day(bench)
    }

    private static func space(_ bench: Workbench) async throws -> [Figure] {
        let count = bench.isQuick ? 1_000 : BacklogFile.year
        progress("  a backlog of \(count) messages on disk")
        let spool = try await BacklogFile(count, at: bench.folder.path("space.db"))
        defer { try? FileManager.default.removeItem(atPath: spool.path) }
        return [
            Figure(
                name: "bytes on disk of \(count) messages", measured: Double(spool.bytes) / 1e6, unit: "MB",
                limit: Double(count * BacklogFile.payloadBytes) / 1e6, limitName: "their payloads",
                goal: .ratio(spaceGoal), remarks: ["database and log, \(BacklogFile.payloadBytes) bytes a message"])
        ]
    }

    /// A day's messages a second apart, stored, delivered and removed, under the eye of strace.
    private static func day(_ bench: Workbench) async throws -> [Figure] {
        let cycles = bench.isQuick ? 5 : messagesADay
        progress("  \(cycles) messages, a second apart, every write counted")
        let load = Load.tenPoints
        let line = try load.line()
        defer { line.stop() }
        let watch = DrainWatch()
        let listener = try await bench.listener { watch.note($0) }
        defer { withExtendedLifetime(listener) {} }
        let name = UUID().uuidString
        let trace = bench.folder.path("\(name).strace")
        let calls = "trace=write,pwrite64,pwritev,writev,fdatasync,fsync"
        let process = try bench.startAgent(
            load, on: line, spool: bench.folder.path("\(name).db"),
            by: ["strace", "-f", "-y", "-s", "0", "-e", calls, "-o", trace])
        try await Turn.rest(load, line, process, after: cycles)
        let messages = watch.seen.fresh.count
        _ = try await process.stop()
        let counted = Writes(of: name, in: try String(contentsOfFile: trace, encoding: .utf8))
        guard messages > 0 else { throw BenchError("no message came: \(process.errors.text.suffix(500))") }
        let perDay = Double(messagesADay) / Double(messages)
        let remark =
            "\(messages) messages of about 600 bytes stored, delivered and removed, counted by strace"
            + (messages == messagesADay ? "" : " and taken for \(messagesADay)")
            + "; \(counted.writes) writes; opening and closing the spool are among them"
        return [
            Figure(
                name: "written in a day of \(messagesADay) messages, FULL",
                measured: Double(counted.bytes) * perDay / Double(1 << 20), unit: "MiB", goal: .measured(mebibytesGoal),
                remarks: [remark]),
            Figure(
                name: "synced in a day of \(messagesADay) messages, FULL", measured: Double(counted.syncs) * perDay,
                unit: "", goal: .measured(syncsGoal), remarks: [remark]),
        ]
    }
}

/// What a trace says that was written to the files of one spool.
private struct Writes {
    private(set) var writes = 0
    private(set) var bytes = 0
    private(set) var syncs = 0

    init(of name: String, in trace: String) {
        // 1234 pwrite64(12</tmp/…/NAME.db-wal>, ""..., 2048, 4120) = 2048
        for line in trace.split(separator: "\n") where line.contains("\(name).db") {
            if line.contains("sync(") {
                syncs += 1
            } else if let result = line.split(separator: " ").last.flatMap({ Int($0) }), result > 0 {
                writes += 1
                bytes += result
            }
        }
    }
}
