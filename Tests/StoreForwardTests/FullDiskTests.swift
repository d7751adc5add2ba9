import Glibc
import Testing

@testable import StoreForward

/// A file system of a few megabytes that is full to the last byte, where the machine lets one be mounted.
@Suite(.timeLimit(.minutes(6)))
struct FullDiskTests {
    let folder = TemporaryFolder()

    private var path: String { folder.file("small/spool.db") }

    /// Runs a test on such a file system, with a spool on it of which a kill has left everything as it was in use.
    private func onSmallDisk(messages: Int64, _ body: () async throws -> Void) async throws {
        mkdir(folder.file("small"), 0o700)
        guard mount("tmpfs", folder.file("small"), "tmpfs", 0, "size=8m") == 0 else {
            let reason = String(cString: strerror(errno))
            print("no right to mount here (\(reason)): a full disk is played by DeliveryNotesTests")
            return
        }
        defer { umount2(folder.file("small"), Int32(MNT_DETACH)) }
        let spool = try await Spool(SpoolSettings(path: path, minFreeDisk: 0)) { nil }
        for stamp in 1...messages { _ = try await spool.append(payload(stamp, count: 600), stamp: stamp) }
        await spool.close()
        let child = try Child([spoolWriter, "hold", path])
        #expect(await child.line() == "open")
        child.kill()
        _ = await child.end()
        try await body()
    }

    private func takeEveryByte() throws {
        let ballast = open(folder.file("small/ballast"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        try #require(ballast >= 0)
        defer { close(ballast) }
        let page = [UInt8](repeating: 0, count: 4_096)
        while write(ballast, page, page.count) > 0 {}
        try #require(errno == ENOSPC)
    }

    @Test func `what is delivered on a full disk is not sent again after kill -9`() async throws {
        try await onSmallDisk(messages: 600) {
            try takeEveryByte()
            var told: Set<Int64> = []
            for _ in 1...3 {
                let child = try Child([spoolWriter, "drain", path])
                var lines: [String] = []
                // One that is killed late has told more; once it has told all it says so, and nothing any more.
                while lines.count < 151, let line = await child.line() {
                    lines.append(line)
                    if line.hasPrefix("drained") { break }
                }
                child.kill()
                lines += await child.lines()
                #expect(await child.end() == nil)
                let sequences = lines.filter { $0.hasPrefix("- ") }.compactMap { Int64($0.dropFirst(2)) }
                #expect(sequences.count >= 150 || told.count + sequences.count >= 590)
                #expect(told.isDisjoint(with: sequences), "none is offered a second time")
                told.formUnion(sequences)
            }
            #expect(FileStatus.freeBytes(at: path) == 0, "it was full all the time")
            let spool = try await Spool(SpoolSettings(path: path, minFreeDisk: 0)) { nil }
            let waiting = Set(await spool.oldest(.max).map(\.sequence))
            #expect(waiting.isDisjoint(with: told))
            // A kill may come between a note and its word to us, three times.
            #expect(told.count + waiting.count >= 600 - 3 * 10 && told.count + waiting.count <= 600)
            guard case .inMemory(_, let reason) = await spool.condition else {
                Issue.record("\(await spool.condition)")
                return
            }
            #expect(reason.kind == .diskFull)
            unlink(folder.file("small/ballast"))
            try await eventually { await spool.condition == .storing }
            await spool.close()
            let next = try await Spool(SpoolSettings(path: path, minFreeDisk: 0)) { nil }
            #expect(Set(await next.oldest(.max).map(\.sequence)) == waiting)
            let ledger = await next.ledger
            #expect(ledger.isBalanced && ledger.delivered == 600 - waiting.count)
            await next.close()
        }
    }

    @Test func `a file for deliveries that found no room is made when there is some`() async throws {
        try await onSmallDisk(messages: 20) {
            unlink(path + "-delivered")
            try takeEveryByte()
            let spool = try await Spool(SpoolSettings(path: path, minFreeDisk: 0)) { nil }
            await spool.delivered([1])
            #expect(await spool.condition != .storing)
            #expect(FileStatus(path + "-delivered").size < DeliveryNotes.bytes)
            unlink(folder.file("small/ballast"))
            try await eventually { await spool.condition == .storing }
            #expect(FileStatus(path + "-delivered").size == DeliveryNotes.bytes)
            // From here on it holds: the next full disk finds its blocks.
            try takeEveryByte()
            for sequence in Int64(2)...11 { await spool.delivered([sequence]) }
            #expect(await spool.condition != .storing)
            await spool.close()
            unlink(folder.file("small/ballast"))
            let next = try await Spool(SpoolSettings(path: path, minFreeDisk: 0)) { nil }
            #expect(await next.oldest(.max).map(\.sequence) == Array(12...20))
            await next.close()
        }
    }
}
