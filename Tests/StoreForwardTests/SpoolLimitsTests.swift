import StoreForward
import Testing

@Suite(.timeLimit(.minutes(6)))
struct SpoolLimitsTests {
    let folder = TemporaryFolder()

    private func spool(messages: Int) async throws -> Spool {
        let bytes = messages * Spool.estimatedBytes(payload: 600)
        return try await Spool(SpoolSettings(path: folder.file("spool.db"), maxBytes: bytes)) { nil }
    }

    @Test func `the oldest leave when the spool is full, and are counted`() async throws {
        let spool = try await spool(messages: 10)
        for stamp in Int64(1)...10 { _ = try await spool.append(payload(stamp, count: 600), stamp: stamp) }
        #expect(await spool.statistics().evicted == 0)
        for stamp in Int64(11)...25 { _ = try await spool.append(payload(stamp, count: 600), stamp: stamp) }
        #expect(await spool.oldest(99).map(\.stamp) == Array(16...25))
        #expect(await spool.statistics().evicted == 15)
        #expect(await spool.statistics().messages == 10)
        #expect(await spool.ledger.delivered == 0)
    }

    @Test func `the count of the evicted survives restarts`() async throws {
        for round in Int64(0)..<4 {
            let spool = try await spool(messages: 5)
            for stamp in 1...Int64(10) {
                _ = try await spool.append(payload(stamp, count: 600), stamp: round * 10 + stamp)
            }
            await spool.close()
        }
        let spool = try await spool(messages: 5)
        #expect(await spool.statistics().evicted == 35)
        #expect(await spool.oldest(99).map(\.stamp) == Array(36...40))
    }

    @Test func `one large message may take the place of many`() async throws {
        let spool = try await spool(messages: 10)
        for stamp in Int64(1)...10 { _ = try await spool.append(payload(stamp, count: 600), stamp: stamp) }
        _ = try await spool.append(payload(11, count: 4_000), stamp: 11)
        let statistics = await spool.statistics()
        #expect(await spool.oldest(99).last?.payload == payload(11, count: 4_000))
        #expect(statistics.evicted + statistics.messages == 11)
        #expect(statistics.estimatedBytes <= 10 * Spool.estimatedBytes(payload: 600))
    }

    @Test func `a message that never fits is refused and nothing is evicted for it`() async throws {
        let spool = try await spool(messages: 10)
        _ = try await spool.append([1], stamp: 1)
        let failure = await #expect(throws: SpoolFailure.self) {
            try await spool.append(payload(1, count: 10_000), stamp: 2)
        }
        #expect(failure?.kind == .payloadSize(bytes: 10_000))
        #expect(await spool.oldest(9).map(\.stamp) == [1])
        #expect(try await spool.append([1], stamp: 2) == 2)
    }

    @Test func `a smaller limit takes effect with the next append`() async throws {
        let before = try await spool(messages: 20)
        for stamp in Int64(1)...20 { _ = try await before.append(payload(stamp, count: 600), stamp: stamp) }
        await before.close()
        let after = try await spool(messages: 3)
        #expect(await after.oldest(99).count == 20)
        _ = try await after.append(payload(21, count: 600), stamp: 21)
        #expect(await after.oldest(99).map(\.stamp) == [19, 20, 21])
        #expect(await after.statistics().evicted == 18)
    }

    @Test func `a removed last message is not evicted`() async throws {
        let spool = try await spool(messages: 1)
        for stamp in Int64(1)...5 {
            let sequence = try await spool.append(payload(stamp, count: 600), stamp: stamp)
            await spool.delivered([sequence])
        }
        #expect(await spool.statistics().evicted == 0)
        #expect(await spool.statistics().estimatedBytes == 0)
    }

    @Test(arguments: [20, 50, 100, 350, 600, 1_000, 1_500, 1_978, 1_990, 2_100, 3_000, 4_500, 10_000, 50_000])
    func `the estimate is close to the file, and rather above it`(bytes: Int) async throws {
        let spool = try await Spool(SpoolSettings(path: folder.file("spool.db"), maxBytes: 1 << 30)) { nil }
        let count = min(5_000, max(300, 200_000 / bytes))
        for stamp in Int64(1)...Int64(count) {
            _ = try await spool.append(payload(stamp, count: bytes), stamp: 1_770_000_000 + stamp)
        }
        await spool.close()
        let file = Double(folder.read("spool.db").count - 5 * 4_096)
        let estimate = Double(count * Spool.estimatedBytes(payload: bytes))
        #expect(estimate / file > 0.98 && estimate / file < 1.15, "\(estimate / file)")
    }
}
