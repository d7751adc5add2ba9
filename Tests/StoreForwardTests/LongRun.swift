import Glibc

/// Whether the tests that can go on for long should: `LONG_RUN=1 swift test`.
let isLongRun = getenv("LONG_RUN").map { String(cString: $0) == "1" } ?? false
