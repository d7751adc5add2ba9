import Testing

@testable import LineSimulator

@Suite struct Signals {
    @Test(
        arguments: [
            (Signal.WordOrder.abcd, [0x4366, 0x199A]), (.cdab, [0x199A, 0x4366]), (.badc, [0x6643, 0x9A19]),
            (.dcba, [0x9A19, 0x6643]),
        ] as [(Signal.WordOrder, [UInt16])]
    )
    func `a float lies in the four orders`(order: Signal.WordOrder, words: [UInt16]) {
        #expect(Signal.fixed(230.1, as: .float32, order: order).words(at: 0, reads: 0) == words)
    }

    @Test(
        arguments: [
            (Signal.WordOrder.abcd, [0x0123, 0x4567, 0x89AB, 0xCDEF]), (.cdab, [0xCDEF, 0x89AB, 0x4567, 0x0123]),
            (.badc, [0x2301, 0x6745, 0xAB89, 0xEFCD]), (.dcba, [0xEFCD, 0xAB89, 0x6745, 0x2301]),
        ] as [(Signal.WordOrder, [UInt16])]
    )
    func `a 64-bit integer lies in the four orders`(order: Signal.WordOrder, words: [UInt16]) {
        #expect(Signal.fixed(0x0123_4567_89AB_CDEF, as: .uint64, order: order).words(at: 0, reads: 0) == words)
    }

    @Test(
        arguments: [
            (Signal.fixed(65_535, as: .uint16), [0xFFFF]), (.fixed(-1, as: .int16), [0xFFFF]),
            (.fixed(-2, as: .int32), [0xFFFF, 0xFFFE]), (.fixed(70_000, as: .uint32), [0x0001, 0x1170]),
            (.fixed(-1, as: .int64), [0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF]),
            (.fixed(UInt64.max, as: .uint64), [0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF]),
            (.fixed(-1_234.5678, as: .float64), [0xC093, 0x4A45, 0x6D5C, 0xFAAD]),
            (.fixed(1, as: .float32), [0x3F80, 0]),
            (.fixed(2.5, as: .uint16), [3]), (.bit(true), [1]), (.bit(false), [0]), (.raw([7, 8, 9]), [7, 8, 9]),
        ] as [(Signal, [UInt16])]
    )
    func `a value at rest has its type's bits`(signal: Signal, words: [UInt16]) {
        #expect(signal.words(at: 0, reads: 0) == words)
        #expect(signal.registerCount == words.count)
    }

    @Test func `a counter steps with the seconds and wraps round`() {
        let signal = Signal.counting(from: 65_530, by: 4, per: .every(.seconds(1)), as: .uint16)
        let seen = [0, 999_999_999, 1_000_000_000, 1_250_000_000, 2_000_000_000].map {
            signal.words(at: $0, reads: 99)[0]
        }
        #expect(seen == [65_530, 65_533, 65_534, 65_535, 2])
    }

    @Test func `a counter steps with each read, whatever the time`() {
        let signal = Signal.counting(from: 65_535, by: 1, per: .read, as: .uint32, order: .cdab)
        #expect(signal.words(at: 5_000_000_000, reads: 0) == [0xFFFF, 0])
        #expect(signal.words(at: 5_000_000_000, reads: 1) == [0, 1])
    }

    @Test(
        arguments: [
            (Signal.Shape.triangle, [100, 150, 200, 150, 100]), (.sine, [150, 200, 150, 100, 150]),
        ] as [(Signal.Shape, [UInt16])]
    )
    func `a wave is fixed by the time alone`(shape: Signal.Shape, expected: [UInt16]) {
        let wave = Signal.waving(from: 100, to: 200, period: .seconds(4), shape: shape, as: .uint16)
        #expect((0...4).map { wave.words(at: $0 * 1_000_000_000, reads: 0)[0] } == expected)
    }

    @Test func `a signal that is put over another leaves nothing of it`() {
        var map = RegisterMap()
        map.place(.counting(per: .every(.seconds(1)), as: .uint64), at: 10)
        map.place(.counting(per: .every(.seconds(1)), as: .uint16), at: 10)
        #expect(map.contains(10..<11))
        #expect(!map.contains(11..<12))
    }

    @Test func `a generator gives the published numbers of SplitMix64`() {
        var generator = SplitMix64(state: 1_234_567)
        #expect(
            (0..<3).map { _ in generator.next() } == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            ]
        )
    }
}
