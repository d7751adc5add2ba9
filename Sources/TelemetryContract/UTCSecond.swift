/// A second of civil time in UTC, from 1970-01-01T00:00:00Z to 9999-12-31T23:59:59Z.
///
/// Leap seconds do not exist here, as they do not in the clock of a Unix system.
public struct UTCSecond: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Seconds since 1970-01-01T00:00:00Z.
    public let secondsSince1970: Int64

    /// The seconds that the contract can write: four digits of year, none before 1970.
    public static let range: ClosedRange<Int64> = 0...253_402_300_799

    /// Takes a count of seconds; nil outside of `range`.
    public init?(secondsSince1970: Int64) {
        guard Self.range.contains(secondsSince1970) else { return nil }
        self.secondsSince1970 = secondsSince1970
    }

    /// Reads `2026-02-18T14:30:00Z`; nil for every other spelling, and for moments that do not exist.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        let pattern = StaticString("dddd-dd-ddTdd:dd:ddZ")
        guard bytes.count == pattern.utf8CodeUnitCount else { return nil }
        var fields: [Int64] = [0]
        for (index, byte) in bytes.enumerated() {
            let expected = pattern.utf8Start[index]
            if expected != UInt8(ascii: "d") {
                guard byte == expected else { return nil }
                fields.append(0)
            } else {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                fields[fields.count - 1] = fields[fields.count - 1] * 10 + Int64(byte - UInt8(ascii: "0"))
            }
        }
        let date = CivilDate(year: fields[0], month: fields[1], day: fields[2])
        guard date.exists, (0...23).contains(fields[3]), (0...59).contains(fields[4]), (0...59).contains(fields[5])
        else { return nil }
        let secondOfDay = fields[3] * 3600 + fields[4] * 60 + fields[5]
        self.init(secondsSince1970: date.daysSince1970 * 86400 + secondOfDay)
    }

    /// Orders by time.
    public static func < (left: UTCSecond, right: UTCSecond) -> Bool {
        left.secondsSince1970 < right.secondsSince1970
    }

    /// The second as the contract writes it: `2026-02-18T14:30:00Z`.
    public var description: String {
        let date = CivilDate(daysSince1970: secondsSince1970 / 86400)
        let second = secondsSince1970 % 86400
        var bytes: [UInt8] = []
        bytes.reserveCapacity(20)
        func append(_ value: Int64, _ width: Int, _ end: Unicode.Scalar) {
            var divisor: Int64 = width == 4 ? 1000 : 10
            while divisor > 0 {
                bytes.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
                divisor /= 10
            }
            bytes.append(UInt8(ascii: end))
        }
        append(date.year, 4, "-")
        append(date.month, 2, "-")
        append(date.day, 2, "T")
        append(second / 3600, 2, ":")
        append(second / 60 % 60, 2, ":")
        append(second % 60, 2, "Z")
        return String(decoding: bytes, as: UTF8.self)
    }
}
