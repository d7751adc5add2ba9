internal import ExactArithmetic

extension Expectation where Value == Int {
    /// A whole number of a range, in decimal digits.
    static func integer(_ what: ConfigurationFault.Expected.Number, _ range: ClosedRange<Int>) -> Expectation {
        Expectation(.number(what, range)) { (scalar) throws(Mismatch) in
            let value = try wholeNumber(scalar)
            guard range.contains(value) else { throw Mismatch() }
            return value
        }
    }

    /// One of a few whole numbers.
    static func integer(of values: [Int]) -> Expectation {
        Expectation(.oneOf(values.map(String.init))) { (scalar) throws(Mismatch) in
            let value = try wholeNumber(scalar)
            guard values.contains(value) else { throw Mismatch() }
            return value
        }
    }

    /// Decimal digits and nothing else: what YAML 1.1 holds for octal, hexadecimal or base 60 is none of it.
    private static func wholeNumber(_ scalar: Scalar) throws(Mismatch) -> Int {
        let digits = scalar.text.utf8.drop { $0 == UInt8(ascii: "-") }
        guard scalar.text.utf8.count - digits.count <= 1, digits.allSatisfy(\.isDigit), let value = Int(scalar.text)
        else { throw Mismatch() }
        if scalar.isQuoted { throw Mismatch(.noQuotes("\(value)")) }
        guard digits.count == 1 || digits.first != UInt8(ascii: "0") else {
            throw Mismatch(.noLeadingZero(value))
        }
        return value
    }
}

extension Expectation where Value == Int? {
    /// A whole number of a range, or the word `none` for no limit.
    static func integerOrNone(
        _ what: ConfigurationFault.Expected.Number, _ range: ClosedRange<Int>
    ) -> Expectation {
        let number = Expectation<Int>.integer(what, range)
        return Expectation(.numberOrNone(what, range)) { (scalar) throws(Mismatch) in
            scalar.text == "none" ? nil : try number.read(scalar)
        }
    }
}

extension Expectation where Value == ExactDecimal {
    /// A decimal number, taken exactly as it is written.
    static func decimal(_ what: ConfigurationFault.Expected = .decimal) -> Expectation {
        Expectation(what) { (scalar) throws(Mismatch) in
            let text = scalar.text
            // Longer ones are no figure of a meter, and arithmetic on them takes its time.
            guard text.utf8.count <= 64 else { throw Mismatch(.tooLong) }
            guard let value = ExactDecimal(parsing: text) else {
                throw Mismatch(spelling(near: text).map { .write([$0]) })
            }
            if scalar.isQuoted { throw Mismatch(.noQuotes(text)) }
            return value
        }
    }

    /// A valid spelling of `.5`, `5.` and `0,5`.
    private static func spelling(near text: String) -> String? {
        let proposals = ["0" + text, text + "0", String(text.map { $0 == "," ? "." : $0 })]
        return proposals.first { $0 != text && ExactDecimal(parsing: $0) != nil }
    }
}
