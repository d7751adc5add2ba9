/// A decimal number held exactly: sign, decimal digits and a power of ten.
///
/// Metering lives on decimals (12345 × 0.01 kWh is 123.45 kWh) and binary floating point does not hold them. Sums and
/// products of this type are exact, of any length; nothing is ever rounded. Equal numbers have one representation, so
/// `==` is numeric.
public struct ExactDecimal: Sendable, Hashable {
    /// Whether the number is below zero.
    ///
    /// Zero has no sign.
    public let isNegative: Bool

    /// The significant digits, most significant first, without leading or trailing zeros; empty for zero.
    let digits: [UInt8]

    /// The power of ten that the last significant digit stands for; 0 for zero.
    public let exponent: Int

    /// Zero.
    public static let zero = ExactDecimal(isNegative: false, digits: [], exponent: 0)

    /// One, the scale that changes nothing.
    public static let one = ExactDecimal(isNegative: false, digits: [1], exponent: 0)

    /// Whether the number is zero.
    public var isZero: Bool { digits.isEmpty }

    /// How many significant digits the number has; 0 for zero.
    public var significantDigits: Int { digits.count }

    /// The power of ten of the first significant digit: 2 for 123.45, −1 for 0.1.
    public var magnitudeExponent: Int { exponent + digits.count - 1 }

    /// Strips zeros at both ends, so that equal numbers become equal values.
    init(isNegative: Bool, digits: some Collection<UInt8>, exponent: Int) {
        let headless = digits.drop { $0 == 0 }
        var kept = Array(headless)
        var exponent = exponent
        while kept.last == 0 {
            kept.removeLast()
            exponent += 1
        }
        self.isNegative = isNegative && !kept.isEmpty
        self.exponent = kept.isEmpty ? 0 : exponent
        self.digits = kept
    }

    /// Makes the exact value of an integer of any width.
    ///
    /// Inlinable: registers are decoded all the time, and elsewhere each step would look the integer's type up.
    @inlinable public init(_ value: some FixedWidthInteger) {
        var magnitude = value.magnitude
        var reversed: [UInt8] = []
        reversed.reserveCapacity(20)
        while magnitude != 0 {
            let (quotient, digit) = magnitude.quotientAndRemainder(dividingBy: 10)
            reversed.append(UInt8(truncatingIfNeeded: digit))
            magnitude = quotient
        }
        self.init(isNegative: value < 0, reversed: reversed)
    }

    /// Takes the digits of an integer, the least significant first.
    @usableFromInline init(isNegative: Bool, reversed: [UInt8]) {
        self.init(isNegative: isNegative, digits: reversed.reversed(), exponent: 0)
    }

    /// Reads a decimal literal such as `0.01`, `-40`, `+2.5e-3`; nil for anything else.
    ///
    /// Only ASCII digits, one optional point with digits on both sides, and an optional exponent of at most three
    /// digits are taken: no spaces, no thousands separators, no hexadecimal, no words.
    public init?(parsing text: some StringProtocol) {
        var rest = text.utf8[...]
        var isNegative = false
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            rest.removeFirst()
        }
        func takeDigits() -> [UInt8] {
            var taken: [UInt8] = []
            while let byte = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
                taken.append(byte - UInt8(ascii: "0"))
                rest.removeFirst()
            }
            return taken
        }
        let whole = takeDigits()
        guard !whole.isEmpty else { return nil }
        var fraction: [UInt8] = []
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            fraction = takeDigits()
            guard !fraction.isEmpty else { return nil }
        }
        var power = 0
        if let mark = rest.first, mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") {
            rest.removeFirst()
            var isDown = false
            if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
                isDown = sign == UInt8(ascii: "-")
                rest.removeFirst()
            }
            let taken = takeDigits()
            guard (1...3).contains(taken.count) else { return nil }
            power = taken.reduce(0) { $0 * 10 + Int($1) } * (isDown ? -1 : 1)
        }
        guard rest.isEmpty else { return nil }
        self.init(isNegative: isNegative, digits: whole + fraction, exponent: power - fraction.count)
    }
}
