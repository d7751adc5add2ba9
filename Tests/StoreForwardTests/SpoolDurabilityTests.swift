import Glibc
import StoreForward
import Testing
import WriteRecorder

@Suite(.serialized, .timeLimit(.minutes(isLongRun ? 60 : 15)))
struct SpoolDurabilityTests {
    let folder = TemporaryFolder()

    @Test func `what was acknowledged survives kills at random moments`() async throws {
        let path = folder.file("spool.db")
        var random = SplitMix(state: 20_260_218)
        var stored: Set<Int64> = []
        var last: Int64 = 0
        var kills = 0
        let rounds = isLongRun ? 1_000 : 100
        while kills < rounds || last < 200 {
            let child = try Child([spoolWriter, "endless", path])
            // Every other one is killed while it starts, which on a slow machine takes longer than the wait.
            if kills % 2 == 1 { #expect(await child.line() == "open") }
            try await Task.sleep(for: .milliseconds(Int.random(in: 5...70, using: &random)))
            child.kill()
            let lines = await child.lines()
            #expect(await child.end() == nil, "\(lines.suffix(1))")
            kills += 1
            for line in lines where line != "open" {
                let number = try #require(Int64(line.dropFirst(2)), "\(line)")
                if line.hasPrefix("+") {
                    stored.insert(number)
                    last = number
                } else {
                    stored.remove(number)
                }
            }

            let spool = try await Spool(SpoolSettings(path: path, maxBytes: 1 << 30)) { nil }
            let messages = await spool.oldest(.max)
            let found = Set(messages.map(\.sequence))
            // One operation may have reached the disk without its word having reached us: the next append, or the
            // removal of the oldest.
            #expect(found.subtracting(stored).isSubset(of: [last + 1]), "round \(kills)")
            #expect(stored.subtracting(found).isSubset(of: Set([stored.min()].compactMap { $0 })), "round \(kills)")
            #expect(stored.symmetricDifference(found).count <= 1, "round \(kills)")
            for message in messages {
                #expect(message.stamp == message.sequence)
                #expect(message.payload == payload(message.stamp, count: 100 + Int(message.stamp % 3_000)))
            }
            last = await spool.lastStamp ?? 0
            stored = found
            let ledger = await spool.ledger
            #expect(ledger.isBalanced && ledger.accepted == last && ledger.waiting == found.count, "\(ledger)")
            #expect(ledger.delivered == Int(last) - found.count, "nothing was given up: \(ledger)")
            await spool.close()
        }
    }

    @Test(.enabled("needs strace(1) and the right to trace") { await canTrace() })
    func `a day costs what was promised, and each append is synced`() async throws {
        let trace = folder.file("trace")
        let child = try Child([
            "/usr/bin/strace", "-f", "-s", "8", "-o", trace, "-e", "trace=write,pwrite64,fdatasync,fsync", spoolWriter,
            "day",
            folder.file("spool.db"),
        ])
        _ = await child.lines()
        #expect(await child.end() == 0)
        let calls = String(decoding: folder.read("trace"), as: UTF8.self).split(separator: "\n")
        // Only the thread of the spool; the helper's own words go out on another.
        let day = calls.drop { !$0.contains("\"open") }.dropFirst().prefix { !$0.contains("\"done") }
        let syncs = day.filter { $0.contains("sync(") }.count
        let bytes = day.filter { $0.contains("pwrite64(") }.reduce(0) { sum, call in
            sum + (call.split(separator: " ").last.flatMap { Int($0) } ?? 0)
        }
        #expect(syncs >= 2 * 288, "every append and every removal is synced")
        #expect(syncs <= 600)
        #expect(bytes >= 288 * 600)
        #expect(bytes <= 2_400 * 1_024)
    }

    @Test func `with NORMAL a day is written and hardly synced`() async throws {
        let spool = try await Spool(SpoolSettings(path: folder.file("spool.db"), durability: .normal)) { nil }
        let watch = recorder_watch(folder.path)
        for stamp in Int64(1)...288 {
            let sequence = try await spool.append(payload(stamp, count: 600), stamp: stamp)
            await spool.delivered([sequence])
        }
        let cost = Recording(before: [:], watch: watch, folder: folder.path).cost
        print("normal, 288 messages delivered at once: \(cost.syncs) syncs, \(cost.bytes) bytes")
        // Two reservations of numbers, and no checkpoint before a thousand pages.
        #expect((2...20).contains(cost.syncs))
        #expect((288 * 600...2_500 * 1_024).contains(cost.bytes))
        await spool.close()
    }
}

private func canTrace() async -> Bool {
    guard let child = try? Child(["/usr/bin/strace", "-o", "/dev/null", "/bin/true"]) else { return false }
    return await child.end() == 0
}
