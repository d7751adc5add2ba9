extension Expectation where Value == Int {
    /// A whole number of bytes, with or without a unit: `256MiB`, `200MB`, `65536`.
    static func byteCount(_ range: ClosedRange<Int>) -> Expectation {
        let name = "a size from \(byteText(range.lowerBound)) to \(byteText(range.upperBound))"
        return Expectation(name) { (scalar) throws(Mismatch) in
            let (number, unit) = scalar.text.splitAfterNumber
            guard !number.isEmpty else { throw Mismatch() }
            guard let size = SizeUnit.bytes[unit] else { throw Mismatch(hint: hint(number: number, unit: unit)) }
            guard let count = Int(number) else {
                throw Mismatch(hint: number.contains(".") ? "write a whole number, in a smaller unit" : nil)
            }
            let (product, overflows) = count.multipliedReportingOverflow(by: size)
            guard !overflows, range.contains(product) else {
                throw Mismatch(hint: unit.isEmpty ? "a number alone means bytes; the units are \(SizeUnit.list)" : nil)
            }
            return product
        }
    }

    private static func hint(number: String, unit: String) -> String {
        let spelled = String(unit.drop { $0 == " " })
        if unit != spelled, SizeUnit.bytes[spelled] != nil { return "write \(number)\(spelled)" }
        if let letter = spelled.uppercased().first, "KMG".contains(letter) {
            let binary = "\(letter)iB"
            let decimal = letter == "K" ? "kB" : "\(letter)B"
            if let two = SizeUnit.bytes[binary], let ten = SizeUnit.bytes[decimal] {
                return "write \(number)\(binary) (of \(two) bytes) or \(number)\(decimal) (of \(ten) bytes)"
            }
        }
        return "the units are \(SizeUnit.list)"
    }

    private static func byteText(_ count: Int) -> String {
        for (unit, size) in [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]
        where count != 0 && count % size == 0 {
            return "\(count / size)\(unit)"
        }
        return "\(count)"
    }
}

/// The units of size that a configuration may use; none means bytes.
private enum SizeUnit {
    static let bytes = [
        "": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "kB": 1000, "MB": 1_000_000,
        "GB": 1_000_000_000,
    ]
    static let list = "B, KiB, MiB, GiB, kB, MB, GB"
}
