internal import ExactArithmetic

extension Expectation where Value == Duration {
    /// A whole number with a unit, `500ms` or `5m`, within a range.
    static func duration(_ range: ClosedRange<Duration>, wholeSeconds: Bool = false) -> Expectation {
        let duration = ConfigurationFault.Expected.duration(
            from: range.lowerBound.unitText, to: range.upperBound.unitText, wholeSeconds: wholeSeconds)
        return Expectation(duration) { (scalar) throws(Mismatch) in
            let (number, unit) = scalar.text.splitAfterNumber
            guard !number.isEmpty else { throw Mismatch() }
            if unit.isEmpty { throw Mismatch(hint(forBare: number, within: range)) }
            guard let milliseconds = TimeUnit.milliseconds[unit] else {
                throw Mismatch(hint(number: number, unit: unit))
            }
            guard let count = Int(number) else { throw Mismatch(hint(fraction: number, times: milliseconds)) }
            let (product, overflows) = count.multipliedReportingOverflow(by: milliseconds)
            guard !overflows, range.contains(.milliseconds(product)) else { throw Mismatch() }
            if wholeSeconds, product % 1000 != 0 { throw Mismatch() }
            return .milliseconds(product)
        }
    }

    /// What a number without unit may have meant: seconds, or milliseconds, whichever lies in the range.
    private static func hint(
        forBare number: String, within range: ClosedRange<Duration>
    ) -> ConfigurationFault.Advice {
        guard let count = Int(number), count <= 1_000_000_000 else { return .units(TimeUnit.list) }
        var proposals: [String] = []
        if range.contains(.milliseconds(count)) { proposals.append("\(count)ms") }
        if range.contains(.seconds(count)) {
            proposals.append("\(count)s")
            let short = Duration.seconds(count).unitText
            if short != "\(count)s" { proposals.append(short) }
        }
        return proposals.isEmpty ? .units(TimeUnit.list) : .write(proposals)
    }

    private static func hint(number: String, unit: String) -> ConfigurationFault.Advice {
        let spelled = String(unit.drop { $0 == " " }.prefix { $0 != " " })
        if unit.first == " ", TimeUnit.milliseconds[spelled] != nil { return .write(["\(number)\(spelled)"]) }
        if unit.utf8.contains(where: \.isDigit) { return .oneUnit }
        return .units(TimeUnit.list)
    }

    /// `1.5s` is 1500ms.
    private static func hint(fraction number: String, times milliseconds: Int) -> ConfigurationFault.Advice? {
        guard number.utf8.count <= 18, let exact = ExactDecimal(parsing: number) else { return nil }
        let product = exact * ExactDecimal(milliseconds)
        return .wholeNumber(milliseconds: product.exponent >= 0 ? product.plainText : nil)
    }
}

/// The units of time that a configuration may use.
private enum TimeUnit {
    static let milliseconds = ["ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
    static let list = "ms, s, m, h, d"
}

extension Duration {
    /// The duration in the largest unit up to hours that needs no fraction, as a configuration writes it: `5m`.
    var unitText: String {
        let milliseconds = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
        for (unit, size) in [("h", Int64(3_600_000)), ("m", 60_000), ("s", 1000)]
        where milliseconds != 0 && milliseconds % size == 0 {
            return "\(milliseconds / size)\(unit)"
        }
        return "\(milliseconds)ms"
    }
}

extension String {
    /// The digits and points at the beginning, and the rest.
    var splitAfterNumber: (number: String, unit: String) {
        let number = prefix { $0 == "." || ($0.asciiValue?.isDigit ?? false) }
        return (String(number), String(self[number.endIndex...]))
    }
}
