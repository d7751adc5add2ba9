import Glibc
public import TelemetryContract

/// Where the agent reads the time of day; handed in, so that a test can set it.
public struct WallClock: Sendable {
    /// A moment since 1970-01-01T00:00:00Z.
    public struct Moment: Sendable, Hashable {
        /// Whole seconds.
        public let seconds: Int64
        /// Nanoseconds into the second.
        public let nanoseconds: Int64

        /// Names a moment.
        public init(seconds: Int64, nanoseconds: Int64 = 0) {
            self.seconds = seconds
            self.nanoseconds = nanoseconds
        }

        /// The second as messages and logs write it; a clock outside the years 1970 to 9999 is cut to them.
        public var utc: UTCSecond { UTCSecond(clamping: seconds) }

        /// How long until the next second begins.
        var untilNextSecond: Duration { .nanoseconds(1_000_000_000 - nanoseconds) }
    }

    /// Reads the clock.
    public let now: @Sendable () -> Moment

    /// Wraps a way to read the time.
    public init(now: @escaping @Sendable () -> Moment) { self.now = now }

    /// The system's clock (CLOCK_REALTIME).
    public static let system = WallClock {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Moment(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
    }
}

extension UTCSecond {
    /// Cuts a moment to the years that the contract can write.
    init(clamping seconds: Int64) {
        let inRange = min(max(seconds, Self.range.lowerBound), Self.range.upperBound)
        guard let second = UTCSecond(secondsSince1970: inRange) else {
            preconditionFailure("a moment inside the range was refused")
        }
        self = second
    }
}
