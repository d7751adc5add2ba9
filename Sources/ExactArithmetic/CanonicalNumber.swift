/// A number in the one text form that every implementation of the contract writes.
///
/// Two notations exist, told apart by where a number came from, not by how large it is: what was counted in an integer
/// register is always written in plain digits; what was a float may carry an exponent.
public struct CanonicalNumber: Sendable, Hashable, CustomStringConvertible {
    /// The text as it stands in the message: `123.45`, `-0.05`, `3.4e38`.
    public let text: String

    /// Writes a number that came from an integer register: plain digits, never an exponent.
    public init(counted value: ExactDecimal) {
        text = value.plainText
    }

    /// Writes a number that came from a float register: plain digits from 1e-6 up to below 1e15, else with an exponent.
    public init(measured value: ExactDecimal) {
        let isPlain = value.isZero || (-6..<15).contains(value.magnitudeExponent)
        text = isPlain ? value.plainText : value.scientificText
    }

    /// Takes over a text that is already canonical; nil for every other spelling of a number (`1.0`, `-0`, `1E3`, `+1`).
    public init?(canonical text: String) {
        guard let value = ExactDecimal(parsing: text) else { return nil }
        guard text == value.plainText || text == CanonicalNumber(measured: value).text else { return nil }
        self.text = text
    }

    /// The same as `text`.
    public var description: String { text }
}

extension ExactDecimal {
    /// Plain digits without exponent: no trailing zeros after the point, no point without digits, no `-0`.
    public var plainText: String {
        if isZero { return "0" }
        var bytes: [UInt8] = isNegative ? [UInt8(ascii: "-")] : []
        let wholeCount = digits.count + exponent
        let characters = digits.map { UInt8(ascii: "0") + $0 }
        if wholeCount <= 0 {
            bytes += [UInt8(ascii: "0"), UInt8(ascii: ".")]
            bytes += [UInt8](repeating: UInt8(ascii: "0"), count: -wholeCount)
            bytes += characters
        } else if exponent >= 0 {
            bytes += characters
            bytes += [UInt8](repeating: UInt8(ascii: "0"), count: exponent)
        } else {
            bytes += characters[..<wholeCount]
            bytes.append(UInt8(ascii: "."))
            bytes += characters[wholeCount...]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// One digit, the others after a point, and the exponent: `3.4e38`, `1.5e-7`; no `+`, no leading zeros.
    var scientificText: String {
        guard !isZero else { return "0" }
        var text = isNegative ? "-" : ""
        text += String(digits[0])
        if digits.count > 1 {
            text += "."
            for digit in digits.dropFirst() { text += String(digit) }
        }
        return text + "e\(magnitudeExponent)"
    }
}
