import ContractPeer
import ExactArithmetic
import Foundation
import Testing

@Suite struct `Exact decimals` {
    @Test(arguments: [
        ("0.01", "0.01"), ("-40", "-40"), ("+2.5e-3", "0.0025"), ("007", "7"), ("1.500", "1.5"), ("-0", "0"),
        ("0e999", "0"), ("1E3", "1000"), ("-1.0e+2", "-100"), ("0.000", "0"), ("100e-2", "1"),
    ])
    func `a decimal literal is read exactly`(text: String, plain: String) {
        #expect(ExactDecimal(parsing: text)?.plainText == plain)
    }

    @Test(arguments: [
        "", "-", "+", ".5", "5.", "1e", "1e+", "1e1000", "1,5", " 1", "1 ", "0x1", "nan", "inf", "1.2.3", "--1", "١",
        "1e5e5", "1\n", "1_000", "−1",
    ])
    func `anything else is no decimal`(text: String) {
        #expect(ExactDecimal(parsing: text) == nil)
    }

    @Test func `equal numbers are equal values however they came about`() throws {
        let hundred = try #require(ExactDecimal(parsing: "100"))
        #expect(ExactDecimal(parsing: "1e2") == hundred)
        #expect(ExactDecimal(parsing: "100.00") == hundred)
        #expect(ExactDecimal(100 as UInt8) == hundred)
        #expect(ExactDecimal(parsing: "1e2")?.hashValue == hundred.hashValue)
        #expect(try hundred * #require(ExactDecimal(parsing: "0.01")) == .one)
        #expect(hundred + ExactDecimal(-100) == .zero)
        #expect(!(hundred * ExactDecimal(-1) + hundred).isNegative)
    }

    @Test func `integers of every width keep every digit`() {
        #expect(ExactDecimal(UInt64.max).plainText == "18446744073709551615")
        #expect(ExactDecimal(Int64.min).plainText == "-9223372036854775808")
        #expect(ExactDecimal(Int8.min).plainText == "-128")
        #expect(ExactDecimal(Int128.min).plainText == "-170141183460469231731687303715884105728")
        #expect(ExactDecimal(0).plainText == "0")
    }

    @Test func `digits and powers of ten are told`() throws {
        let number = try #require(ExactDecimal(parsing: "-123.4500"))
        #expect(number.isNegative)
        #expect(number.significantDigits == 5)
        #expect(number.exponent == -2)
        #expect(number.magnitudeExponent == 2)
        #expect(ExactDecimal.zero.significantDigits == 0)
        #expect(ExactDecimal.zero.exponent == 0)
    }

    @Test func `six thousand random sums and products are those of Python's decimal`() throws {
        var random = SeededGenerator(seed: 1)
        var lines = ""
        for round in 0..<6_000 {
            let isLong = round.isMultiple(of: 50)
            let a = Self.literal(digits: isLong ? 600 : 24, &random)
            // Now and then the same number with the other sign, or a neighbour: borrows that run through.
            let b =
                switch round % 7 {
                case 0: a.hasPrefix("-") ? String(a.dropFirst()) : "-" + a
                case 1: "1e\(Int.random(in: -40...40, using: &random))"
                default: Self.literal(digits: isLong ? 400 : 24, &random)
                }
            let left = try #require(ExactDecimal(parsing: a))
            let right = try #require(ExactDecimal(parsing: b))
            let isSum = Bool.random(using: &random)
            lines += "\(isSum ? "+" : "*") \(a) \(b) \((isSum ? left + right : left * right).plainText)\n"
        }
        let verdict = try ContractPeer.judge(["--judge-decimals"], input: Data(lines.utf8))
        #expect(verdict.summary == "6000 passed, 0 failed", "\(verdict.failures)")
        #expect(verdict.status == 0)
    }

    private static func literal(digits: Int, _ random: inout SeededGenerator) -> String {
        // Digits from a few alphabets: nines and zeros carry and borrow the most.
        let alphabet = ["0123456789", "09", "9", "0001"].randomElement(using: &random) ?? "9"
        func run(_ count: Int) -> String {
            String((0..<count).map { _ in alphabet.randomElement(using: &random) ?? "9" })
        }
        var text = Bool.random(using: &random) ? "-" : ""
        text += run(Int.random(in: 1...digits, using: &random))
        if Bool.random(using: &random) { text += "." + run(Int.random(in: 1...digits, using: &random)) }
        if Bool.random(using: &random) { text += "e\(Int.random(in: -40...40, using: &random))" }
        return text
    }
}
