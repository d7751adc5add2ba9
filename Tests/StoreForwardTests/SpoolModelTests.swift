import StoreForward
import Testing

/// The spool against a plain array that does the same by its simplest rules.
@Suite(.timeLimit(.minutes(2)))
struct SpoolModelTests {
    let folder = TemporaryFolder()

    private struct Model {
        var stored: [StoredMessage] = []
        var last: (sequence: Int64, stamp: Int64)?
        var evicted = 0

        var bytes: Int { stored.reduce(0) { $0 + Spool.estimatedBytes(payload: $1.payload.count) } }
    }

    @Test(arguments: [1, 2, 3, 4])
    func `thousands of random operations agree with a plain array`(seed: UInt64) async throws {
        var random = SplitMix(state: seed)
        var model = Model()
        let limit = 40_000
        let path = folder.file("spool.db")
        var spool = try await Spool(SpoolSettings(path: path, maxBytes: limit)) { nil }
        for step in 0..<2_500 {
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<50:
                let stamp = (model.last?.stamp ?? 0) + Int64.random(in: -1...5, using: &random)
                let bytes = payload(stamp, count: Int.random(in: 1...4_000, using: &random))
                do {
                    let sequence = try await spool.append(bytes, stamp: stamp)
                    #expect(sequence == (model.last?.sequence ?? 0) + 1)
                    model.stored.append(await spool.oldest(1, after: sequence - 1)[0])
                    #expect(model.stored.last?.stamp == stamp && model.stored.last?.payload == bytes)
                    model.last = (sequence, stamp)
                    while model.bytes > limit {
                        model.stored.removeFirst()
                        model.evicted += 1
                    }
                } catch {
                    #expect(error.scope == .message)
                    #expect(stamp <= model.last?.stamp ?? .min)
                }
            case 50..<80:
                let last = model.last?.sequence ?? 0
                let sequences = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                    Int64.random(in: max(0, last - 25)...last + 2, using: &random)
                }
                await spool.delivered(sequences)
                model.stored.removeAll { sequences.contains($0.sequence) }
            case 80..<83:
                await spool.delivered(model.stored.map(\.sequence))
                model.stored = []
            case 83..<95:
                let count = Int.random(in: 0...30, using: &random)
                let after = Int64.random(in: 0...(model.last?.sequence ?? 0) + 1, using: &random)
                #expect(
                    await spool.oldest(count, after: after)
                        == Array(model.stored.filter { $0.sequence > after }.prefix(count))
                )
            default:
                await spool.close()
                spool = try await Spool(SpoolSettings(path: path, maxBytes: limit)) { nil }
            }
            let statistics = await spool.statistics()
            let agree =
                statistics.messages == model.stored.count && statistics.evicted == model.evicted
                && statistics.payloadBytes == model.stored.reduce(0) { $0 + $1.payload.count }
                && statistics.estimatedBytes == model.bytes
                && statistics.oldestStamp == model.stored.first?.stamp
            try #require(agree, "step \(step): \(statistics)")
            #expect(await spool.lastStamp == model.last?.stamp)
        }
        #expect(await spool.oldest(.max) == model.stored)
        #expect(model.evicted > 0)
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
