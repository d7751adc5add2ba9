/// Writes JSON in the contract's one form: no white space, UTF-8 as it is, escapes only where JSON demands them.
struct JSONWriter {
    /// What was written.
    private(set) var bytes: [UInt8] = []

    init(reserving capacity: Int) {
        bytes.reserveCapacity(capacity)
    }

    /// Writes text that is JSON already.
    mutating func json(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Writes text that is JSON already.
    mutating func json(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    /// Writes a string in quotation marks.
    mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        // Nearly every text goes out as it is, in one piece.
        if text.utf8.contains(where: Self.needsEscape) {
            for byte in text.utf8 { character(byte) }
        } else {
            json(text)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func character(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): json(#"\""#)
        case UInt8(ascii: "\\"): json(#"\\"#)
        case 0x20...: bytes.append(byte)
        default: control(byte)
        }
    }

    /// Writes the escape of a control character: the short one where JSON has one, else `\u00xx` in lower case.
    private mutating func control(_ byte: UInt8) {
        switch byte {
        case 0x08: json(#"\b"#)
        case 0x09: json(#"\t"#)
        case 0x0A: json(#"\n"#)
        case 0x0C: json(#"\f"#)
        case 0x0D: json(#"\r"#)
        default:
            let low = byte & 0x0F
            json(byte < 0x10 ? #"\u000"# : #"\u001"#)
            bytes.append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
        }
    }
}
