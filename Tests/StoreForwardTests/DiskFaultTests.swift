import Glibc
import Testing
import WriteRecorder

@testable import StoreForward

/// A disk that takes nothing stops neither polling nor publishing, and storing resumes by itself.
@Suite(.timeLimit(.minutes(6)))
struct DiskFaultTests {
    let folder = TemporaryFolder()

    private func spool(memoryBytes: Int = 1 << 20) async throws -> Spool {
        try await Spool(SpoolSettings(path: folder.file("spool.db"), memoryBytes: memoryBytes)) { 1_000 }
    }

    @Test(arguments: [(ENOSPC, SpoolFailure.Kind.diskFull), (EROFS, .readOnly), (EIO, .ioError), (EFBIG, .diskFull)])
    func `messages go on in memory, and are written down when the disk is back`(
        error: Int32, kind: SpoolFailure.Kind
    ) async throws {
        let watch = recorder_watch(folder.path)
        defer { recorder_forget(watch) }
        let spool = try await spool()
        for stamp in Int64(1)...5 { _ = try await spool.append(payload(stamp, count: 300), stamp: stamp) }
        recorder_fail(watch, error, 0)
        for stamp in Int64(6)...10 {
            #expect(try await spool.append(payload(stamp, count: 300), stamp: stamp) == stamp)
        }
        guard case .inMemory(since: 1_000, let reason) = await spool.condition else {
            Issue.record("\(await spool.condition)")
            return
        }
        #expect(reason.kind == kind)
        #expect(await spool.statistics().inMemory == 5)
        #expect(await spool.oldest(99).map(\.sequence) == Array(1...10), "disk and memory in one order")
        // Delivered while the disk could not be told so: from the disk, and from memory.
        await spool.delivered([2, 7])
        #expect(await spool.oldest(99).map(\.sequence) == [1, 3, 4, 5, 6, 8, 9, 10])
        var ledger = await spool.ledger
        #expect(ledger.isBalanced && ledger.delivered == 2 && ledger.waiting == 8)

        recorder_fail(watch, 0, 0)
        try await eventually { await spool.condition == .storing }
        #expect(await spool.statistics().inMemory == 0)
        await spool.close()
        let next = try await self.spool()
        #expect(await next.oldest(99).map(\.sequence) == [1, 3, 4, 5, 6, 8, 9, 10])
        #expect(await next.oldest(99).map(\.payload) == [1, 3, 4, 5, 6, 8, 9, 10].map { payload($0, count: 300) })
        ledger = await next.ledger
        #expect(ledger.isBalanced && ledger.delivered == 2 && ledger.waiting == 8)
        #expect(try await next.append([1], stamp: 11) == 11)
    }

    @Test func `the memory is bounded, the oldest leave it, and the ledger says so`() async throws {
        let watch = recorder_watch(folder.path)
        defer { recorder_forget(watch) }
        let spool = try await spool(memoryBytes: 10_000)
        recorder_fail(watch, ENOSPC, 0)
        for stamp in Int64(1)...50 { _ = try await spool.append(payload(stamp, count: 1_000), stamp: stamp) }
        #expect(await spool.oldest(99).map(\.sequence) == Array(41...50))
        recorder_fail(watch, 0, 0)
        try await eventually { await spool.condition == .storing }
        await spool.close()
        let ledger = await (try self.spool()).ledger
        #expect(ledger.dropped == 40 && ledger.waiting == 10 && ledger.accepted == 50 && ledger.isBalanced)
    }

    @Test func `a spool that begins on a full disk publishes from memory, and stores when there is room`() async throws
    {
        var before: Spool? = try await spool()
        for stamp in Int64(1)...3 { _ = try await before?.append([1], stamp: stamp) }
        await before?.delivered([1])
        await before?.close()
        before = nil
        let watch = recorder_watch(folder.path)
        defer { recorder_forget(watch) }
        recorder_fail(watch, EIO, 1)
        let spool = try await spool()
        let given = try await [spool.append([2], stamp: 11), spool.append([3], stamp: 12)]
        #expect(await spool.oldest(9).map(\.sequence) == given)
        await spool.delivered([given[0]])
        #expect(await spool.ledger.isBalanced)
        recorder_fail(watch, 0, 0)
        try await eventually { await spool.condition == .storing }
        #expect(await spool.changedFromOutside(), "the numbers have changed: look from the beginning")
        #expect(await spool.oldest(9).map(\.sequence) == [2, 3, 5])
        #expect(await spool.oldest(9).map(\.stamp) == [2, 3, 12])
        // An answer to what was offered under the number of before.
        await spool.delivered([given[1]])
        let ledger = await spool.ledger
        #expect(ledger.accepted == 5 && ledger.delivered == 3 && ledger.waiting == 2 && ledger.isBalanced)
        #expect(try await spool.append([4], stamp: 13) == 6)
    }

    @Test func `undated cycles survive a disk that takes nothing`() async throws {
        let watch = recorder_watch(folder.path)
        defer { recorder_forget(watch) }
        let spool = try await spool()
        try await spool.hold(undated: [1], bootID: "b", uptime: .seconds(1))
        recorder_fail(watch, EROFS, 0)
        try await spool.hold(undated: [2], bootID: "b", uptime: .seconds(2))
        #expect(await spool.undated().map(\.payload) == [[1], [2]])
        recorder_fail(watch, 0, 0)
        try await eventually { await spool.condition == .storing }
        await spool.close()
        #expect(await (try self.spool()).undated().map(\.payload) == [[1], [2]])
    }

    /// The kernel's own limit of a file's size: the same as a full disk, wherever tests run and as whoever.
    @Test func `a process whose files may not grow goes on, and stores again when they may`() async throws {
        let child = try Child([spoolWriter, "slow", folder.file("spool.db")])
        while await child.line() != "+ 3" {}
        child.limitFiles(to: 8_192)
        var line = ""
        while !line.hasPrefix("memory") { line = await child.line() ?? "memory?" }
        #expect(line.contains("EFBIG") || line.contains("File too large"), "\(line)")
        let inMemory = await child.line() ?? ""
        #expect(inMemory.hasPrefix("+ "))
        child.limitFiles(to: nil)
        while line != "storing" { line = await child.line() ?? "storing?" }
        let last = try #require(Int64((await child.line() ?? "").dropFirst(2)))
        child.kill()
        _ = await child.lines()
        _ = await child.end()
        let spool = try await spool()
        let messages = await spool.oldest(.max)
        #expect(messages.map(\.sequence).prefix(Int(last)) == Array(1...last)[...])
        for message in messages { #expect(message.payload == payload(message.stamp, count: 1_000)) }
    }

    /// A small file system of its own, where the machine lets one be mounted.
    @Test func `a file system that is full`() async throws {
        mkdir(folder.file("small"), 0o700)
        guard mount("tmpfs", folder.file("small"), "tmpfs", 0, "size=512k") == 0 else {
            print(
                "no right to mount here (\(String(cString: strerror(errno)))): a full disk is played by a file size limit"
            )
            return
        }
        defer { umount2(folder.file("small"), Int32(MNT_DETACH)) }
        let path = folder.file("small/spool.db")
        let spool = try await Spool(SpoolSettings(path: path, minFreeDisk: 0)) { nil }
        var stamp: Int64 = 0
        while await spool.condition == .storing, stamp < 1_000 {
            stamp += 1
            _ = try await spool.append(payload(stamp, count: 2_000), stamp: stamp)
        }
        guard case .inMemory(_, let reason) = await spool.condition else {
            Issue.record("512 KiB took \(stamp) messages of 2000 bytes")
            return
        }
        #expect(reason.kind == .diskFull, "\(reason)")
        #expect(await spool.oldest(.max).map(\.sequence) == Array(1...stamp))
        #expect(mount("tmpfs", folder.file("small"), "tmpfs", UInt(MS_REMOUNT), "size=8m") == 0)
        try await eventually { await spool.condition == .storing }
        await spool.close()
        let next = try await Spool(SpoolSettings(path: path, minFreeDisk: 0)) { nil }
        #expect(await next.oldest(.max).map(\.payload) == (1...stamp).map { payload($0, count: 2_000) })
        await next.close()
    }
}

/// Waits until something is so; half a minute at the most.
func eventually(_ condition: () async -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while await !condition() {
        try #require(ContinuousClock.now < deadline, "it did not come about")
        try await Task.sleep(for: .milliseconds(20))
    }
}
