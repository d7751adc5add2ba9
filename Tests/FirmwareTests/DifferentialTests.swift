import ContractPeer
import ExactArithmetic
import FirmwareCore
import Foundation
import ModbusModel
import TelemetryContract
import Testing

/// The agent's encoder and the firmware's, in one process, on the same definitions and words.
@Suite struct DifferentialTests {
    /// FIRMWARE_CASES=1000000 is the long run.
    static let cases = ProcessInfo.processInfo.environment["FIRMWARE_CASES"].flatMap { Int($0) } ?? 20_000

    @Test func `agent and firmware write the same value from the same registers`() throws {
        var generator = SeededGenerator(seed: 0x6D65_7465_7200_0001)
        var different = 0
        var failed = 0
        for number in 0..<Self.cases {
            let definition = try Self.definition(using: &generator)
            let words = Self.words(of: definition, using: &generator)
            let agent = try? definition.value(of: words[...]).text
            let point = try Firmware.point(definition)
            let firmware = try Firmware.text(point, words)
            if agent == nil { failed += 1 }
            if agent != firmware {
                different += 1
                Issue.record("case \(number): \(definition), \(words): \(agent ?? "-"), not \(firmware ?? "-")")
                if different > 10 { break }
            } else if let agent, number % 8 == 0 {
                try Self.expectExactFit(agent, of: point, words)
            }
        }
        #expect(different == 0)
        #expect(failed > 0 && failed < Self.cases / 10, "NaN and infinity must be among the cases, and not all of them")
    }

    @Test func `agent and firmware write the same messages, and a short buffer only splits them`() throws {
        var generator = SeededGenerator(seed: 0x6D65_7465_7200_0002)
        for number in 0..<max(Self.cases / 20, 1) {
            let readings = try (0..<Int.random(in: 1...9, using: &generator)).map { index in
                let definition = try Self.definition(using: &generator)
                let words = Self.words(of: definition, using: &generator)
                return Firmware.Reading(
                    code: "\(index)" + Self.text(using: &generator), unit: Self.text(using: &generator),
                    point: (definition, UInt8.random(in: 0..<8, using: &generator) == 0 ? nil : words))
            }
            let second = try #require(
                UTCSecond(secondsSince1970: Int64.random(in: UTCSecond.range, using: &generator)))
            let mac = "aa:bb:cc:dd:ee:ff"
            let read = readings.compactMap { reading -> TelemetryContract.Reading? in
                guard let (definition, words) = reading.point, let words,
                    let value = try? definition.value(of: words[...])
                else { return nil }
                return TelemetryContract.Reading(code: reading.code, value: value, unit: reading.unit)
            }
            let gateway = try #require(MACAddress(mac))
            let agent =
                read.isEmpty
                ? [] : [try TelemetryMessage(gateway: gateway, timestamp: second, readings: read).encoded()]
            let seconds = UInt64(second.secondsSince1970)
            let firmware = try Firmware.messages(mac: mac, seconds: seconds, readings: readings, capacity: 16384)
            try #require(firmware == agent, "case \(number)")

            // Every message of a split cycle is what the agent writes of those readings, and none is lost or doubled.
            let short = try Firmware.messages(mac: mac, seconds: seconds, readings: readings, capacity: 1000)
            var rest = read[...]
            for message in short {
                let decoded = try TelemetryMessage(decoding: message)
                let part = Array(rest.prefix(decoded.readings.count))
                rest = rest.dropFirst(part.count)
                let expected = try TelemetryMessage(gateway: gateway, timestamp: second, readings: part).encoded()
                try #require(message == expected, "case \(number)")
                // Full means: the next reading would not have fitted.
                if let next = rest.first {
                    let more = try TelemetryMessage(gateway: gateway, timestamp: second, readings: part + [next])
                    try #require(more.encoded().count > 1000, "case \(number)")
                }
            }
            try #require(rest.isEmpty, "case \(number)")
        }
    }

    @Test func `agent and firmware agree on every boundary of the binary floats`() throws {
        let float32 = try PointDefinition(address: RegisterAddress(.holding, 0), type: .float32)
        let float64 = try PointDefinition(address: RegisterAddress(.holding, 0), type: .float64)
        func compare(_ definition: PointDefinition, _ pattern: UInt64) throws {
            let count = definition.type.width
            let words = (0..<count).map { UInt16(truncatingIfNeeded: pattern >> (16 * UInt64(count - 1 - $0))) }
            let agent = try? definition.value(of: words[...]).text
            try #require(try Firmware.text(Firmware.point(definition), words) == agent, "\(definition.type) \(pattern)")
        }
        for exponent in UInt64(0)...255 {
            for fraction in [0, 1, 2, 0x3F_FFFF, 0x40_0000, 0x7F_FFFE, 0x7F_FFFF] as [UInt64] {
                try compare(float32, exponent << 23 | fraction)
                try compare(float32, 1 << 31 | exponent << 23 | fraction)
            }
        }
        for exponent in UInt64(0)...2047 {
            for fraction in [0, 1, 2, 1 << 51, (1 << 52) - 2, (1 << 52) - 1] as [UInt64] {
                try compare(float64, exponent << 52 | fraction)
            }
        }
        for power in -322...308 {
            let value = try #require(Double("1e\(power)"))
            for pattern in (value.bitPattern - 2)...(value.bitPattern + 2) { try compare(float64, pattern) }
        }
    }

    /// A text fits into a buffer of its own length and not into one byte less.
    private static func expectExactFit(_ text: String, of point: gw_point_t, _ words: [UInt16]) throws {
        let count = text.utf8.count
        try #require(try Firmware.text(point, words, capacity: count) == text)
        var buffer = [CChar](repeating: 0, count: count)
        var length = 0
        let result = withUnsafePointer(to: point) { gw_value_text($0, words, &buffer, count - 1, &length) }
        try #require(result == GW_VALUE_NO_ROOM, "\(text)")
        try #require(buffer[count - 1] == 0, "\(text)")
    }

    private static func definition(using generator: inout SeededGenerator) throws -> PointDefinition {
        while true {
            let table = RegisterTable.allCases.randomElement(using: &generator) ?? .holding
            let type =
                table.holdsBits
                ? .bool : ValueType.allCases.filter { $0 != .bool }.randomElement(using: &generator) ?? .uint16
            var bits: ClosedRange<Int>?
            if !table.holdsBits, UInt8.random(in: 0..<4, using: &generator) == 0 {
                let lowest = Int.random(in: 0..<(16 * type.width), using: &generator)
                bits = lowest...Int.random(in: lowest..<(16 * type.width), using: &generator)
            }
            let definition = try? PointDefinition(
                address: RegisterAddress(table, UInt16.random(in: 0...65000, using: &generator)),
                type: type,
                order: WordOrder.allCases.randomElement(using: &generator) ?? .ABCD,
                bits: bits,
                scale: factor(using: &generator, neutral: "1"),
                offset: factor(using: &generator, neutral: "0"))
            if let definition { return definition }
        }
    }

    private static func factor(using generator: inout SeededGenerator, neutral: String) -> ExactDecimal {
        let common = [neutral, neutral, neutral, "0.1", "0.01", "0.001", "10", "-40", "-1", "0.5", "-0.05"]
        var text = common.randomElement(using: &generator) ?? neutral
        if Bool.random(using: &generator) {
            let magnitude = UInt64.random(in: 0..<1_000_000_000_000_000_000, using: &generator)
            let shorter = magnitude / UInt64.random(in: 1...max(magnitude, 1), using: &generator)
            let sign = Bool.random(using: &generator) ? "-" : ""
            text = "\(sign)\(shorter)e\(Int.random(in: -12...12, using: &generator))"
        }
        return ExactDecimal(parsing: text) ?? .one
    }

    private static func words(of definition: PointDefinition, using generator: inout SeededGenerator) -> [UInt16] {
        if definition.address.table.holdsBits { return [UInt16.random(in: 0...1, using: &generator)] }
        // Patterns of meters: small counts, nearly full ones, round floats, powers of two; and noise.
        var pattern = generator.next()
        switch UInt8.random(in: 0..<6, using: &generator) {
        case 0: pattern >>= UInt64.random(in: 0...63, using: &generator)
        case 1: pattern = ~(pattern >> UInt64.random(in: 0...63, using: &generator))
        case 2 where definition.type == .float32:
            pattern = UInt64((Float(Int32(truncatingIfNeeded: pattern >> 40)) / 100).bitPattern)
        case 2 where definition.type == .float64:
            pattern = (Double(Int64(pattern >> 24)) / 1000).bitPattern
        case 3 where definition.type == .float32: pattern &= 0xFF80_0000
        case 3 where definition.type == .float64: pattern &= 0xFFF0_0000_0000_0000
        default: break
        }
        return (0..<definition.type.width).map { UInt16(truncatingIfNeeded: pattern >> (16 * UInt64($0))) }
    }

    private static func text(using generator: inout SeededGenerator) -> String {
        let pieces = [
            "kWh", "m³", "°C", "\"", "\\", "\u{1}", "\u{8}", "\u{C}", "\n", "\r", "\t", "\u{1F}", "/", "\u{7F}", "é",
            "𝄞", "D01", "",
        ]
        return (0..<Int.random(in: 0...4, using: &generator))
            .map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
    }
}
