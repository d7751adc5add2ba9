public import ModbusModel

/// One read request: so many items of one table from one address on.
public struct ReadBlock: Sendable, Hashable, CustomStringConvertible {
    /// The table.
    public let table: RegisterTable

    /// The zero-based addresses that are asked for.
    public let span: Range<Int>

    /// The places of the points that the block serves, as indices of the list the plan was made from.
    public let points: [Int]

    /// How many items more may be asked for in one request, to tell its answer from another by its length; 0 for none.
    public let slack: Int

    /// Asks for a span of a table on behalf of some points.
    public init(table: RegisterTable, span: Range<Int>, points: [Int], slack: Int = 0) {
        self.table = table
        self.span = span
        self.points = points
        self.slack = slack
    }

    /// Bytes of data that the answer carries (Modbus V1.1b3 §6.1, §6.3).
    public var dataBytes: Int { table.holdsBits ? (span.count + 7) / 8 : 2 * span.count }

    /// Characters on the wire: the request's eight and the answer's.
    public var charactersOnWire: Int { 8 + 5 + dataBytes }

    /// First address, and the number of items.
    public var description: String {
        "\(RegisterAddress(table, UInt16(truncatingIfNeeded: span.lowerBound)))×\(span.count)"
    }

    /// The items by which a request must be longer for its answer to have another length.
    private var step: Int { table.holdsBits ? 8 : 1 }

    /// The same question in other lengths, the cheapest first: this one, then with items behind it or before it.
    var forms: [ReadBlock] {
        if slack < step { return [self] }
        return [self]
            + stride(from: step, through: slack, by: step).flatMap { extra in
                [span.lowerBound..<span.upperBound + extra, span.lowerBound - extra..<span.upperBound]
                    .filter { $0.lowerBound >= 0 && $0.upperBound <= 65536 }
                    .map { ReadBlock(table: table, span: $0, points: points) }
            }
    }

    /// Shorter questions about the same items, the longest first: the slave certainly has these.
    var shorterForms: [ReadBlock] {
        stride(from: span.count - step, through: 1, by: -step).map {
            ReadBlock(table: table, span: span.prefix($0), points: [])
        }
    }

    /// The items alone, whoever asks for them.
    var items: ReadBlock { ReadBlock(table: table, span: span, points: []) }

    /// The request frame (Modbus V1.1b3 §6.1, serial line V1.02 §2.5.1).
    func request(to slave: SlaveAddress) -> [UInt8] {
        let (address, count) = (UInt16(truncatingIfNeeded: span.lowerBound), UInt16(truncatingIfNeeded: span.count))
        return Checksum.sealed([
            slave.rawValue, table.readFunction, UInt8(address >> 8), UInt8(address & 0xFF), UInt8(count >> 8),
            UInt8(count & 0xFF),
        ])
    }

    /// One word per register, or per bit 0 or 1, from an answer's data bytes.
    func words(of data: [UInt8]) -> [UInt16] {
        table.holdsBits
            ? (0..<span.count).map { UInt16(data[$0 / 8] >> UInt8($0 % 8) & 1) }
            : (0..<span.count).map { UInt16(data[2 * $0]) << 8 | UInt16(data[2 * $0 + 1]) }
    }
}
