/// The address of one slave on a line, 1 to 247 (Modbus over serial line V1.02 §2.2).
public struct SlaveAddress: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The address as it stands in the first byte of a frame.
    public let rawValue: UInt8

    /// Takes a number between 1 and 247; nil for the broadcast address 0 and the reserved range from 248.
    public init?(_ value: Int) {
        guard (1...247).contains(value) else { return nil }
        rawValue = UInt8(value)
    }

    /// Orders by address.
    public static func < (left: SlaveAddress, right: SlaveAddress) -> Bool { left.rawValue < right.rawValue }

    /// The address in decimal.
    public var description: String { String(rawValue) }
}
