/// How register words become a number.
public enum ValueType: String, Sendable, Hashable, CaseIterable {
    /// One bit: a coil, a discrete input, or one bit of a register; read as 0 or 1.
    case bool
    /// One register, 0 to 65535.
    case uint16
    /// One register, two's complement.
    case int16
    /// Two registers.
    case uint32
    /// Two registers, two's complement.
    case int32
    /// Four registers.
    case uint64
    /// Four registers, two's complement.
    case int64
    /// Two registers, IEEE 754 binary32.
    case float32
    /// Four registers, IEEE 754 binary64.
    case float64

    /// How many registers (or bits, for a bit table) the value takes up.
    public var width: Int {
        switch self {
        case .bool, .uint16, .int16: 1
        case .uint32, .int32, .float32: 2
        case .uint64, .int64, .float64: 4
        }
    }

    /// Whether the value is binary floating point.
    var isFloat: Bool { self == .float32 || self == .float64 }

    /// Whether the integer is two's complement.
    var isSigned: Bool { self == .int16 || self == .int32 || self == .int64 }

    /// Whether a bit field may be cut out of it.
    var isUnsigned: Bool { self == .uint16 || self == .uint32 || self == .uint64 }
}

/// The order in which the bytes of a value travel; A is the most significant byte.
///
/// The letters are those of the meters' manuals, written for 32 bits. For 64 bits CDAB turns round the order of the
/// four words and BADC the bytes inside each word; DCBA does both. For 16 bits only the byte order counts.
public enum WordOrder: String, Sendable, Hashable, CaseIterable {
    /// Most significant word first, most significant byte first: what the Modbus specification implies (§4.2).
    case ABCD
    /// Least significant word first.
    case CDAB
    /// Most significant word first, bytes swapped inside each word.
    case BADC
    /// Least significant word first, bytes swapped: little-endian throughout.
    case DCBA

    /// Puts words in order so that the most significant comes first, each with its bytes the right way round.
    ///
    /// Done twice it changes nothing: so it puts words in the order in which they travel, too.
    func normalised(_ words: ArraySlice<UInt16>) -> [UInt16] {
        switch self {
        case .ABCD: Array(words)
        case .CDAB: words.reversed()
        case .BADC: words.map(\.byteSwapped)
        case .DCBA: words.reversed().map(\.byteSwapped)
        }
    }
}
