internal import TelemetryContract

extension Expectation where Value == String {
    /// A text without control characters, of so many characters (Unicode code points).
    static func text(_ what: ConfigurationFault.Expected.Text, _ lengths: ClosedRange<Int>) -> Expectation {
        text(.text(what), lengths)
    }

    private static func text(_ expected: ConfigurationFault.Expected, _ lengths: ClosedRange<Int>) -> Expectation {
        let advice: ConfigurationFault.Advice? = lengths.contains(0) ? .emptyText : nil
        return Expectation(expected, adviceForNothing: advice) { (scalar) throws(Mismatch) in
            let length = scalar.text.unicodeScalars.count
            guard lengths.contains(length) else {
                throw Mismatch(length == 0 ? nil : .hasCharacters(length))
            }
            guard !scalar.text.unicodeScalars.contains(where: \.isControl) else {
                throw Mismatch(.hasControl)
            }
            return scalar.text
        }
    }

    /// A host name or an IP address, without a scheme and without a port.
    static var host: Expectation {
        let text = text(.host, 1...253)
        return Expectation(text.expected) { (scalar) throws(Mismatch) in
            let host = try text.read(scalar)
            let colons = host.utf8.count { $0 == UInt8(ascii: ":") }
            if let scheme = host.firstRange(of: "://") {
                throw Mismatch(.noScheme(String(host[scheme.upperBound...]).shortened))
            }
            if colons == 1 { throw Mismatch(.portKey) }
            let extra = colons == 0 ? "-._" : "-._:%"
            guard host.utf8.allSatisfy({ $0.isLetterOrDigit || extra.utf8.contains($0) }) else { throw Mismatch() }
            return host
        }
    }

    /// A path; one that is relative counts from the configuration file's folder.
    static func path(_ what: ConfigurationFault.Expected.Path, in surroundings: Surroundings) -> Expectation {
        text(.path(what), 1...4096).map { surroundings.resolve($0) }
    }

    /// The path of a file of the certificate, which must be there and, for a key, be kept from others.
    static func credential(
        _ what: ConfigurationFault.Expected.Path, isSecret: Bool, in surroundings: Surroundings
    ) -> Expectation {
        let path = path(what, in: surroundings)
        return Expectation(path.expected) { (scalar) throws(Mismatch) in
            let path = try path.read(scalar)
            if let mismatch = surroundings.inspect(path, isSecret) { throw mismatch }
            return path
        }
    }
}

extension Expectation where Value == MACAddress {
    /// A gateway's name in its one spelling.
    static var mac: Expectation {
        Expectation(.mac) { (scalar) throws(Mismatch) in
            if let mac = MACAddress(scalar.text) { return mac }
            throw Mismatch(MACAddress.proposal(for: scalar.text).map { .write(["\"\($0)\""]) })
        }
    }
}

extension Expectation where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
    /// One of the words of a list.
    static var word: Expectation {
        let words = Value.allCases.map(\.rawValue)
        return Expectation(.oneOf(words)) { (scalar) throws(Mismatch) in
            if let value = Value(rawValue: scalar.text) { return value }
            throw Mismatch(NearestWord.of(scalar.text, in: words, isValue: true).map { .didYouMean($0) })
        }
    }
}

extension Expectation where Value == Bool {
    /// Yes or no, in the one spelling that all readers of YAML share.
    static var truth: Expectation {
        Expectation(.truth) { (scalar) throws(Mismatch) in
            if !scalar.isQuoted, scalar.text == "true" || scalar.text == "false" { return scalar.text == "true" }
            let isYes = ["yes", "y", "on", "true", "1"].contains(scalar.text.lowercased())
            let isNo = ["no", "n", "off", "false", "0"].contains(scalar.text.lowercased())
            throw Mismatch(isYes ? .write(["true"]) : isNo ? .write(["false"]) : nil)
        }
    }
}

extension UInt8 {
    /// Whether the byte is an ASCII digit.
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    /// Whether the byte is an ASCII letter or digit.
    var isLetterOrDigit: Bool {
        isDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
    }
}
