import Testing
import WriteRecorder

@testable import StoreForward

/// `durability: offline-only`: nothing is written while the broker takes everything at once.
@Suite(.timeLimit(.minutes(6)))
struct OfflineOnlyTests {
    let folder = TemporaryFolder()

    private func spool(after delay: Duration) async throws -> Spool {
        try await Spool(SpoolSettings(path: folder.file("spool.db"), durability: .offlineOnly(after: delay))) { nil }
    }

    @Test func `a day in which the broker takes everything writes two pages`() async throws {
        let spool = try await spool(after: .seconds(60))
        let watch = recorder_watch(folder.path)
        for stamp in Int64(1)...288 {
            let sequence = try await spool.append(payload(stamp, count: 600), stamp: stamp)
            #expect(await spool.oldest(9).map(\.sequence) == [sequence])
            await spool.delivered([sequence])
        }
        let cost = Recording(before: [:], watch: watch, folder: folder.path).cost
        print("offline-only, 288 messages delivered at once: \(cost.syncs) syncs, \(cost.bytes) bytes")
        // The numbers are reserved twice.
        #expect(cost.syncs <= 6 && cost.bytes < 40_000)
        let ledger = await spool.ledger
        #expect(ledger.delivered == 288 && ledger.isBalanced)
        await spool.close()
        let next = try await self.spool(after: .seconds(60))
        #expect(await next.ledger.delivered == 288)
        #expect(await next.ledger.unknown == 0)
        #expect(try await next.append([1], stamp: 1_000) == 289)
        await next.close()
    }

    @Test func `what the broker does not take is written down when its time is over`() async throws {
        let spool = try await spool(after: .seconds(3))
        for stamp in Int64(1)...5 { _ = try await spool.append([UInt8(stamp)], stamp: stamp) }
        await spool.refused(2, reason: 135)
        #expect(await spool.statistics().inMemory == 5)
        try await eventually { await spool.statistics().inMemory == 0 }
        #expect(await spool.oldest(9).map(\.refusal) == [nil, 135, nil, nil, nil])
        // A crash now: the file is looked at as it lies.
        let visit = try SpoolVisit(path: folder.file("spool.db"))
        #expect(visit.ledger.waiting == 5)
        await spool.close()
    }

    @Test func `an orderly end writes everything down`() async throws {
        let spool = try await spool(after: .seconds(60))
        for stamp in Int64(1)...5 { _ = try await spool.append([UInt8(stamp)], stamp: stamp) }
        await spool.delivered([5])
        await spool.close()
        let next = try await self.spool(after: .seconds(60))
        #expect(await next.oldest(9).map(\.sequence) == [1, 2, 3, 4])
        #expect(await next.ledger.delivered == 1)
        #expect(try await next.append([1], stamp: 6) == 6)
        await next.close()
    }

    @Test func `after a kill no number comes again, and what is not known is counted so`() async throws {
        let child = try Child([spoolWriter, "offline", folder.file("spool.db")])
        while await child.line() != "+ 300" {}
        child.kill()
        let last = await child.lines().compactMap { Int64($0.dropFirst(2)) }.max() ?? 300
        _ = await child.end()
        let spool = try await spool(after: .seconds(60))
        let ledger = await spool.ledger
        #expect(ledger.isBalanced && ledger.unknown > 0 && ledger.unknown <= 256 * 2)
        #expect(try await spool.append([1], stamp: 1_000_000) > last)
        await spool.close()
    }
}
