import ExactArithmetic
import Testing

@Suite struct `Canonical numbers` {
    @Test(arguments: [
        ("0", "0"), ("123.45", "123.45"), ("1e-6", "0.000001"), ("9.99e-7", "9.99e-7"), ("-1.5e-7", "-1.5e-7"),
        ("1e14", "100000000000000"), ("999999999999999.9", "999999999999999.9"), ("1e15", "1e15"),
        ("3.4e38", "3.4e38"), ("-12e20", "-1.2e21"),
    ])
    func `a measured number has an exponent below 1e-6 and from 1e15 on`(literal: String, text: String) throws {
        #expect(CanonicalNumber(measured: try #require(ExactDecimal(parsing: literal))).text == text)
    }

    @Test(arguments: [
        ("1e-12", "0.000000000001"), ("1e15", "1000000000000000"), ("-5e20", "-500000000000000000000"), ("0e3", "0"),
    ])
    func `a counted number never has an exponent`(literal: String, text: String) throws {
        #expect(CanonicalNumber(counted: try #require(ExactDecimal(parsing: literal))).text == text)
    }

    @Test(arguments: [
        "0", "7", "-7", "0.5", "-0.000001", "123.45", "3.4e38", "1.5e-7", "0.0000001", "1000000000000000", "1e15",
    ])
    func `a canonical text is taken as it stands`(text: String) {
        #expect(CanonicalNumber(canonical: text)?.text == text)
    }

    @Test(arguments: [
        "-0", "0.0", "1.0", "1.50", "01", "+1", "1E15", "1e+15", "1e015", "10e14", "1.0e15", "1e3", "0.1e1", "1e-6",
        "1e-07", ".5", "5.", "", "-", "NaN", "Infinity", "1e1000", " 1", "1 ", "0e0",
    ])
    func `every other spelling is refused`(text: String) {
        #expect(CanonicalNumber(canonical: text) == nil)
    }
}
