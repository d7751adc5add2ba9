import StoreForward
import Testing

@Suite(.timeLimit(.minutes(6)))
struct SpoolTests {
    let folder = TemporaryFolder()

    func spool(maxBytes: Int = 1 << 20) async throws -> Spool {
        try await Spool(SpoolSettings(path: folder.file("spool.db"), maxBytes: maxBytes)) { nil }
    }

    @Test func `what goes in comes out, oldest first`() async throws {
        let spool = try await spool()
        for stamp: Int64 in [10, 20, 30, 40] { _ = try await spool.append(payload(stamp, count: 50), stamp: stamp) }
        let messages = await spool.oldest(3)
        #expect(messages.map(\.stamp) == [10, 20, 30])
        #expect(messages.map(\.sequence) == [1, 2, 3])
        #expect(messages.map(\.payload) == [10, 20, 30].map { payload($0, count: 50) })
        #expect(await spool.oldest(10, after: 2).map(\.stamp) == [30, 40])
        #expect(await spool.oldest(10, after: 4).isEmpty)
        #expect(await spool.oldest(0).isEmpty)
        #expect(await spool.oldest(-1).isEmpty)
    }

    @Test func `every byte comes back as it was`() async throws {
        let spool = try await spool()
        let all = (0...255).map { UInt8($0) }
        let long = payload(7, count: 100_000)
        _ = try await spool.append(all, stamp: 1)
        _ = try await spool.append([0], stamp: 2)
        _ = try await spool.append(long, stamp: 3)
        #expect(await spool.oldest(3).map(\.payload) == [all, [0], long])
    }

    @Test func `removing takes what was named and nothing else`() async throws {
        let spool = try await spool()
        for stamp in Int64(1)...6 { _ = try await spool.append([1], stamp: stamp) }
        await spool.delivered([2, 4, 4, 99, -1])
        #expect(await spool.oldest(10).map(\.sequence) == [1, 3, 5, 6])
        await spool.delivered([])
        await spool.delivered([2])
        #expect(await spool.statistics().messages == 4)
        #expect(await spool.ledger.delivered == 2)
    }

    @Test func `a restart changes nothing`() async throws {
        let before = try await spool()
        for stamp in Int64(1)...5 { _ = try await before.append(payload(stamp, count: 400), stamp: stamp) }
        await before.delivered([1, 3])
        let messages = await before.oldest(10)
        let statistics = await before.statistics()
        await before.close()
        let after = try await spool()
        #expect(await after.oldest(10) == messages)
        #expect(messages.map(\.sequence) == [2, 4, 5])
        #expect(await after.statistics().payloadBytes == statistics.payloadBytes)
        #expect(await after.statistics().estimatedBytes == statistics.estimatedBytes)
    }

    @Test func `sequence and stamp go on after a restart of an empty spool`() async throws {
        let first = try await spool()
        #expect(await first.lastStamp == nil)
        for stamp in Int64(1)...3 { _ = try await first.append([1], stamp: stamp * 100) }
        await first.delivered([1, 2, 3])
        #expect(await first.oldest(10).isEmpty)
        await first.close()

        let second = try await spool()
        #expect(await second.lastStamp == 300)
        #expect(await second.oldest(10).isEmpty)
        let statistics = await second.statistics()
        #expect(statistics.messages == 0 && statistics.payloadBytes == 0 && statistics.estimatedBytes == 0)
        #expect(statistics.oldestStamp == nil && statistics.inMemory == 0)
        await second.delivered([3])
        #expect(try await second.append([2], stamp: 301) == 4)
        #expect(await second.oldest(10).map(\.sequence) == [4])
    }

    @Test func `an emptied row is gone after the next append`() async throws {
        let first = try await spool()
        for stamp in Int64(1)...20 { await first.delivered([try await first.append([1], stamp: stamp)]) }
        _ = try await first.append([1], stamp: 21)
        await first.close()
        #expect(try rows() == [21])
    }

    @Test(arguments: [100, 99, 0, Int64.min])
    func `a stamp that does not grow is refused`(stamp: Int64) async throws {
        let spool = try await spool()
        _ = try await spool.append([1], stamp: 100)
        await spool.delivered([1])
        let failure = await #expect(throws: SpoolFailure.self) { try await spool.append([2], stamp: stamp) }
        #expect(failure?.kind == .stampNotIncreasing(last: 100, given: stamp))
        #expect(failure?.scope == .message)
        #expect(await spool.oldest(10).isEmpty)
        #expect(try await spool.append([3], stamp: 101) == 2)
    }

    @Test func `the first stamp may be any number`() async throws {
        let spool = try await spool()
        _ = try await spool.append([1], stamp: -5)
        _ = try await spool.append([1], stamp: 0)
        #expect(await spool.lastStamp == 0)
        #expect(await spool.statistics().oldestStamp == -5)
    }

    @Test func `an empty payload is refused`() async throws {
        let spool = try await spool()
        let failure = await #expect(throws: SpoolFailure.self) { try await spool.append([], stamp: 1) }
        #expect(failure?.kind == .payloadSize(bytes: 0))
        #expect(await spool.lastStamp == nil)
    }

    @Test func `the statistics count`() async throws {
        let spool = try await spool()
        for stamp in Int64(1)...4 { _ = try await spool.append(payload(1, count: 600), stamp: stamp) }
        await spool.delivered([1])
        let statistics = await spool.statistics()
        #expect(statistics.messages == 3)
        #expect(statistics.payloadBytes == 1_800)
        #expect(statistics.estimatedBytes == 3 * Spool.estimatedBytes(payload: 600))
        #expect(statistics.fileBytes >= 1_800)
        #expect(statistics.oldestStamp == 2)
        #expect(statistics.evicted == 0)
        #expect(await spool.ledger.delivered == 1)
    }

    @Test func `a closed spool says so`() async throws {
        let spool = try await spool()
        _ = try await spool.append([1], stamp: 5)
        await spool.close()
        await spool.close()
        let failure = await #expect(throws: SpoolFailure.self) { try await spool.append([1], stamp: 9) }
        #expect(failure?.kind == .closed)
        #expect(await spool.oldest(1).isEmpty)
    }

    @Test func `a spool that nobody closed can be opened again`() async throws {
        for stamp in Int64(1)...20 {
            // Its end may come a moment after its last use.
            let spool = try await opened()
            _ = try await spool.append([1], stamp: stamp)
        }
        #expect(try await opened().oldest(100).map(\.stamp) == Array(1...20))
    }

    private func opened() async throws -> Spool {
        for _ in 0..<1_000 {
            do { return try await spool() } catch { #expect((error as? SpoolFailure)?.kind == .inUse) }
            await Task.yield()
        }
        return try await spool()
    }
}
