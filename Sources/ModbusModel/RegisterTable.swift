/// One of the four tables of a slave (Modbus V1.1b3 §4.3).
public enum RegisterTable: String, Sendable, Hashable, CaseIterable {
    /// Single bits that can be read and written (function 1; notation 0xxxx).
    case coil
    /// Single bits that can only be read (function 2; notation 1xxxx).
    case discrete
    /// 16-bit registers that can only be read (function 4; notation 3xxxx).
    case input
    /// 16-bit registers that can be read and written (function 3; notation 4xxxx).
    case holding

    /// The function code that reads the table (Modbus V1.1b3 §6.1 to §6.4).
    public var readFunction: UInt8 {
        switch self {
        case .coil: 1
        case .discrete: 2
        case .holding: 3
        case .input: 4
        }
    }

    /// Whether the table holds single bits instead of 16-bit registers.
    public var holdsBits: Bool { self == .coil || self == .discrete }

    /// The most items one request may ask for: 2000 bits or 125 registers (Modbus V1.1b3 §6.1, §6.3).
    public var requestLimit: Int { holdsBits ? 2000 : 125 }

    /// The first digit of the table in five- or six-digit notation.
    var notationDigit: Int {
        switch self {
        case .coil: 0
        case .discrete: 1
        case .input: 3
        case .holding: 4
        }
    }
}
