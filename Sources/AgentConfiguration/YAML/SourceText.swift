/// Checks that bytes are a text that YAML allows, before any parser sees them.
///
/// libyaml checks too, but names only a byte offset, and would read UTF-16 where a byte order mark asks for it.
enum SourceText {
    /// Finds the first byte that is no UTF-8 or a character that YAML does not allow; nil when there is none.
    static func fault(in bytes: [UInt8], file: String) -> ConfigurationFault? {
        let start = Place(file: file, line: 1, column: 1)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) || bytes.starts(with: [0xFF, 0xFE])
            || bytes.starts(with: [0xFE, 0xFF])
        {
            return ConfigurationFault(place: start, .byteOrderMark, .saveWithoutMark)
        }
        var parser = Unicode.UTF8.ForwardParser()
        var rest = bytes.makeIterator()
        var position = Position()
        while true {
            switch parser.parseScalar(from: &rest) {
            case .emptyInput: return nil
            case .error:
                return ConfigurationFault(place: position.place(in: file), .notUTF8, .saveAsUTF8)
            case .valid(let encoded):
                let scalar = Unicode.UTF8.decode(encoded)
                guard isAllowed(scalar) else {
                    return ConfigurationFault(
                        place: position.place(in: file), .forbiddenCharacter(hexadecimal(scalar.value)),
                        .removeCharacter)
                }
                position.advance(over: scalar)
            }
        }
    }

    /// The printable characters of YAML 1.1 §5.1.
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D, 0x85: true
        case 0xFEFF, 0xFFFE, 0xFFFF: false
        default: !scalar.isControl
        }
    }

    private static func hexadecimal(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// Counts lines and columns as libyaml does: a carriage return with a line feed is one line break.
    private struct Position {
        var line = 1
        var column = 1
        var followsCarriageReturn = false

        mutating func advance(over scalar: Unicode.Scalar) {
            switch scalar.value {
            case 0x0A where followsCarriageReturn: column = 1
            case 0x0A, 0x0D, 0x85, 0x2028, 0x2029:
                line += 1
                column = 1
            default: column += 1
            }
            followsCarriageReturn = scalar.value == 0x0D
        }

        func place(in file: String) -> Place { Place(file: file, line: line, column: column) }
    }
}
