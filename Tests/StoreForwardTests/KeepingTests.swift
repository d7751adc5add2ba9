import Testing

@testable import StoreForward

/// What is kept beside the messages that wait: delivered ones, refusals, undated cycles, the good time.
@Suite(.timeLimit(.minutes(6)))
struct KeepingTests {
    let folder = TemporaryFolder()

    private func spool(
        keep: Duration? = nil, maxAge: Duration? = nil, maxBytes: Int = 1 << 20, minFree: Int = 0, now: Int64? = nil
    ) async throws -> Spool {
        try await Spool(
            SpoolSettings(
                path: folder.file("spool.db"), maxBytes: maxBytes, maxAge: maxAge, minFreeDisk: minFree,
                keepDelivered: keep)
        ) { now }
    }

    @Test func `what was delivered is kept and can be sent again, by stamps or by sequences`() async throws {
        let before = try await spool(keep: .seconds(1_000))
        for stamp in Int64(1)...10 { _ = try await before.append([UInt8(stamp)], stamp: stamp * 10) }
        await before.delivered(Array(1...8))
        #expect(await before.oldest(99).map(\.sequence) == [9, 10])
        #expect(await before.ledger.kept == 8)
        #expect(try await before.resend(stamps: 20...40) == 3)
        #expect(try await before.resend(sequences: 7...10) == 2, "what still waits needs no resend")
        #expect(try await before.resend(sequences: 7...8) == 0, "once is enough")
        await before.close()

        let spool = try await spool(keep: .seconds(1_000))
        #expect(await spool.oldest(99).map(\.sequence) == [9, 10], "not among those that wait for the first time")
        #expect(await spool.resends(2).map(\.sequence) == [2, 3])
        #expect(await spool.resends(99, after: 3).map(\.payload) == [[4], [7], [8]])
        #expect(await spool.resends(99).allSatisfy(\.isResend))
        await spool.delivered([2, 3, 9])
        let ledger = await spool.ledger
        #expect(ledger.resent.requested == 5 && ledger.resent.delivered == 2 && ledger.resent.waiting == 3)
        #expect(ledger.delivered == 9 && ledger.waiting == 1 && ledger.kept == 9 && ledger.isBalanced)
        await spool.close()
    }

    @Test func `what is kept goes when its time is over, and first when there is no room`() async throws {
        let first = try await spool(keep: .seconds(100), now: 1_000)
        for stamp in Int64(901)...910 { _ = try await first.append([1], stamp: stamp) }
        await first.delivered(Array(1...10))
        await first.close()
        let second = try await spool(keep: .seconds(100), now: 1_006)
        _ = try await second.append([1], stamp: 1_006)
        #expect(await second.ledger.kept == 5)
        #expect(await second.ledger.evicted.total == 0)
        await second.close()
        let third = try await spool(keep: .seconds(100), maxBytes: 6 * Spool.estimatedBytes(payload: 1), now: nil)
        for stamp in Int64(1_007)...1_009 { _ = try await third.append([1], stamp: stamp) }
        #expect(await third.ledger.kept == 2, "a clock that is not known ages nothing")
        #expect(await third.ledger.evicted.total == 0)
        #expect(await third.oldest(9).count == 4)
        #expect(await third.ledger.isBalanced)
        await third.close()
    }

    @Test func `messages that are too old are given up and counted so`() async throws {
        let first = try await spool()
        for stamp in Int64(1)...10 { _ = try await first.append([1], stamp: stamp * 100) }
        await first.close()
        let spool = try await spool(maxAge: .seconds(500), now: 1_050)
        _ = try await spool.append([1], stamp: 1_050)
        #expect(await spool.oldest(99).map(\.stamp) == [600, 700, 800, 900, 1_000, 1_050])
        #expect(await spool.ledger.evicted.age == 5)
        await spool.close()
    }

    @Test func `where the file system has too little room the spool grows no more`() async throws {
        let spool = try await spool(maxBytes: 1 << 30, minFree: .max)
        for stamp in Int64(1)...400 { _ = try await spool.append(payload(stamp, count: 9_000), stamp: stamp) }
        let ledger = await spool.ledger
        #expect(ledger.evicted.disk == 400 - ledger.waiting && ledger.evicted.disk > 250)
        #expect(await spool.oldest(999).last?.sequence == 400, "the newest stays")
        #expect(await spool.statistics().fileBytes < (1 << 20) + (5 << 20))
        await spool.close()
    }

    @Test func `the reason of a refusal stays with the message`() async throws {
        let before = try await spool()
        for stamp in Int64(1)...4 { _ = try await before.append([1], stamp: stamp) }
        await before.refused(2, reason: 135)
        await before.refused(3, reason: 151)
        await before.refused(3, reason: 149)
        await before.refused(4, reason: 16)
        await before.close()
        let spool = try await spool()
        #expect(await spool.oldest(9).map(\.refusal) == [nil, 135, 149, nil])
        #expect(await spool.ledger.refused == [135: 1, 149: 1])
        #expect(await spool.ledger.waiting == 4)
        await spool.delivered([2])
        #expect(await spool.ledger.refused == [149: 1])
        await spool.close()
    }

    @Test func `undated cycles wait across restarts, and are dated in one step and in order`() async throws {
        let before = try await spool()
        _ = try await before.append([9], stamp: 500)
        for number in UInt8(1)...3 {
            try await before.hold(undated: [number], bootID: "boot", uptime: .milliseconds(1_500 * Int(number)))
        }
        #expect(await before.oldest(9).count == 1)
        await before.close()
        let spool = try await spool()
        let undated = await spool.undated()
        #expect(undated.map(\.payload) == [[1], [2], [3]])
        #expect(undated.map(\.bootID) == ["boot", "boot", "boot"])
        #expect(undated.map(\.uptime) == [.milliseconds(1_500), .seconds(3), .milliseconds(4_500)])
        #expect(await spool.ledger.undated == 3)
        let dated = undated.map { DatedMessage(id: $0.id, payload: $0.payload + [0], stamp: 600 + $0.id) }
        let failure = await #expect(throws: SpoolFailure.self) {
            try await spool.date([DatedMessage(id: 1, payload: [1], stamp: 500)])
        }
        #expect(failure?.kind == .stampNotIncreasing(last: 500, given: 500))
        #expect(try await spool.date(dated + [DatedMessage(id: 99, payload: [1], stamp: 700)]) == [2, 3, 4])
        #expect(await spool.oldest(9).map(\.payload) == [[9], [1, 0], [2, 0], [3, 0]])
        #expect(await spool.undated().isEmpty)
        let ledger = await spool.ledger
        #expect(ledger.accepted == 4 && ledger.waiting == 4 && ledger.isBalanced)
        #expect(await spool.lastStamp == 700)
        await spool.close()
    }

    @Test func `the good time reaches the disk along with a message, and costs no row of its own`() async throws {
        let before = try await spool()
        #expect(await before.lastGoodTime == nil)
        await before.noteGoodTime(1_000)
        _ = try await before.append([1], stamp: 1_005)
        await before.delivered([1])
        await before.close()
        let spool = try await spool()
        #expect(await spool.lastGoodTime == 1_000)
        await spool.close()
    }

    @Test func `a spool of schema 1 keeps everything`() async throws {
        for name in ["schema-1-killed.db", "schema-1-killed.db-wal"] {
            folder.write(fixture(name), to: name.replacing("schema-1-killed", with: "spool"))
        }
        let spool = try await spool()
        let messages = await spool.oldest(99)
        #expect(messages.map(\.sequence) == Array(18...54))
        for message in messages {
            #expect(message.stamp == message.sequence)
            #expect(message.payload == payload(message.stamp, count: 100 + Int(message.stamp)))
        }
        #expect(await spool.takeRepairs().isEmpty)
        #expect(await spool.ledger.delivered == 17)
        await spool.delivered([18])
        await spool.refused(19, reason: 135)
        #expect(try await spool.append([1], stamp: 1_000) == 55)
        await spool.close()
        let again = try await self.spool()
        #expect(await again.oldest(99).map(\.sequence) == Array(19...55))
        #expect(await again.oldest(1).first?.refusal == 135)
        await again.close()
    }

    @Test func `a damaged spool of schema 1 is salvaged`() async throws {
        var database = fixture("schema-1-killed.db")
        database.replaceSubrange(0..<16, with: repeatElement(0, count: 16))
        folder.write(database, to: "spool.db")
        folder.write(fixture("schema-1-killed.db-wal"), to: "spool.db-wal")
        let spool = try await spool()
        #expect(await spool.takeRepairs().first?.salvaged == 37)
        #expect(await spool.oldest(99).map(\.sequence) == Array(18...54))
        #expect(try await spool.append([1], stamp: 1_000) > 54)
        await spool.close()
    }

    @Test func `the mark of schema 1, and what it evicted, are known`() async throws {
        folder.write(fixture("schema-1-closed.db"), to: "spool.db")
        let database = try SQLiteDatabase(path: folder.file("spool.db"), action: "")
        try database.execute("UPDATE eviction SET messages = 7", action: "")
        let spool = try await spool()
        #expect(await spool.lastStamp == 288)
        let ledger = await spool.ledger
        #expect(ledger.accepted == 288 && ledger.evicted.size == 7 && ledger.delivered == 281 && ledger.isBalanced)
        #expect(try await spool.append([1], stamp: 289) == 289)
        await spool.close()
    }
}

/// A file that an earlier release wrote.
private func fixture(_ name: String) -> [UInt8] {
    let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    return TemporaryFolder.bytes("\(folder)/Fixtures/\(name)")
}
