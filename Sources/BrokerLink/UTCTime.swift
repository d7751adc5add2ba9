import Glibc

/// Writes seconds since 1970 as UTC, for people.
func utc(_ seconds: Int64) -> String {
    var time = time_t(seconds)
    var parts = tm()
    guard gmtime_r(&time, &parts) != nil else { return "\(seconds) s after 1970" }
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))T"
        + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))Z"
}

/// The wall clock, in seconds since 1970.
func secondsSince1970() -> Int64 {
    Int64(time(nil))
}

/// An errno in words; the text that C gives belongs to the calling thread (glibc 2.32 and later).
func inWords(errno code: Int32) -> String {
    strerror(code).map { String(cString: $0) } ?? "error \(code)"
}
