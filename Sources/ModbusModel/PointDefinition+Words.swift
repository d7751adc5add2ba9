public import ExactArithmetic

extension PointDefinition {
    /// Encodes a value to the words that the slave is to be given for `span`: the exact inverse of `value(of:)`.
    ///
    /// What these words are decoded to is the value again, to the last digit; a value that no words stand for is
    /// refused, never rounded.
    ///
    /// - Parameter value: The engineering value, after scale and offset.
    /// - Returns: As many words as `type.width`, in the order in which they travel; for a coil one word, 0 or 1.
    public func words(for value: ExactDecimal) throws(EncodingFault) -> [UInt16] {
        guard address.table == .coil || address.table == .holding else { throw .readOnly(address.table) }
        guard bits == nil else { throw .partOfRegister }
        let pattern = try pattern(for: value)
        if address.table.holdsBits { return [UInt16(pattern)] }
        let words = (0..<type.width).reversed().map { UInt16(truncatingIfNeeded: pattern >> UInt64(16 * $0)) }
        return order.normalised(words[...])
    }

    /// Searches the patterns in the order of the numbers they stand for, where no division loses a digit.
    ///
    /// What is decoded grows with them, or falls where the scale is negative.
    private func pattern(for value: ExactDecimal) throws(EncodingFault) -> UInt64 {
        var (low, high) = (ordinals.lowerBound, ordinals.upperBound)
        while low < high {
            let middle = low + (high - low) / 2
            if isBelow(engineering(middle), value) { low = middle + 1 } else { high = middle }
        }
        let found = engineering(low)
        guard found != value else { return found == engineering(ordinal(of: 0)) ? 0 : pattern(at: low) }
        // Either no pattern reaches the value, or it lies between two.
        let isBeyond = low == ordinals.lowerBound || isBelow(found, value)
        throw isBeyond
            ? .outOfRange(engineering(ordinals.lowerBound).plainText, engineering(ordinals.upperBound).plainText)
            : .between(engineering(low - 1).plainText, found.plainText)
    }

    private func isBelow(_ left: ExactDecimal, _ right: ExactDecimal) -> Bool {
        let difference = left + right * ExactDecimal(-1)
        return !difference.isZero && difference.isNegative != scale.isNegative
    }

    private func engineering(_ ordinal: UInt64) -> ExactDecimal {
        // The ordinals leave NaN and the infinities out.
        (number(of: pattern(at: ordinal)) ?? .zero) * scale + offset
    }

    // MARK: The patterns in the order of their numbers

    private var ordinals: ClosedRange<UInt64> {
        switch type {
        case .bool: 0...1
        case .float32:
            ordinal(
                of: UInt64((-Float.greatestFiniteMagnitude).bitPattern))...ordinal(
                    of: UInt64(Float.greatestFiniteMagnitude.bitPattern))
        case .float64:
            ordinal(
                of: (-Double.greatestFiniteMagnitude).bitPattern)...ordinal(
                    of: Double.greatestFiniteMagnitude.bitPattern)
        default: 0...mask
        }
    }

    private var mask: UInt64 { type.width == 4 ? .max : 1 << UInt64(16 * type.width) - 1 }

    private var sign: UInt64 { mask ^ (mask >> 1) }

    private func ordinal(of pattern: UInt64) -> UInt64 {
        if type.isFloat { return pattern & sign != 0 ? ~pattern & mask : pattern | sign }
        return type.isSigned ? pattern ^ sign : pattern
    }

    private func pattern(at ordinal: UInt64) -> UInt64 {
        if type.isFloat { return ordinal & sign != 0 ? ordinal ^ sign : ~ordinal & mask }
        return type.isSigned ? ordinal ^ sign : ordinal
    }
}

/// Why a value cannot be written.
public enum EncodingFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// The table can only be read.
    case readOnly(RegisterTable)
    /// The point is some bits of a register: writing them would mean writing the others, too.
    case partOfRegister
    /// The type and the scale do not reach the value; what they reach.
    case outOfRange(String, String)
    /// No words stand for exactly this value; the next ones below and above.
    case between(String, String)

    /// What does not fit, and what would.
    public var description: String {
        switch self {
        case .readOnly(let table): "a \(table.rawValue) register can only be read"
        case .partOfRegister:
            "the point is a part of a register, and its other bits would be written, too; define a point for all of it"
        case .outOfRange(let low, let high): "the register holds values from \(low) to \(high)"
        case .between(let below, let above): "the register holds \(below) or \(above) and nothing between"
        }
    }
}
