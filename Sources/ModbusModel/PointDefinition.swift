public import ExactArithmetic

/// What stands at one place in a slave and how it becomes an engineering value.
public struct PointDefinition: Sendable, Hashable {
    /// The first register (or bit) of the value.
    public let address: RegisterAddress

    /// How the words become a number.
    public let type: ValueType

    /// The order in which the bytes travel; a single bit of a bit table has none.
    public let order: WordOrder

    /// The bits that are cut out of an unsigned register value, 0 being the least significant; nil for the whole value.
    public let bits: ClosedRange<Int>?

    /// What the number is multiplied by, exactly.
    public let scale: ExactDecimal

    /// What is added after the multiplication, exactly.
    public let offset: ExactDecimal

    /// The powers of ten that a scale or an offset may have.
    public static let exponents = -12...12

    /// The most significant digits of a scale or an offset, so that an implementation can hold them in 64 bits.
    public static let mostDigits = 18

    /// Checks that the parts fit together; throws what does not fit and why.
    public init(
        address: RegisterAddress,
        type: ValueType,
        order: WordOrder = .ABCD,
        bits: ClosedRange<Int>? = nil,
        scale: ExactDecimal = .one,
        offset: ExactDecimal = .zero
    ) throws(PointFault) {
        if address.table.holdsBits {
            guard type == .bool, bits == nil else { throw .bitTableHoldsOnlyBool(address.table) }
        } else if type == .bool {
            // Not `bits.count == 1`: the count of a range as wide as Int overflows, and ranges come from a file.
            guard let bits, bits.lowerBound == bits.upperBound, (0..<16).contains(bits.lowerBound)
            else { throw .boolNeedsOneBit }
        } else if let bits {
            guard type.isUnsigned else { throw .bitsNeedUnsignedType(type) }
            guard bits.lowerBound >= 0, bits.upperBound < 16 * type.width else { throw .bitsOutsideType(type) }
        }
        guard Int(address.offset) + type.width <= 65536 else { throw .runsOverTableEnd(address, type) }
        for (name, factor) in [("scale", scale), ("offset", offset)] {
            guard factor.isZero || Self.exponents.contains(factor.exponent), factor.significantDigits <= Self.mostDigits
            else { throw .factorOutOfRange(name) }
        }
        guard !scale.isZero else { throw .scaleIsZero }
        self.address = address
        self.type = type
        self.order = order
        self.bits = bits
        self.scale = scale
        self.offset = offset
    }

    /// The zero-based addresses that the value takes up.
    public var span: Range<Int> { Int(address.offset)..<(Int(address.offset) + type.width) }
}

/// Why the parts of a point do not fit together.
public enum PointFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// A coil or discrete input was given another type than bool, or bits.
    case bitTableHoldsOnlyBool(RegisterTable)
    /// A bool in a register needs the one bit it is.
    case boolNeedsOneBit
    /// Bits can be cut out of unsigned types only.
    case bitsNeedUnsignedType(ValueType)
    /// The bits lie beyond the type's width.
    case bitsOutsideType(ValueType)
    /// The value would end beyond address 65535.
    case runsOverTableEnd(RegisterAddress, ValueType)
    /// A scale or an offset has too many digits or too large a power of ten.
    case factorOutOfRange(String)
    /// A scale of zero would turn every reading into the offset.
    case scaleIsZero

    /// What does not fit, and what would.
    public var description: String {
        switch self {
        case .bitTableHoldsOnlyBool(let table):
            "a \(table.rawValue) is a single bit: its type is bool, without bits"
        case .boolNeedsOneBit:
            "a bool in a register needs the bit that it is: bits: 0 (least significant) to 15"
        case .bitsNeedUnsignedType(let type):
            "bits cannot be cut out of \(type.rawValue): use uint16, uint32 or uint64"
        case .bitsOutsideType(let type):
            "\(type.rawValue) has the bits 0 to \(16 * type.width - 1)"
        case .runsOverTableEnd(let address, let type):
            "\(type.rawValue) at \(address) takes \(type.width) registers and would end beyond address 65535"
        case .factorOutOfRange(let name):
            "\(name) may have \(PointDefinition.mostDigits) digits and powers of ten from -12 to 12"
        case .scaleIsZero:
            "a scale of 0 would turn every reading into the offset"
        }
    }
}
