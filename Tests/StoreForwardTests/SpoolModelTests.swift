import Testing

@testable import StoreForward

/// The spool against a plain array that does the same by its simplest rules.
@Suite(.timeLimit(.minutes(6)))
struct SpoolModelTests {
    let folder = TemporaryFolder()

    private struct Model {
        var stored: [StoredMessage] = []
        var last: (sequence: Int64, stamp: Int64)?
        var evicted = 0
        var delivered = 0
        var kept: [StoredMessage] = []
        var wanted: [StoredMessage] = []
        var requested = 0
        var redelivered = 0
        var undated: [UndatedMessage] = []

        mutating func deliver(_ sequences: [Int64], keeps: Bool) {
            for message in stored where sequences.contains(message.sequence) {
                delivered += 1
                if keeps { kept.append(message) }
            }
            stored.removeAll { sequences.contains($0.sequence) }
            for message in wanted where sequences.contains(message.sequence) {
                redelivered += 1
                kept.append(message)
            }
            wanted.removeAll { sequences.contains($0.sequence) }
            kept.sort { $0.sequence < $1.sequence }
        }

        /// What leaves when there is no room: the kept ones first, then the oldest, then what is wanted again.
        mutating func shrink(to limit: Int) {
            while bytes > limit {
                if !kept.isEmpty {
                    kept.removeFirst()
                } else if !stored.isEmpty {
                    stored.removeFirst()
                    evicted += 1
                } else if !wanted.isEmpty {
                    wanted.removeFirst()
                } else {
                    undated.removeFirst()
                    evicted += 1
                }
            }
        }

        var payloads: [Int] {
            (stored + kept + wanted).map(\.payload.count) + undated.map(\.payload.count)
        }

        var bytes: Int { payloads.reduce(0) { $0 + Spool.estimatedBytes(payload: $1) } }
    }

    @Test(arguments: isLongRun ? Array(1...200) : [1, 2, 3, 4])
    func `thousands of random operations agree with a plain array`(seed: UInt64) async throws {
        var random = SplitMix(state: seed)
        var model = Model()
        let limit = 40_000
        let keeps = seed % 2 == 0
        let settings = SpoolSettings(
            path: folder.file("spool.db"), maxBytes: limit, minFreeDisk: 0,
            durability: seed % 4 == 3 ? .normal : .full, keepDelivered: keeps ? .seconds(1_000_000) : nil)
        var spool = try await Spool(settings) { nil }
        for step in 0..<1_500 {
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<45:
                let stamp = (model.last?.stamp ?? 0) + Int64.random(in: -1...5, using: &random)
                let bytes = payload(stamp, count: Int.random(in: 1...4_000, using: &random))
                do {
                    let sequence = try await spool.append(bytes, stamp: stamp)
                    #expect(sequence == (model.last?.sequence ?? 0) + 1)
                    model.shrink(to: limit - Spool.estimatedBytes(payload: bytes.count))
                    model.stored.append(StoredMessage(sequence: sequence, stamp: stamp, payload: bytes))
                    model.last = (sequence, stamp)
                } catch {
                    #expect(error.scope == .message)
                    #expect(stamp <= model.last?.stamp ?? .min)
                }
            case 45..<68:
                let last = model.last?.sequence ?? 0
                let sequences = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                    Int64.random(in: max(0, last - 25)...last + 2, using: &random)
                }
                await spool.delivered(sequences)
                model.deliver(sequences, keeps: keeps)
            case 68..<70:
                await spool.delivered(model.stored.map(\.sequence))
                model.deliver(model.stored.map(\.sequence), keeps: keeps)
            case 70..<75:
                guard let index = model.stored.indices.randomElement(using: &random) else { continue }
                let (old, reason) = (model.stored[index], UInt8.random(in: 128...160, using: &random))
                await spool.refused(old.sequence, reason: reason)
                model.stored[index] = StoredMessage(
                    sequence: old.sequence, stamp: old.stamp, payload: old.payload, refusal: reason)
            case 75..<80:
                let last = model.last?.sequence ?? 0
                let first = Int64.random(in: 0...last, using: &random)
                let range = first...Int64.random(in: first...last + 3, using: &random)
                let chosen = model.kept.filter { range.contains($0.sequence) }
                #expect(try await spool.resend(sequences: range) == chosen.count)
                model.requested += chosen.count
                model.wanted = (model.wanted + chosen).sorted { $0.sequence < $1.sequence }
                model.kept.removeAll { range.contains($0.sequence) }
                #expect(await spool.resends(.max).map(\.sequence) == model.wanted.map(\.sequence))
            case 80..<84:
                let bytes = payload(Int64(step), count: Int.random(in: 1...500, using: &random))
                let uptime = Duration.microseconds(step)
                let id = try await spool.hold(undated: bytes, bootID: "b\(seed)", uptime: uptime)
                model.shrink(to: limit - Spool.estimatedBytes(payload: bytes.count))
                model.undated.append(UndatedMessage(id: id, payload: bytes, bootID: "b\(seed)", uptime: uptime))
            case 84..<86:
                #expect(await spool.undated() == model.undated)
                let first = (model.last?.stamp ?? 0) + 1
                let dated = model.undated.enumerated().map {
                    DatedMessage(id: $1.id, payload: $1.payload, stamp: first + Int64($0))
                }
                for (sequence, message) in zip(try await spool.date(dated), dated) {
                    model.stored.append(
                        StoredMessage(sequence: sequence, stamp: message.stamp, payload: message.payload))
                    model.last = (sequence, message.stamp)
                }
                model.undated = []
            case 86..<95:
                let count = Int.random(in: 0...30, using: &random)
                let after = Int64.random(in: 0...(model.last?.sequence ?? 0) + 1, using: &random)
                #expect(
                    await spool.oldest(count, after: after)
                        == Array(model.stored.filter { $0.sequence > after }.prefix(count))
                )
            default:
                await spool.close()
                spool = try await Spool(settings) { nil }
            }
            try await require(model, of: spool, "seed \(seed), step \(step)")
        }
        #expect(await spool.oldest(.max) == model.stored)
        #expect(model.evicted > 0)
    }

    private func require(_ model: Model, of spool: Spool, _ place: String) async throws {
        let statistics = await spool.statistics()
        let agree =
            statistics.messages == model.stored.count && statistics.evicted == model.evicted
            && statistics.payloadBytes == model.stored.reduce(0) { $0 + $1.payload.count }
            && statistics.estimatedBytes == model.bytes
            && statistics.oldestStamp == model.stored.first?.stamp
        try #require(agree, "\(place): \(statistics)")
        let ledger = await spool.ledger
        let refused = Dictionary(model.stored.compactMap(\.refusal).map { ($0, 1) }, uniquingKeysWith: +)
        let adds =
            ledger.isBalanced && ledger.delivered == model.delivered && ledger.waiting == model.stored.count
            && ledger.undated == model.undated.count && ledger.evicted.size == model.evicted
            && ledger.damaged + ledger.dropped + ledger.unknown == 0
            && ledger.kept == model.kept.count + model.wanted.count && ledger.refused == refused
            && ledger.resent.requested == model.requested && ledger.resent.delivered == model.redelivered
            && ledger.resent.waiting == model.wanted.count
        try #require(adds, "\(place): \(ledger)")
        #expect(await spool.lastStamp == model.last?.stamp)
    }
}

/// A generator that gives the same numbers for the same seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
