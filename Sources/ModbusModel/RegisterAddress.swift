/// Where a value stands in a slave: a table and the zero-based address that goes over the wire.
public struct RegisterAddress: Sendable, Hashable, CustomStringConvertible {
    /// The table.
    public let table: RegisterTable

    /// The zero-based address in the table, as a request carries it (Modbus V1.1b3 §4.4).
    public let offset: UInt16

    /// Names a table and a zero-based address.
    public init(_ table: RegisterTable, _ offset: UInt16) {
        self.table = table
        self.offset = offset
    }

    /// Reads the notation of the meters' manuals: `40001`, `30001`, `10001`, `00001`, or with six digits `400001`.
    ///
    /// The first digit names the table, the others count from one: `40001` is address 0 of the holding registers.
    /// Five digits reach 9999, six digits 65536. Nil for anything else.
    public init?(notation: some StringProtocol) {
        let digits = Array(notation.utf8)
        guard digits.count == 5 || digits.count == 6,
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let table = RegisterTable.allCases.first(where: {
                UInt8(ascii: "0") + UInt8($0.notationDigit) == digits[0]
            })
        else { return nil }
        let number = digits.dropFirst().reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        guard (1...65536).contains(number) else { return nil }
        self.init(table, UInt16(number - 1))
    }

    /// The address in the manuals' notation, with five digits where they suffice.
    public var description: String {
        let number = Int(offset) + 1
        let digits = String(number)
        let width = number <= 9999 ? 4 : 5
        return String(table.notationDigit) + String(repeating: "0", count: width - digits.count) + digits
    }
}
