import ContractPeer
import ExactArithmetic
import Foundation
import Testing

@Suite struct `Shortest floats` {
    @Test func `NaN and the infinities are no numbers`() {
        for value in [Float.nan, .signalingNaN, -.nan, .infinity, -.infinity] {
            #expect(ExactDecimal(shortest: value) == nil)
        }
        for value in [Double.nan, .signalingNaN, -.nan, .infinity, -.infinity] {
            #expect(ExactDecimal(shortest: value) == nil)
        }
    }

    @Test func `twenty thousand 32-bit patterns read back, and no shorter text does`() throws {
        var random = SeededGenerator(seed: 2)
        // Every power of two and its neighbours, where the floats' distance changes; then any pattern.
        var patterns = (0..<255 as Range<UInt32>).flatMap { [$0 << 23, $0 << 23 | 1, $0 << 23 | 0x7F_FFFF] }
        while patterns.count < 20_000 {
            let pattern = UInt32.random(in: .min ... .max, using: &random)
            if Float(bitPattern: pattern).isFinite { patterns.append(pattern) }
        }
        var lines = ""
        for pattern in patterns {
            let value = Float(bitPattern: pattern)
            let text = CanonicalNumber(measured: try #require(ExactDecimal(shortest: value))).text
            if Float(text)?.bitPattern != pattern, value != 0 { Issue.record("\(text) is not \(value)") }
            lines += "f32 \(Self.hex(UInt64(pattern), digits: 8)) \(text)\n"
        }
        let verdict = try ContractPeer.judge(["--judge-decimals"], input: Data(lines.utf8))
        #expect(verdict.summary == "\(patterns.count) passed, 0 failed", "\(verdict.failures)")
    }

    @Test func `twenty thousand 64-bit patterns read back, and are spelled as Python spells them`() throws {
        var random = SeededGenerator(seed: 3)
        var patterns = (0..<2047 as Range<UInt64>).flatMap { [$0 << 52, $0 << 52 | 1, ($0 + 1) << 52 - 1] }
        while patterns.count < 20_000 {
            // Patterns as they come, and numbers of everyday size with few or many digits.
            let isAny = patterns.count.isMultiple(of: 2)
            let everyday = Double(Int64.random(in: 0...10_000_000_000, using: &random)) / 1000
            let pattern = isAny ? UInt64.random(in: .min ... .max, using: &random) : everyday.bitPattern
            if Double(bitPattern: pattern).isFinite { patterns.append(pattern) }
        }
        var lines = ""
        for pattern in patterns {
            let value = Double(bitPattern: pattern)
            let text = CanonicalNumber(measured: try #require(ExactDecimal(shortest: value))).text
            if Double(text)?.bitPattern != pattern, value != 0 { Issue.record("\(text) is not \(value)") }
            lines += "f64 \(Self.hex(pattern, digits: 16)) \(text)\n"
        }
        let verdict = try ContractPeer.judge(["--judge-decimals"], input: Data(lines.utf8))
        #expect(verdict.summary == "\(patterns.count) passed, 0 failed", "\(verdict.failures)")
    }

    private static func hex(_ pattern: UInt64, digits: Int) -> String {
        let text = String(pattern, radix: 16)
        return String(repeating: "0", count: digits - text.count) + text
    }
}
