import Glibc
import Testing
import WriteRecorder

@testable import StoreForward

/// What the broker took while the disk was full is not offered again by the next life.
///
/// A kill leaves what the kernel has of the files: a copy of them, taken while the spool is at work, is the same.
@Suite(.timeLimit(.minutes(6)))
struct DeliveryNotesTests {
    let folder = TemporaryFolder(inMemory: true)
    let second = TemporaryFolder(inMemory: true)
    let third = TemporaryFolder(inMemory: true)
    private static let files = ["spool.db", "spool.db-wal", "spool.db-delivered"]

    init() {
        // Before a spool is opened: its files do not fail otherwise.
        recorder_install()
    }

    private func spool(in folder: TemporaryFolder, keep: Duration? = nil) async throws -> Spool {
        try await Spool(SpoolSettings(path: folder.file("spool.db"), keepDelivered: keep)) { 1_000 }
    }

    private func fill(_ spool: Spool, _ stamps: ClosedRange<Int64>) async throws {
        for stamp in stamps { _ = try await spool.append(payload(stamp, count: 300), stamp: stamp) }
    }

    /// Delivers the oldest, ten at a time.
    private func drain(_ spool: Spool, _ count: Int) async {
        for _ in 0..<count / 10 { await spool.delivered(await spool.oldest(10).map(\.sequence)) }
    }

    /// What a kill -9 leaves behind now, in another place.
    private func leave(_ folder: TemporaryFolder, in other: TemporaryFolder) {
        for name in Self.files where folder.names.contains(name) { other.write(folder.read(name), to: name) }
    }

    @Test(arguments: [ENOSPC, EDQUOT])
    func `kills on a full disk send nothing again that was delivered`(error: Int32) async throws {
        let first = try await spool(in: folder)
        try await fill(first, 1...500)
        let watches = [recorder_watch(folder.path), recorder_watch(second.path)]
        defer { watches.forEach(recorder_forget) }
        for watch in watches { recorder_fail(watch, error, 0) }
        await drain(first, 300)
        leave(folder, in: second)

        // The disk is full still.
        let next = try await spool(in: second)
        #expect(await next.oldest(.max).map(\.sequence) == Array(301...500))
        var ledger = await next.ledger
        #expect(ledger.isBalanced && ledger.delivered == 300 && ledger.waiting == 200)
        guard case .inMemory = await next.condition else {
            Issue.record("\(await next.condition)")
            return
        }
        await drain(next, 100)
        leave(second, in: third)

        let last = try await spool(in: third)
        #expect(await last.condition == .storing)
        #expect(await last.oldest(.max).map(\.sequence) == Array(401...500))
        ledger = await last.ledger
        #expect(ledger.isBalanced && ledger.delivered == 400 && ledger.waiting == 100)
        #expect(try await last.append([1], stamp: 501) == 501)
        await last.close()
        let notes = try #require(DeliveryNotes(spool: third.file("spool.db")))
        #expect(notes.stretches.isEmpty, "they are in the database")
        #expect(third.read("spool.db-delivered").count == DeliveryNotes.bytes)
    }

    @Test func `a disk that fails is asked for no notes`() async throws {
        let spool = try await spool(in: folder)
        try await fill(spool, 1...30)
        let watch = recorder_watch(folder.path)
        defer { recorder_forget(watch) }
        recorder_fail(watch, EIO, 0)
        let before = folder.read("spool.db-delivered")
        await spool.delivered(Array(1...20))
        #expect(await spool.oldest(.max).map(\.sequence) == Array(21...30))
        #expect(folder.read("spool.db-delivered") == before)
        recorder_fail(watch, 0, 0)
        try await eventually { await spool.condition == .storing }
        #expect(await spool.ledger.delivered == 20)
        await spool.close()
    }

    @Test func `what was sent again on demand is not sent a third time`() async throws {
        let first = try await spool(in: folder, keep: .seconds(1_000_000))
        try await fill(first, 1...100)
        await first.delivered(Array(1...80))
        #expect(try await first.resend(sequences: 11...40) == 30)
        let watch = recorder_watch(folder.path)
        defer { recorder_forget(watch) }
        recorder_fail(watch, ENOSPC, 0)
        await first.delivered(Array(11...30) + Array(81...90))
        #expect(await first.resends(.max).map(\.sequence) == Array(31...40))
        #expect(await first.resends(3, after: 12).map(\.sequence) == [31, 32, 33])
        let before = await first.ledger
        #expect(before.resent.delivered == 20 && before.resent.waiting == 10 && before.kept == 80 && before.isBalanced)
        leave(folder, in: second)
        let next = try await spool(in: second, keep: .seconds(1_000_000))
        #expect(await next.resends(.max).map(\.sequence) == Array(31...40))
        #expect(await next.oldest(.max).map(\.sequence) == Array(91...100))
        let ledger = await next.ledger
        #expect(ledger.resent.delivered == 20 && ledger.resent.waiting == 10 && ledger.kept == 90 && ledger.isBalanced)
        await next.close()
    }

    /// The end of the outage: the database has the deliveries, and the kill comes before the notes are cleared.
    @Test func `notes that are out of date take nothing`() async throws {
        let first = try await spool(in: folder)
        try await fill(first, 1...100)
        let watch = recorder_watch(folder.path)
        defer { recorder_forget(watch) }
        recorder_fail(watch, ENOSPC, 0)
        await first.delivered(Array(1...30) + Array(51...60))
        let notes = folder.read("spool.db-delivered")
        recorder_fail(watch, 0, 0)
        try await eventually { await first.condition == .storing }
        await first.close()
        folder.write(notes, to: "spool.db-delivered")
        let next = try await spool(in: folder)
        #expect(await next.oldest(.max).map(\.sequence) == Array(31...50) + Array(61...100))
        let ledger = await next.ledger
        #expect(ledger.isBalanced && ledger.delivered == 40 && ledger.waiting == 60)
        await next.close()

        // A spool that was made anew gives the same numbers to other messages.
        let other = try await spool(in: second)
        try await fill(other, 1_001...1_100)
        await other.delivered([1])
        await other.close()
        second.write(notes, to: "spool.db-delivered")
        let found = try await spool(in: second)
        #expect(await found.oldest(.max).map(\.sequence) == Array(2...100), "none of them was ever delivered")
        await found.close()
        #expect(try #require(DeliveryNotes(spool: second.file("spool.db"))).stretches.isEmpty)
    }

    /// A commit that failed may be in the log all the same, and takes an end of a stretch with it.
    @Test func `a stretch counts as long as one of its ends is as it was`() async throws {
        let first = try await spool(in: folder)
        try await fill(first, 1...50)
        await first.delivered(Array(31...40))
        await first.close()
        let notes = try #require(DeliveryNotes(spool: folder.file("spool.db")))
        #expect(
            notes.write(
                [
                    DeliveryNotes.Stretch(first: 11, last: 40, firstStamp: 11, lastStamp: 40),
                    DeliveryNotes.Stretch(first: 1, last: 5, firstStamp: 1, lastStamp: 6),
                    DeliveryNotes.Stretch(first: 45, last: 1 << 60, firstStamp: 45, lastStamp: 99),
                ], given: .init()))
        let next = try await spool(in: folder)
        #expect(await next.oldest(.max).map(\.sequence) == Array(1...10) + Array(41...44))
        #expect(await next.ledger.isBalanced)
        await next.close()
    }

    /// Whoever is started again within the same second would else send two messages of one time.
    @Test func `numbers that were given on a full disk are not given again after a kill, and are accounted for`()
        async throws
    {
        let first = try await spool(in: folder)
        try await fill(first, 1...50)
        let watch = recorder_watch(folder.path)
        recorder_fail(watch, ENOSPC, 0)
        #expect(try await first.append([1], stamp: 70) == 51)
        #expect(try await first.append([2], stamp: 71) == 52)
        guard case .inMemory = await first.condition else {
            Issue.record("\(await first.condition)")
            return
        }
        await first.delivered([52])
        leave(folder, in: second)
        recorder_forget(watch)

        // The next life meets the full disk, too.
        let full = recorder_watch(second.path)
        recorder_fail(full, ENOSPC, 0)
        let next = try await spool(in: second)
        #expect(await next.lastStamp == 71)
        await #expect(throws: SpoolFailure.self) { _ = try await next.append([3], stamp: 71) }
        #expect(try await next.append([3], stamp: 72) == 53)
        var ledger = await next.ledger
        #expect(ledger.isBalanced && ledger.accepted == 53 && ledger.unknown == 2 && ledger.waiting == 51)
        leave(second, in: third)
        recorder_forget(full)

        // And the one after it a disk with room.
        let last = try await spool(in: third)
        ledger = await last.ledger
        #expect(ledger.isBalanced && ledger.accepted == 53 && ledger.unknown == 3 && ledger.waiting == 50)
        #expect(try await last.append([4], stamp: 73) == 54)
        await last.close()
        let later = try await spool(in: third)
        #expect(await later.lastStamp == 73)
        ledger = await later.ledger
        #expect(ledger.isBalanced && ledger.accepted == 54 && ledger.unknown == 3 && ledger.waiting == 51)
        #expect(ledger.delivered == 0)
        await later.close()
    }

    @Test func `numbers of another spool are not taken up`() async throws {
        let first = try await spool(in: folder)
        try await fill(first, 1...50)
        let watch = recorder_watch(folder.path)
        recorder_fail(watch, ENOSPC, 0)
        _ = try await first.append([1], stamp: 70)
        leave(folder, in: second)
        recorder_forget(watch)
        for name in ["spool.db", "spool.db-wal"] { unlink(second.file(name)) }
        let other = try await spool(in: second)
        #expect(await other.ledger == Ledger())
        #expect(try await other.append([2], stamp: 71) == 1)
        await other.close()
    }

    @Test func `more gaps than the file holds cost repeats and nothing else`() async throws {
        let count = Int64(2 * DeliveryNotes.most + 200)
        let first = try await spool(in: folder)
        for stamp in 1...count { _ = try await first.append([1], stamp: stamp) }
        let watch = recorder_watch(folder.path)
        defer { recorder_forget(watch) }
        recorder_fail(watch, ENOSPC, 0)
        let odd = Array(stride(from: 1, to: count, by: 2))
        await first.delivered(odd)
        leave(folder, in: second)
        let next = try await spool(in: second)
        let waiting = Set(await next.oldest(.max).map(\.sequence))
        #expect(waiting.isSuperset(of: stride(from: 2, through: count, by: 2)))
        #expect(waiting.intersection(odd).count == odd.count - DeliveryNotes.most)
        await next.close()
    }

    // MARK: - The file

    @Test func `a torn write leaves what was said before`() throws {
        let path = folder.file("spool.db")
        let notes = try #require(DeliveryNotes(spool: path))
        #expect(notes.isAllocated && notes.stretches.isEmpty)
        var random = SplitMix(state: 34)
        var said: [DeliveryNotes.Stretch] = []
        for round in 1...40 {
            let before = folder.read("spool.db-delivered")
            let stretches = (0..<Int64.random(in: 0...200, using: &random)).map { index in
                let first = index * 100 + Int64(round)
                return DeliveryNotes.Stretch(first: first, last: first + 7, firstStamp: first * 3, lastStamp: first * 5)
            }
            let given = DeliveryNotes.Given(sequence: Int64(round), stamp: 7, stored: Int64(-round))
            #expect(notes.write(stretches, given: given))
            let after = folder.read("spool.db-delivered")
            for _ in 0..<20 {
                var torn = before
                for sector in stride(from: 0, to: torn.count, by: 512) where Bool.random(using: &random) {
                    torn.replaceSubrange(sector..<sector + 512, with: after[sector..<sector + 512])
                }
                second.write(torn, to: "spool.db-delivered")
                let found = try #require(DeliveryNotes(spool: second.file("spool.db"))).stretches
                #expect(found == said || found == stretches, "round \(round)")
            }
            said = stretches
            second.write(after, to: "spool.db-delivered")
            let whole = try #require(DeliveryNotes(spool: second.file("spool.db")))
            #expect(whole.stretches == said && whole.given == given)
        }
    }

    @Test func `garbage, a file of another length and a flipped bit say nothing wrong`() throws {
        let path = folder.file("spool.db")
        var notes = DeliveryNotes(spool: path)
        let stretch = DeliveryNotes.Stretch(first: 1, last: 9, firstStamp: 10, lastStamp: 90)
        #expect(notes?.write([stretch], given: .init()) == true)
        notes = nil
        let whole = folder.read("spool.db-delivered")
        #expect(whole.count == DeliveryNotes.bytes)
        for bit in 0..<64 * 8 {
            var bytes = whole
            bytes[DeliveryNotes.bytes / 2 + bit / 8] ^= 1 << UInt8(bit % 8)
            folder.write(bytes, to: "spool.db-delivered")
            #expect(try #require(DeliveryNotes(spool: path)).stretches.isEmpty, "bit \(bit)")
        }
        for count in [0, 1, 100, 40_000, 65_535, 70_000] {
            folder.write(payload(5, count: count), to: "spool.db-delivered")
            let notes = try #require(DeliveryNotes(spool: path))
            #expect(notes.stretches.isEmpty && notes.write([stretch], given: .init()))
            #expect(try #require(DeliveryNotes(spool: path)).stretches == [stretch], "\(count)")
        }
    }
}
