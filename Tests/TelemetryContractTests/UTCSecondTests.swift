import Testing

@testable import TelemetryContract

@Suite struct `Seconds of civil time` {
    @Test func `every day from 1970 to 2199 is the day after the one before`() {
        // An independent algorithm: a calendar that is walked day by day.
        var (year, month, day): (Int64, Int64, Int64) = (1970, 1, 1)
        var number: Int64 = 0
        var seen = 0
        while year < 2200 {
            let date = CivilDate(year: year, month: month, day: day)
            if CivilDate(daysSince1970: number) != date || date.daysSince1970 != number || !date.exists {
                Issue.record("day \(number) is \(year)-\(month)-\(day)")
            }
            let isLeap = (year.isMultiple(of: 4) && !year.isMultiple(of: 100)) || year.isMultiple(of: 400)
            let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            let length = lengths[Int(month) - 1]
            #expect(!CivilDate(year: year, month: month, day: length + 1).exists)
            number += 1
            seen += 1
            (year, month, day) =
                day < length ? (year, month, day + 1) : month < 12 ? (year, month + 1, 1) : (year + 1, 1, 1)
        }
        #expect(seen == 84_006)
    }

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:01Z", 1), ("2000-02-29T12:00:00Z", 951_825_600),
        ("2001-09-09T01:46:40Z", 1_000_000_000), ("2038-01-19T03:14:08Z", 2_147_483_648),
        ("2026-02-18T14:30:00Z", 1_771_425_000), ("2106-02-07T06:28:16Z", 4_294_967_296),
        ("2100-02-28T23:59:59Z", 4_107_542_399), ("2100-03-01T00:00:00Z", 4_107_542_400),
        ("9999-12-31T23:59:59Z", 253_402_300_799),
    ])
    func `known seconds have their known names`(text: String, seconds: Int64) {
        #expect(UTCSecond(text)?.secondsSince1970 == seconds)
        #expect(UTCSecond(secondsSince1970: seconds)?.description == text)
    }

    @Test(arguments: [
        "", "2026-02-18", "2026-02-18T14:30:00", "2026-02-18t14:30:00Z", "2026-02-18T14:30:00z", "2026-02-18 14:30:00Z",
        "2026-02-18T14:30:00.0Z", "2026-02-18T14:30:00+00:00", "2026-02-18T14:30Z", "2026-2-18T14:30:00Z",
        "2026-00-18T14:30:00Z", "2026-13-18T14:30:00Z", "2026-02-00T14:30:00Z", "2026-02-29T14:30:00Z",
        "2100-02-29T00:00:00Z", "2024-02-30T00:00:00Z", "2026-04-31T00:00:00Z", "2026-01-32T00:00:00Z",
        "2026-02-18T24:00:00Z", "2026-02-18T14:60:00Z", "2016-12-31T23:59:60Z", "1969-12-31T23:59:59Z",
        "0000-01-01T00:00:00Z", "+026-02-18T14:30:00Z", "٢٠٢٦-02-18T14:30:00Z", "2026-02-18T14:30:00Z\n",
    ])
    func `another spelling or a moment that does not exist is refused`(text: String) {
        #expect(UTCSecond(text) == nil)
    }

    @Test func `seconds outside of 1970 to 9999 are refused`() {
        for seconds in [Int64.min, -1, 253_402_300_800, .max] { #expect(UTCSecond(secondsSince1970: seconds) == nil) }
    }

    @Test func `seconds are ordered by time`() throws {
        let earlier = try #require(UTCSecond("2026-02-18T14:30:00Z"))
        let later = try #require(UTCSecond("2026-02-18T14:35:00Z"))
        #expect(earlier < later)
        #expect(!(later < earlier))
    }
}
