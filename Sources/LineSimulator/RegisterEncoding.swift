extension Signal {
    /// How a value lies in registers.
    public enum ValueType: Sendable, Hashable, CaseIterable {
        /// One bit; in a table of registers it is a word of 0 or 1.
        case bit
        /// Integers of one register.
        case uint16, int16
        /// Integers of two registers.
        case uint32, int32
        /// Integers of four registers.
        case uint64, int64
        /// IEEE 754 numbers of two and of four registers.
        case float32, float64

        /// The number of registers that one value takes.
        public var registerCount: Int {
            switch self {
            case .bit, .uint16, .int16: 1
            case .uint32, .int32, .float32: 2
            case .uint64, .int64, .float64: 4
            }
        }

        /// The bits of an integer in this type; what does not fit wraps round, as a counter does.
        func pattern(of integer: Int128) -> UInt64 {
            switch self {
            case .float32: UInt64(Float(integer).bitPattern)
            case .float64: Double(integer).bitPattern
            case .bit: UInt64(truncatingIfNeeded: integer & 1)
            default: UInt64(truncatingIfNeeded: integer)
            }
        }

        /// The bits of a real number in this type; an integer type takes the nearest integer.
        func pattern(of real: Double) -> UInt64 {
            switch self {
            case .float32: UInt64(Float(real).bitPattern)
            case .float64: real.bitPattern
            default: pattern(of: Int128(exactly: real.rounded()) ?? 0)
            }
        }
    }

    /// The order of the bytes of a value, named by where the four bytes of a 32-bit number end up.
    public enum WordOrder: Sendable, Hashable, CaseIterable {
        /// The most significant word and byte first, as the specification has it.
        case abcd
        /// The words reversed.
        case cdab
        /// The bytes inside each word swapped.
        case badc
        /// Both: the least significant byte first.
        case dcba

        /// The words of a bit pattern in this order.
        func words(of pattern: UInt64, count: Int) -> [UInt16] {
            let words = (0..<count).map { UInt16(truncatingIfNeeded: pattern >> (16 * UInt64(count - 1 - $0))) }
            return switch self {
            case .abcd: words
            case .cdab: words.reversed()
            case .badc: words.map(\.byteSwapped)
            case .dcba: words.reversed().map(\.byteSwapped)
            }
        }
    }
}
