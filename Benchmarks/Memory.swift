import FieldBench
import Foundation
import LineSimulator
import StoreForward

/// Resident memory of the agent at work, and after an outage of the broker.
enum Memory {
    /// The memory of one process at one moment, in megabytes of 10^6.
    private struct Sample {
        let rss, anonymous, file, proportional: Double

        init(_ process: ChildProcess) throws {
            func megabytes(_ key: String, _ file: String) throws -> Double {
                try ProcessFiles.kibibytes(key, in: file, of: process.id) * 1_024 / 1_000_000
            }
            rss = try megabytes("VmRSS", "status")
            anonymous = try megabytes("RssAnon", "status")
            file = try megabytes("RssFile", "status")
            proportional = try megabytes("Pss", "smaps_rollup")
        }
    }

    static func figures(_ bench: Workbench) async throws -> [Figure] {
        let cycles = bench.isQuick ? 3 : 60
        progress("  \(cycles) cycles in peace, and beside them an agent that comes back from an outage")
        async let outage = outage(bench, messages: bench.isQuick ? 40 : 400)
        let load = Load.four(baud: 115_200, turnaround: .milliseconds(5))
        let line = try load.line()
        defer { line.stop() }
        let process = try bench.startAgent(load, on: line)
        try await Turn.rest(load, line, process, after: cycles)
        let sample = try Sample(process)
        let backlog = AgentLog.backlog(process) ?? .max
        _ = try await process.stop()
        guard backlog <= 1 else { throw BenchError("the agent was not connected: \(backlog) messages waited") }
        let remark = "after \(cycles) cycles, the broker connected"
        return [
            Figure(
                name: "resident memory (VmRSS)",
                measured: sample.rss,
                unit: "MB",
                goal: .measured(22),
                remarks: [remark]
            ),
            Figure(
                name: "of it anonymous (RssAnon)",
                measured: sample.anonymous,
                unit: "MB",
                goal: .measured(5),
                remarks: [remark]
            ),
            Figure(name: "of it file pages (RssFile)", measured: sample.file, unit: "MB", remarks: [remark]),
            Figure(name: "proportional (Pss)", measured: sample.proportional, unit: "MB", remarks: [remark]),
        ] + (try await outage)
    }

    /// Begins with a full spool and no broker, then brings the broker and waits until the spool is drained.
    private static func outage(_ bench: Workbench, messages: Int) async throws -> [Figure] {
        let path = bench.folder.path("outage.db")
        try await fill(path, messages: messages)
        let broker = try Broker(certificates: bench.certificates)
        let load = Load.four(baud: 115_200, turnaround: .milliseconds(5))
        let line = try load.line()
        defer { line.stop() }
        let process = try bench.startAgent(load, on: line, broker: broker, spool: path)
        let cycles = bench.isQuick ? 2 : 10
        try await Turn.rest(load, line, process, after: cycles)
        let before = try Sample(process)
        try await broker.start()
        try await eventually("the spool is drained", within: .seconds(90), every: .milliseconds(100)) {
            guard process.isRunning else { throw BenchError("the agent ended: \(process.errors.text.suffix(500))") }
            return AgentLog.backlog(process).map { $0 <= 1 } ?? false
        }
        let drained = PolledCycle.cut(line.exchanges, silence: load.wire.silence).count
        try await Turn.rest(load, line, process, after: drained + (bench.isQuick ? 1 : 20))
        let after = try Sample(process)
        let peak = try ProcessFiles.kibibytes("VmHWM", in: "status", of: process.id) * 1_024 / 1_000_000
        _ = try await process.stop()
        try await broker.stop()
        let remark =
            "\(messages) messages waited for a broker that was not there; the limit is the agent before the broker "
            + "came, which has made no TLS connection yet; the highest ever was \(Figure.text(peak)) MB"
        return [
            Figure(
                name: "resident memory after an outage",
                measured: after.rss,
                unit: "MB",
                limit: before.rss,
                limitName: "before the broker came",
                goal: .measured(22),
                remarks: [remark]
            ),
            Figure(
                name: "anonymous memory after an outage",
                measured: after.anonymous,
                unit: "MB",
                limit: before.anonymous,
                limitName: "before the broker came",
                goal: .measured(5),
                remarks: [remark]
            ),
        ]
    }

    private static func fill(_ path: String, messages: Int) async throws {
        let spool = try await Spool(SpoolSettings(path: path, maxBytes: 64 << 20)) { nil }
        let payload = Array(repeating: UInt8(ascii: "x"), count: 350)
        // Five minutes apart, as a gateway's are, the last one before now.
        let now = Int64(Date().timeIntervalSince1970)
        for number in 0..<messages {
            _ = try await spool.append(payload, stamp: now - Int64(300 * (messages - number)))
        }
        await spool.close()
    }
}
