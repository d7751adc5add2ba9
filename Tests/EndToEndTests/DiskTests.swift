import FieldBench
import Foundation
import LineSimulator
import TelemetryContract
import Testing

extension EndToEndOutages {
    /// A card that is spared, that takes nothing, and that is damaged.
    @Suite struct DiskTests {
        @Test(.timeLimit(.minutes(6)))
        func `offline-only writes nothing while the broker takes all, and everything when it is away`() async throws {
            let gateway = try await countingGateway()
            gateway.spoolKeys = ", durability: offline-only, write_after: 5s"
            let subscriber = try await gateway.subscribe()
            let agent = try gateway.start()
            try await subscriber.waitForMessages(3)
            // What the start itself writes is done; from here on the file and its log must not change by a byte.
            let before = try gateway.spoolBytes()
            try await subscriber.waitForMessages(9, within: .seconds(20))
            #expect(try gateway.spoolBytes() == before, "the broker took each in time")
            #expect(try await gateway.list().isEmpty)

            try await gateway.broker.kill()
            try await gateway.says("messages are kept")
            try await gateway.polls(6)
            try await eventually("what waits for longer than write_after is written down", within: .seconds(20)) {
                try await gateway.list().count >= 4
            }
            #expect(try gateway.spoolBytes() != before)
            let written = try await gateway.export()
            // Only what is written survives a kill: nothing of it may be missing afterwards.
            #expect(try await agent.kill() == .signal(SIGKILL))
            try await gateway.broker.start()
            let after = try await gateway.subscribe()
            try gateway.start()
            try await eventually("all that was written arrives", within: .seconds(30)) {
                Set(after.received.map(\.payload)).isSuperset(of: written.map(\.content))
            }
            // When two more have come, what was before them is confirmed.
            try await after.waitForMessages(after.received.count + 2)
            #expect(try await gateway.agent?.stop() == .status(0))
            let stats = try await gateway.stats()
            #expect(stats.accepted == stats.sum)
            // What was read as it stopped may still wait.
            #expect(try await Set(gateway.export().map(\.content)).isDisjoint(with: written.map(\.content)))
        }

        @Test(.timeLimit(.minutes(6)), arguments: [false, true])
        func `a disk that takes nothing stops nothing, is told of once, and storing resumes`(
            brokerRuns: Bool
        ) async throws {
            let gateway = try await countingGateway(brokerRuns: brokerRuns)
            gateway.spoolKeys = ", min_free: 0"
            // With the broker there the disk is made to take nothing by the limit of file sizes, without it by filling it.
            let disk = brokerRuns ? FullableDisk() : await FullableDisk(bytes: 1 << 20)
            if let path = disk.path { gateway.spool = path }
            let subscriber = brokerRuns ? try await gateway.subscribe() : nil
            let agent = try gateway.start(by: disk.wrapper)
            try await gateway.polls(3)

            try await disk.fill(for: agent)
            try await gateway.says("the disk takes nothing", within: .seconds(40))
            let heard = subscriber?.received.count ?? 0
            try await gateway.polls(6)
            try await subscriber?.waitForMessages(heard + 4)
            #expect(agent.isRunning)
            #expect(gateway.log.components(of: "the disk takes nothing") == 1, "once, not at every cycle")
            #expect(!gateway.log.contains("the disk takes messages again"))

            try await disk.empty(for: agent)
            try await gateway.says("the disk takes messages again", within: .seconds(40))
            try await gateway.polls(2)
            #expect(gateway.log.components(of: "the disk takes nothing") == 1)
            #expect(gateway.log.components(of: "the disk takes messages again") == 1)
            let cycles = gateway.answered
            if let subscriber {
                try await waitForCycles(cycles, at: subscriber, within: .seconds(20))
                try expectComplete(telemetry(subscriber), of: gateway, cycles: cycles)
            }
            // What was in memory is on disk now: a kill takes none of it.
            #expect(try await agent.kill() == .signal(SIGKILL))
            guard !brokerRuns else { return }
            try await gateway.broker.start()
            let late = try await gateway.subscribe()
            try gateway.start(by: disk.wrapper)
            // The kill may have met a cycle between its answer and the disk.
            try await waitForCycles(cycles - 1, at: late, within: .seconds(30))
            try expectComplete(telemetry(late), cycles: cycles - 1)
        }

        @Test(.timeLimit(.minutes(6)))
        func `a damaged spool is put aside at the start and salvaged, and the agent goes on`() async throws {
            let gateway = try await countingGateway(brokerRuns: false)
            try await gateway.fillSpool(200)
            let stored = try await gateway.storedPayloads()
            // One page in the middle is lost, as a card loses it.
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: gateway.spool))
            let size = try file.seekToEnd()
            try file.seek(toOffset: size / 2 / 4_096 * 4_096)
            try file.write(contentsOf: Data(repeating: 0, count: 4_096))
            try file.close()
            let agent = try gateway.start()
            try await gateway.says("the spool was damaged")
            try await gateway.polls(2)
            let log = gateway.log
            #expect(log.contains("messages were salvaged") && log.contains("the damaged file is kept as"), "\(log)")
            #expect(log.components(of: "the spool was damaged") == 1)
            let aside = try FileManager.default.contentsOfDirectory(atPath: gateway.folder.path)
                .filter { $0.hasPrefix("spool.db-damaged-") && !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm") }
            #expect(aside.count == 1 && log.contains(aside[0]), "\(aside)")
            let salvaged = try await gateway.export().map(\.content).filter(Set(stored).contains)
            #expect(salvaged.count >= stored.count - 60 && salvaged.count < stored.count, "all but a page")
            #expect(salvaged == stored.filter(Set(salvaged).contains), "in order")
            let stats = try await gateway.stats()
            #expect(stats.accepted == stats.sum)
            #expect(agent.isRunning)
            #expect(try await agent.stop() == .status(0), "and not 65")
        }
    }
}

extension Gateway {
    /// Every byte of the spool and its log.
    fileprivate func spoolBytes() throws -> [Data] {
        try [spool, spool + "-wal"].map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
    }
}

/// A disk that can be made to take nothing: a small file system that is filled, or a limit on the size of the agent's files.
private struct FullableDisk {
    private let small: SmallDisk?

    /// The usual disk, where files may not grow.
    init() { small = nil }

    /// A small one, where the machine permits it.
    init(bytes: Int) async { small = try? await SmallDisk(bytes: bytes) }

    /// Where the spool lies; nil for its usual place.
    var path: String? { small.map { $0.path + "/spool.db" } }

    /// Whoever started the tests may have set the signal aside that the limit sends; a service manager does not.
    var wrapper: [String] { small?.wrapper ?? ["env", "--default-signal=XFSZ"] }

    func fill(for agent: ChildProcess) async throws {
        if let small { try small.fill() } else { try await limit(agent, to: "1") }
    }

    func empty(for agent: ChildProcess) async throws {
        if let small { small.empty() } else { try await limit(agent, to: "unlimited") }
    }

    private func limit(_ agent: ChildProcess, to bytes: String) async throws {
        let process = try await ChildProcess.run("prlimit", ["--pid", "\(agent.id)", "--fsize=\(bytes):"])
        guard process.exit == .status(0) else { throw BenchError("prlimit: \(process.errors.text)") }
    }
}
