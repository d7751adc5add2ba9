public import ExactArithmetic

extension PointDefinition {
    /// Decodes the value from the words that the slave gave for `span`.
    ///
    /// An integer goes to the exact decimal without touching floating point. A float becomes the shortest decimal that
    /// reads back as the same float; scale and offset go on from there, exactly.
    ///
    /// - Parameter words: As many words as `type.width`; for a bit table one word per bit, 0 or 1.
    /// - Throws: `notANumber` for NaN and the infinities: such a point counts as failed.
    public func value(of words: ArraySlice<UInt16>) throws(ValueFault) -> CanonicalNumber {
        guard words.count == type.width else { throw .wordCount(expected: type.width, got: words.count) }
        guard let number = number(of: pattern(of: words)) else { throw .notANumber }
        return type.isFloat
            ? CanonicalNumber(measured: number * scale + offset) : CanonicalNumber(counted: number * scale + offset)
    }

    /// The bits of all words in one number, the most significant first.
    private func pattern(of words: ArraySlice<UInt16>) -> UInt64 {
        // A bit of a bit table has no byte order: turned round, a 1 would become 0x0100 and read as 0.
        if address.table.holdsBits { return words.contains(0) ? 0 : 1 }
        return order.normalised(words).reduce(0) { $0 << 16 | UInt64($1) }
    }

    /// What a pattern of bits stands for, before scale and offset; nil for NaN and the infinities.
    func number(of pattern: UInt64) -> ExactDecimal? {
        switch type {
        case .bool, .uint16, .uint32, .uint64: ExactDecimal(field(of: pattern))
        case .int16: ExactDecimal(Int16(truncatingIfNeeded: pattern))
        case .int32: ExactDecimal(Int32(truncatingIfNeeded: pattern))
        case .int64: ExactDecimal(Int64(bitPattern: pattern))
        case .float32: ExactDecimal(shortest: Float(bitPattern: UInt32(truncatingIfNeeded: pattern)))
        case .float64: ExactDecimal(shortest: Double(bitPattern: pattern))
        }
    }

    private func field(of pattern: UInt64) -> UInt64 {
        guard let bits else { return pattern }
        let shifted = pattern >> UInt64(bits.lowerBound)
        return bits.count == 64 ? shifted : shifted & (1 << UInt64(bits.count) - 1)
    }
}

/// Why words are no value.
public enum ValueFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// A float register held NaN or an infinity.
    case notANumber
    /// The caller gave another number of words than the type has.
    case wordCount(expected: Int, got: Int)

    /// What the words were instead of a value.
    public var description: String {
        switch self {
        case .notANumber: "the register holds NaN or an infinity, which is no value"
        case .wordCount(let expected, let got): "the type has \(expected) words, not \(got)"
        }
    }
}
