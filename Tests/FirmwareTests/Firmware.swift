import ExactArithmetic
import FirmwareCore
import ModbusModel
import Testing

/// The firmware's functions, called as Swift would have them.
enum Firmware {
    /// Longer than any text, so that a wrong one shows instead of being cut.
    static let capacity = 512

    /// The definition as the firmware holds it; its scale and offset go through the firmware's own parser.
    static func point(_ definition: PointDefinition) throws -> gw_point_t {
        gw_point_t(
            table: definition.address.table.readFunction,
            type: UInt8(try #require(ValueType.allCases.firstIndex(of: definition.type))),
            order: UInt8(try #require([WordOrder.ABCD, .CDAB, .BADC, .DCBA].firstIndex(of: definition.order))),
            lowest_bit: UInt8(definition.bits?.lowerBound ?? 0),
            bit_count: UInt8(definition.bits?.count ?? 0),
            address: definition.address.offset,
            scale: try decimal(definition.scale.plainText),
            offset: try decimal(definition.offset.plainText))
    }

    /// A literal as the firmware reads it.
    static func decimal(_ text: String) throws -> gw_decimal_t {
        var number = gw_decimal_t()
        let isRead = text.withCString { gw_decimal_parse($0, text.utf8.count, &number) }
        try #require(isRead, "the firmware does not read \(text)")
        return number
    }

    /// The text of a value; nil if the point failed.
    static func text(_ point: gw_point_t, _ words: [UInt16], capacity: Int = capacity) throws -> String? {
        var text = [CChar](repeating: 0x7E, count: capacity)
        var length = 0
        let result = withUnsafePointer(to: point) { gw_value_text($0, words, &text, capacity, &length) }
        guard result != GW_VALUE_NOT_A_NUMBER else { return nil }
        try #require(result == GW_VALUE_OK)
        return String(decoding: text[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// What one measuring point said, on both sides.
    struct Reading {
        let code: String
        let unit: String
        /// The definition and the words; the words are nil if the point was not read.
        var point: (definition: PointDefinition, words: [UInt16]?)?
        /// Without a definition, the canonical text.
        var number: String?
    }

    /// The messages of one cycle, in a buffer of some bytes.
    static func messages(
        mac: String, seconds: UInt64, readings: [Reading], capacity: Int
    ) throws -> [[UInt8]] {
        var strings: [UnsafeMutablePointer<CChar>] = []
        var words: [UnsafeMutablePointer<UInt16>] = []
        let points = UnsafeMutablePointer<gw_point_t>.allocate(capacity: max(readings.count, 1))
        defer {
            for string in strings { string.deallocate() }
            for word in words { word.deallocate() }
            points.deallocate()
        }
        func held(_ text: String) -> UnsafePointer<CChar> {
            let bytes = Array(text.utf8CString)
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
            copy.initialize(from: bytes, count: bytes.count)
            strings.append(copy)
            return UnsafePointer(copy)
        }
        var table: [gw_reading_t] = []
        for (index, reading) in readings.enumerated() {
            var row = gw_reading_t()
            row.code = held(reading.code)
            row.unit = held(reading.unit)
            if let (definition, values) = reading.point {
                points[index] = try point(definition)
                row.point = UnsafePointer(points + index)
                if let values {
                    // Exactly as many as the type has: a word read beyond them is a finding of the sanitizer.
                    let copy = UnsafeMutablePointer<UInt16>.allocate(capacity: values.count)
                    copy.initialize(from: values, count: values.count)
                    words.append(copy)
                    row.words = UnsafePointer(copy)
                }
            } else if let number = reading.number {
                row.number = held(number)
            }
            table.append(row)
        }
        var at = 0
        try #require(gw_readings_check(table, table.count, &at) == GW_READINGS_OK)
        try #require(gw_mac_is_valid(mac))

        var messages: [[UInt8]] = []
        var next = 0
        while true {
            let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: capacity)
            defer { buffer.deallocate() }
            var length = 0
            let result = gw_message_write(mac, seconds, table, table.count, &next, buffer, capacity, &length)
            if result == GW_MESSAGE_NONE { return messages }
            try #require(result == GW_MESSAGE_LAST || result == GW_MESSAGE_MORE)
            messages.append(UnsafeBufferPointer(start: buffer, count: length).map(UInt8.init(bitPattern:)))
            if result == GW_MESSAGE_LAST { return messages }
        }
    }
}
