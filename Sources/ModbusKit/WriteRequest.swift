public import ModbusModel

/// One write request: a coil or a holding register, or several from one address on.
public struct WriteRequest: Sendable, Hashable, CustomStringConvertible {
    /// The table; only coils and holding registers can be written.
    public let table: RegisterTable

    /// The zero-based address of the first item.
    public let address: UInt16

    /// One word per register; for coils one word per coil, 0 or 1.
    public let words: [UInt16]

    /// The function code: 5 or 6 for one item, 15 or 16 for several (Modbus V1.1b3 §6.5, §6.6, §6.11, §6.12).
    public let function: UInt8

    /// The most items of one request: 1968 coils or 123 registers (Modbus V1.1b3 §6.11, §6.12).
    public static func limit(of table: RegisterTable) -> Int { table.holdsBits ? 1968 : 123 }

    /// Asks for words to be written from an address on; nil for what no request can say.
    ///
    /// That is: a table that can only be read, no word or more than `limit(of:)`, a coil that is neither 0 nor 1, and
    /// words beyond address 65535.
    ///
    /// - Parameter asSeveral: Whether function 15 or 16 is used for a single item, too: some slaves have no 5 and 6.
    public init?(_ words: [UInt16], to address: RegisterAddress, asSeveral: Bool = false) {
        let table = address.table
        guard table == .coil || table == .holding, (1...Self.limit(of: table)).contains(words.count),
            Int(address.offset) + words.count <= 65536, !table.holdsBits || words.allSatisfy({ $0 <= 1 })
        else { return nil }
        self.table = table
        self.address = address.offset
        self.words = words
        let isOne = words.count == 1 && !asSeveral
        function = table.holdsBits ? (isOne ? 5 : 15) : (isOne ? 6 : 16)
    }

    /// First address, and what is written there.
    public var description: String {
        "\(RegisterAddress(table, address))=\(words.map(String.init).joined(separator: ","))"
    }

    /// The same registers as a read.
    public var readBack: ReadBlock {
        ReadBlock(table: table, span: Int(address)..<Int(address) + words.count, points: [])
    }

    /// Function and data as they stand in a frame.
    var body: [UInt8] {
        let place = [function, UInt8(address >> 8), UInt8(address & 0xFF)]
        switch function {
        case 5: return place + [words[0] == 0 ? 0 : 0xFF, 0]
        case 6: return place + Self.bytes(words[0])
        case 15:
            var packed = [UInt8](repeating: 0, count: (words.count + 7) / 8)
            for (index, bit) in words.enumerated() where bit != 0 { packed[index / 8] |= 1 << UInt8(index % 8) }
            return place + Self.bytes(UInt16(words.count)) + [UInt8(packed.count)] + packed
        default:
            return place + Self.bytes(UInt16(words.count)) + [UInt8(2 * words.count)] + words.flatMap(Self.bytes)
        }
    }

    private static func bytes(_ word: UInt16) -> [UInt8] { [UInt8(word >> 8), UInt8(word & 0xFF)] }
}
