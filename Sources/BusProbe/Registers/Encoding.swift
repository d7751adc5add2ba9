public import ModbusModel

/// A way to read words as a number: a type and the order of its bytes.
public struct Encoding: Sendable, Hashable, CustomStringConvertible {
    /// The type.
    public let type: ValueType
    /// The order of the bytes.
    public let order: WordOrder

    /// Names a way to read words.
    public init(_ type: ValueType, _ order: WordOrder) {
        self.type = type
        self.order = order
    }

    /// Type and order as a configuration names them.
    public var description: String { "\(type.rawValue) \(order.rawValue)" }

    /// Every way, the commonest of equals first.
    ///
    /// Within one register only the order of its two bytes counts.
    public static let all: [Encoding] =
        [ValueType.float32, .uint32, .int32, .uint16, .int16, .uint64, .int64, .float64].flatMap { type in
            (type.width == 1 ? [.ABCD, .BADC] : WordOrder.allCases).map { Encoding(type, $0) }
        }

    /// The bits of a value, the most significant first.
    func pattern(_ words: ArraySlice<UInt16>) -> UInt64 {
        let inOrder = order == .CDAB || order == .DCBA ? Array(words.reversed()) : Array(words)
        let swapped = order == .BADC || order == .DCBA ? inOrder.map(\.byteSwapped) : inOrder
        return swapped.reduce(0) { $0 << 16 | UInt64($1) }
    }

    /// The number that words stand for; nil for NaN and the infinities.
    func number(_ words: ArraySlice<UInt16>) -> Double? {
        let pattern = pattern(words)
        let number: Double =
            switch type {
            case .bool, .uint16, .uint32, .uint64: Double(pattern)
            case .int16: Double(Int16(truncatingIfNeeded: pattern))
            case .int32: Double(Int32(truncatingIfNeeded: pattern))
            case .int64: Double(Int64(bitPattern: pattern))
            case .float32: Double(Float(bitPattern: UInt32(truncatingIfNeeded: pattern)))
            case .float64: Double(bitPattern: pattern)
            }
        return number.isFinite ? number : nil
    }

    /// Whether it is a floating-point type.
    var isFloat: Bool { type == .float32 || type == .float64 }

    /// Whether it has a sign bit that counts.
    var isSigned: Bool { type == .int16 || type == .int32 || type == .int64 }
}
