import ExactArithmetic
import ModbusModel
import Testing

/// Values to words: the inverse of what is read.
@Suite struct EncodingTests {
    private func point(
        _ type: ValueType, _ order: WordOrder = .ABCD, scale: String = "1", offset: String = "0",
        table: RegisterTable = .holding, bits: ClosedRange<Int>? = nil
    ) throws -> PointDefinition {
        try PointDefinition(
            address: RegisterAddress(table, 0), type: type, order: order, bits: bits,
            scale: try #require(ExactDecimal(parsing: scale)), offset: try #require(ExactDecimal(parsing: offset)))
    }

    private func decimal(_ text: String) throws -> ExactDecimal { try #require(ExactDecimal(parsing: text)) }

    @Test(arguments: ValueType.allCases.filter { $0 != .bool }, WordOrder.allCases)
    func `what is read can be written again`(type: ValueType, order: WordOrder) throws {
        var generator = SystemRandomNumberGenerator()
        for factors in [("1", "0"), ("0.01", "0"), ("-0.5", "40"), ("3e-7", "-1.25")] {
            let point = try point(type, order, scale: factors.0, offset: factors.1)
            for round in 0..<60 {
                let words = (0..<type.width).map { _ in
                    round == 0 ? 0 : round == 1 ? UInt16.max : UInt16.random(in: .min ... .max, using: &generator)
                }
                // NaN is no value; what has none cannot be written.
                guard let value = try? point.value(of: words[...]) else { continue }
                let encoded = try point.words(for: try exact(value))
                #expect(try point.value(of: encoded[...]) == value)
                // A float's zero has two signs and one value; all else has one pattern for each value.
                if value.text != factors.1 || !words.contains(0x8000) && !words.contains(0x0080) {
                    #expect(encoded == words, "\(value) as \(type) in \(order)")
                }
            }
        }
    }

    /// A canonical number as an exact one; an exponent of theirs is one of ours.
    private func exact(_ value: CanonicalNumber) throws -> ExactDecimal { try decimal(value.text) }

    @Test(arguments: [
        ("230.1", ValueType.float32, [UInt16(0x4366), 0x199A]), ("-4.5", .int16, [0xFFD3]),
        ("18446744073709551615", .uint64, [0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF]),
        ("-9223372036854775808", .int64, [0x8000, 0, 0, 0]), ("-1", .int32, [0xFFFF, 0xFFFF]),
    ])
    func `known values`(text: String, type: ValueType, words: [UInt16]) throws {
        let point = try point(type, scale: type == .int16 ? "0.1" : "1")
        #expect(try point.words(for: try decimal(text)) == words)
    }

    @Test func `what does not fit is refused with what would`() throws {
        #expect(throws: EncodingFault.outOfRange("0", "655.35")) {
            try point(.uint16, scale: "0.01").words(for: try decimal("655.36"))
        }
        #expect(throws: EncodingFault.outOfRange("0", "655.35")) {
            try point(.uint16, scale: "0.01").words(for: try decimal("-0.01"))
        }
        #expect(throws: EncodingFault.between("1.23", "1.24")) {
            try point(.uint16, scale: "0.01").words(for: try decimal("1.234"))
        }
        // With a negative scale the largest word is the least value.
        #expect(throws: EncodingFault.outOfRange("0", "-65535")) {
            try point(.uint16, scale: "-1").words(for: try decimal("1"))
        }
        #expect(throws: EncodingFault.self) { try point(.float32).words(for: try decimal("16777217")) }
        #expect(throws: EncodingFault.self) { try point(.float32).words(for: try decimal("1e39")) }
        #expect(throws: EncodingFault.readOnly(.input)) {
            try point(.uint16, table: .input).words(for: .one)
        }
        #expect(throws: EncodingFault.partOfRegister) { try point(.uint16, bits: 0...3).words(for: .one) }
    }

    @Test func `a coil is 0 or 1`() throws {
        let coil = try point(.bool, .DCBA, table: .coil)
        #expect(try coil.words(for: .one) == [1])
        #expect(try coil.words(for: .zero) == [0])
        #expect(throws: EncodingFault.outOfRange("0", "1")) { try coil.words(for: ExactDecimal(2)) }
    }
}
