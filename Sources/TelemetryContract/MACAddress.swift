/// The name of a gateway: its MAC address, which is also its certificate's common name and its MQTT client id.
public struct MACAddress: Sendable, Hashable, CustomStringConvertible {
    /// Lower-case hexadecimal with colons, 17 characters.
    public let description: String

    /// Takes the one valid spelling, `aa:bb:cc:dd:ee:ff`; nil for every other, upper case included.
    ///
    /// The broker's ACL compares byte by byte: a MAC in another case names another gateway.
    public init?(_ text: String) {
        guard Self.isValid(text) else { return nil }
        description = text
    }

    /// The valid spelling of a text that names a MAC in another way (`AA-BB-CC-DD-EE-FF`), to propose it in an error.
    public static func proposal(for text: String) -> MACAddress? {
        let digits = text.lowercased().filter { $0 != ":" && $0 != "-" && $0 != "." && $0 != " " }
        guard digits.utf8.count == 12 else { return nil }
        var spelled = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, index.isMultiple(of: 2) { spelled += ":" }
            spelled.append(digit)
        }
        return MACAddress(spelled)
    }

    private static func isValid(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.count == 17
            && bytes.indices.allSatisfy { index in
                let byte = bytes[index]
                return index % 3 == 2
                    ? byte == UInt8(ascii: ":")
                    : (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                        || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
            }
    }
}
