import ModbusModel
import Testing

@testable import BusProbe

/// A meter's registers, written by this test in its own way and never by what is judged.
struct Written {
    var words: [UInt16] = []

    mutating func put(_ pattern: UInt64, width: Int, _ order: WordOrder) {
        var parts = (0..<width).map { UInt16(truncatingIfNeeded: pattern >> UInt64(16 * (width - 1 - $0))) }
        if order == .CDAB || order == .DCBA { parts.reverse() }
        if order == .BADC || order == .DCBA { parts = parts.map { $0 << 8 | $0 >> 8 } }
        words += parts
    }
}

@Suite("All orders")
struct OrderRankingTests {
    /// A three-phase meter at two moments: voltages, currents, powers, power factor, frequency, energies.
    static let moments: [[Double]] = [
        [229.7, 231.2, 230.4, 4.31, 0.82, 12.75, 961.2, -173.5, 2861.9, 0.97, 0.88, 0.99, 60.02, 8312.45, 127.9],
        [229.9, 231.1, 230.5, 4.29, 0.83, 12.71, 957.8, -174.1, 2855.2, 0.97, 0.88, 0.99, 60.01, 8312.46, 127.9],
    ]

    static func meter(_ type: ValueType, _ order: WordOrder, scale: Double) -> [[UInt16]] {
        moments.map { values in
            var written = Written()
            for value in values {
                let pattern: UInt64 =
                    switch type {
                    case .float32: UInt64(Float(value).bitPattern)
                    case .float64: value.bitPattern
                    default: UInt64(bitPattern: Int64((value * scale).rounded()))
                    }
                written.put(pattern, width: type.width, order)
            }
            return written.words
        }
    }

    @Test(
        "puts the meter's own way of writing first",
        arguments: [ValueType.float32, .float64, .int32, .int64], WordOrder.allCases)
    func first(type: ValueType, order: WordOrder) throws {
        let ranking = OrderRanking(Self.meter(type, order, scale: 100), from: 0)
        #expect(ranking.encodings.first?.encoding == Encoding(type, order))
        let best = try #require(ranking.interpretations(at: 0).first)
        #expect(best.encoding == Encoding(type, order))
    }
}
