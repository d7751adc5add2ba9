/// Reads JSON strictly, one expected thing after the other.
///
/// The caller says what must come next, and nothing is ever skipped: an unknown member is a fault, so that no input can
/// make the reader go deeper than the contract itself does.
struct JSONReader {
    private let bytes: [UInt8]

    /// The next byte to be read, counted from zero.
    private(set) var offset = 0

    /// Checks that all of the input is UTF-8, so that no later step has to.
    init(_ bytes: [UInt8]) throws(ContractFault) {
        var parser = Unicode.UTF8.ForwardParser()
        var input = bytes.makeIterator()
        var length = 0
        decoding: while true {
            switch parser.parseScalar(from: &input) {
            case .valid(let scalar): length += scalar.count
            case .error: throw ContractFault(offset: length, reason: .notUTF8)
            case .emptyInput: break decoding
            }
        }
        self.bytes = bytes
    }

    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private func fault(_ what: String) -> ContractFault {
        ContractFault(offset: offset, reason: .expected(what))
    }

    /// Passes over what JSON allows between tokens.
    mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { offset += 1 }
    }

    /// Passes over white space and then over one character, if it is this one.
    mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard next == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }

    /// Passes over white space and then over this character.
    mutating func expect(_ character: Unicode.Scalar, _ what: String) throws(ContractFault) {
        guard take(character) else { throw fault(what) }
    }

    /// Checks that nothing but white space follows.
    mutating func expectEnd() throws(ContractFault) {
        skipSpace()
        guard next == nil else { throw fault("the end of the message") }
    }

    /// Reads an object that has each of these members once, in any order; `read` reads the value of one, by its index.
    mutating func object(
        _ members: [String],
        read: (inout JSONReader, Int) throws(ContractFault) -> Void
    ) throws(ContractFault) {
        try expect("{", "an object")
        var seen = [Bool](repeating: false, count: members.count)
        if !take("}") {
            repeat {
                skipSpace()
                let start = offset
                let name = try string("the name of a member")
                guard let index = members.firstIndex(where: { $0.utf8.elementsEqual(name.utf8) })
                else { throw ContractFault(offset: start, reason: .unknownMember(name)) }
                guard !seen[index] else { throw ContractFault(offset: start, reason: .repeatedMember(name)) }
                seen[index] = true
                try expect(":", "a colon")
                try read(&self, index)
            } while take(",")
            try expect("}", "a comma or the end of the object")
        }
        if let index = seen.firstIndex(of: false) {
            throw ContractFault(offset: offset - 1, reason: .missingMember(members[index]))
        }
    }

    /// Reads an array; `read` reads one element.
    mutating func array(read: (inout JSONReader) throws(ContractFault) -> Void) throws(ContractFault) {
        try expect("[", "an array")
        if take("]") { return }
        repeat { try read(&self) } while take(",")
        try expect("]", "a comma or the end of the array")
    }

    /// Reads the characters that a number is made of, as they stand.
    mutating func numberText() throws(ContractFault) -> String {
        skipSpace()
        let start = offset
        while let byte = next, Self.isNumberByte(byte) { offset += 1 }
        guard offset > start else { throw fault("a number") }
        return String(decoding: bytes[start..<offset], as: UTF8.self)
    }

    private static func isNumberByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
            UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }

    /// Reads a string and resolves its escapes.
    mutating func string(_ what: String) throws(ContractFault) -> String {
        try expect("\"", what)
        var content: [UInt8] = []
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                offset += 1
                return String(decoding: content, as: UTF8.self)
            case UInt8(ascii: "\\"):
                content += try escape()
            case 0x20...:
                content.append(byte)
                offset += 1
            default:
                throw fault("an escape: control characters do not stand in a string")
            }
        }
        throw fault("a closing quotation mark")
    }
}

extension JSONReader {
    /// Reads an escape, the back slash first, and gives its character in UTF-8.
    private mutating func escape() throws(ContractFault) -> [UInt8] {
        let start = offset
        offset += 1
        guard let mark = next else { throw fault("an escape") }
        offset += 1
        switch mark {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [mark]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "u"): break
        default: throw ContractFault(offset: start, reason: .expected("an escape that JSON knows"))
        }
        var code = try fourHexDigits()
        if (0xD800..<0xDC00).contains(code), bytes[offset...].starts(with: #"\u"#.utf8) {
            offset += 2
            let low = try fourHexDigits()
            guard (0xDC00..<0xE000).contains(low) else { throw ContractFault(offset: start, reason: .loneSurrogate) }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw ContractFault(offset: start, reason: .loneSurrogate) }
        return Array(String(Character(scalar)).utf8)
    }

    private mutating func fourHexDigits() throws(ContractFault) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80
            else { throw fault("four hexadecimal digits") }
            code = code << 4 | UInt32(digit)
            offset += 1
        }
        return code
    }
}
