extension Expectation where Value == Int {
    /// A whole number of bytes, with or without a unit: `256MiB`, `200MB`, `65536`.
    static func byteCount(_ range: ClosedRange<Int>) -> Expectation {
        let size = ConfigurationFault.Expected.size(from: byteText(range.lowerBound), to: byteText(range.upperBound))
        return Expectation(size) { (scalar) throws(Mismatch) in
            let (number, unit) = scalar.text.splitAfterNumber
            guard !number.isEmpty else { throw Mismatch() }
            guard let size = SizeUnit.bytes[unit] else { throw Mismatch(hint(number: number, unit: unit)) }
            guard let count = Int(number) else {
                throw Mismatch(number.contains(".") ? .smallerUnit : nil)
            }
            let (product, overflows) = count.multipliedReportingOverflow(by: size)
            guard !overflows, range.contains(product) else {
                throw Mismatch(unit.isEmpty ? .bareBytes(units: SizeUnit.list) : nil)
            }
            return product
        }
    }

    private static func hint(number: String, unit: String) -> ConfigurationFault.Advice {
        let spelled = String(unit.drop { $0 == " " })
        if unit != spelled, SizeUnit.bytes[spelled] != nil { return .write(["\(number)\(spelled)"]) }
        if let letter = spelled.uppercased().first, "KMG".contains(letter) {
            let binary = "\(letter)iB"
            let decimal = letter == "K" ? "kB" : "\(letter)B"
            if let two = SizeUnit.bytes[binary], let ten = SizeUnit.bytes[decimal] {
                return .twoSizes(
                    number: number, binary: binary, bytes: two, decimal: decimal, decimalBytes: ten)
            }
        }
        return .units(SizeUnit.list)
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
