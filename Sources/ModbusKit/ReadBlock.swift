public import ModbusModel

/// One read request: so many items of one table from one address on.
public struct ReadBlock: Sendable, Hashable, CustomStringConvertible {
    /// The table.
    public let table: RegisterTable

    /// The zero-based addresses that are asked for.
    public let span: Range<Int>

    /// The places of the points that the block serves, as indices of the list the plan was made from.
    public let points: [Int]

    /// Asks for a span of a table on behalf of some points.
    public init(table: RegisterTable, span: Range<Int>, points: [Int]) {
        self.table = table
        self.span = span
        self.points = points
    }

    /// Bytes of data that the answer carries (Modbus V1.1b3 §6.1, §6.3).
    public var dataBytes: Int { table.holdsBits ? (span.count + 7) / 8 : 2 * span.count }

    /// Characters on the wire: the request's eight and the answer's.
    public var charactersOnWire: Int { 8 + 5 + dataBytes }

    /// First address, and the number of items.
    public var description: String {
        "\(RegisterAddress(table, UInt16(truncatingIfNeeded: span.lowerBound)))×\(span.count)"
    }
}
