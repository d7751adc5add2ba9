import ContractPeer
import ExactArithmetic
import Foundation
import Testing

@testable import TelemetryContract

@Suite struct `Thousands of messages` {
    @Test func `six thousand messages say the same to our decoder and to Python`() throws {
        var random = SeededGenerator(seed: 4)
        var lines = Data()
        var meanings: [String] = []
        for _ in 0..<6_000 {
            let message = try Self.message(&random)
            let bytes = message.encoded()
            if try TelemetryMessage(decoding: bytes) != message { Issue.record("\(message)") }
            lines += bytes + [UInt8(ascii: "\n")]
            meanings.append(Self.meaning(of: message))
        }
        let verdict = try ContractPeer.judge(["--validate-lines"], input: lines)
        #expect(verdict.summary == "6000 passed, 0 failed", "\(verdict.failures)")
        #expect(verdict.status == 0)
        #expect(Array(verdict.lines.dropLast()) == meanings)
    }

    @Test func `ten thousand damaged messages do no harm, and what is taken is what Python takes`() throws {
        var random = SeededGenerator(seed: 5)
        var lines = Data()
        var ours: [String] = []
        var (taken, canonical) = (0, 0)
        for _ in 0..<10_000 {
            let bytes = Self.damaged(try Self.message(&random).encoded(), &random)
            let message = try? TelemetryMessage(decoding: bytes)
            var meaning = "refused"
            if let message {
                let again = message.encoded()
                #expect(try TelemetryMessage(decoding: again) == message)
                // Python takes canonical bytes only: where ours come out otherwise, it has to refuse.
                if again == bytes { meaning = Self.meaning(of: message) }
                taken += 1
                canonical += again == bytes ? 1 : 0
            }
            // One line is one message for Python; JSON may have line feeds between tokens.
            if !bytes.isEmpty, !bytes.contains(0x0A) {
                lines += bytes + [0x0A]
                ours.append(meaning)
            }
        }
        let verdict = try ContractPeer.judge(["--validate-lines"], input: lines)
        let theirs = verdict.lines.dropLast()
        #expect(theirs.count == ours.count)
        for (mine, other) in zip(ours, theirs) where mine != other { Issue.record("\(mine) / \(other)") }
        // The damage is of all kinds: some is fatal, some changes a character, some only the spelling.
        #expect(canonical > 500)
        #expect(taken > canonical + 100)
        #expect(taken < 9_000)
    }

    /// What a message says, spelled as the Python program spells it.
    private static func meaning(of message: TelemetryMessage) -> String {
        func hex(_ text: String) -> String {
            text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        let readings = message.readings.map { "\(hex($0.code))=\($0.value)=\(hex($0.unit))" }
        return ([message.gateway.description, message.timestamp.description] + readings).joined(separator: " ")
    }

    private static func message(_ random: inout SeededGenerator) throws -> TelemetryMessage {
        let octets = (0..<6).map { _ in
            String(Int.random(in: 256..<512, using: &random), radix: 16).dropFirst()
        }
        var codes = Set<[UInt8]>()
        let readings = (0..<Int.random(in: 1...8, using: &random)).compactMap { _ -> Reading? in
            let code = text(1...12, &random)
            guard codes.insert(Array(code.utf8)).inserted else { return nil }
            return Reading(code: code, value: number(&random), unit: text(0...4, &random))
        }
        return try TelemetryMessage(
            gateway: try #require(MACAddress(octets.joined(separator: ":"))),
            timestamp: try #require(UTCSecond(secondsSince1970: .random(in: UTCSecond.range, using: &random))),
            readings: readings
        )
    }

    private static func text(_ length: ClosedRange<Int>, _ random: inout SeededGenerator) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: length, using: &random) {
            let range: ClosedRange<UInt32> =
                switch Int.random(in: 0..<6, using: &random) {
                case 0: 0x01...0x1F
                case 1: 0x20...0x7F
                case 2: 0x22...0x5C
                case 3: 0x80...0xFFFF
                case 4: 0x300...0x36F
                default: 0x1_0000...0x10_FFFF
                }
            // Surrogates are no scalars: the middle of their range becomes a back slash.
            text.append(Unicode.Scalar(UInt32.random(in: range, using: &random)) ?? "\\")
        }
        return String(text)
    }

    private static func number(_ random: inout SeededGenerator) -> CanonicalNumber {
        switch Int.random(in: 0..<3, using: &random) {
        case 0:
            let whole = ExactDecimal(
                Int64.random(in: .min ... .max, using: &random) >> Int64.random(in: 0...63, using: &random)
            )
            let scale = ExactDecimal(parsing: "1e\(Int.random(in: -12...12, using: &random))") ?? .one
            return CanonicalNumber(counted: whole * scale)
        case 1:
            let float = Float(bitPattern: UInt32.random(in: .min ... .max, using: &random))
            return CanonicalNumber(measured: ExactDecimal(shortest: float) ?? .zero)
        default:
            let double = Double(bitPattern: UInt64.random(in: .min ... .max, using: &random))
            return CanonicalNumber(measured: ExactDecimal(shortest: double) ?? .zero)
        }
    }

    private static func damaged(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...2, using: &random) where !bytes.isEmpty {
            let at = Int.random(in: bytes.indices, using: &random)
            switch Int.random(in: 0..<9, using: &random) {
            case 0: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes[at] = UInt8.random(in: .min ... .max, using: &random)
            case 2: bytes.remove(at: at)
            case 3: bytes.insert(Array(" \t\"\\{}[],:0.eE-+9u".utf8).randomElement(using: &random) ?? 0x20, at: at)
            case 4: bytes.insert(contentsOf: Array(#"\u00e9"#.utf8), at: at)
            case 5: bytes.removeSubrange(at...)
            case 6: bytes += bytes[at...]
            case 7:
                // A digit for another: mostly a good message that says something else.
                if let digit = bytes.indices.filter({ (0x30...0x39).contains(bytes[$0]) }).randomElement(using: &random)
                {
                    bytes[digit] = UInt8.random(in: 0x30...0x39, using: &random)
                }
            default:
                // White space between tokens, which JSON allows and the canonical form does not.
                if let comma = bytes.indices.filter({ bytes[$0] == UInt8(ascii: "{") }).randomElement(using: &random) {
                    bytes.insert(0x20, at: comma + 1)
                }
            }
        }
        return bytes
    }
}
