import Glibc

/// A moment on the continuous clock, in nanoseconds: a number that a register holds.
///
/// The size of `ContinuousClock.Instant` is only known when the program runs, and a `Duration` has 128 bits. Whatever
/// holds one is copied and destroyed by way of tables that are looked up each time, and every product and quotient is a
/// call: in every list of slaves, at every request.
struct Moment: Hashable, Comparable, Sendable {
    private static let epoch = ContinuousClock().systemEpoch

    /// Since the clock's epoch.
    private let nanoseconds: Int64

    private init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    init(_ instant: ContinuousClock.Instant) { nanoseconds = Self.epoch.duration(to: instant).wholeNanoseconds }

    /// Now, by the clock that `ContinuousClock` reads.
    static var now: Moment {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Moment(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    var instant: ContinuousClock.Instant { Self.epoch + .nanoseconds(nanoseconds) }

    func duration(to instant: ContinuousClock.Instant) -> Duration {
        .nanoseconds(Moment(instant).nanoseconds - nanoseconds)
    }

    static func < (left: Moment, right: Moment) -> Bool { left.nanoseconds < right.nanoseconds }

    /// A moment so many nanoseconds later; the end of time at the latest.
    static func + (moment: Moment, nanoseconds: Int64) -> Moment {
        let (sum, isBeyond) = moment.nanoseconds.addingReportingOverflow(nanoseconds)
        return Moment(nanoseconds: isBeyond ? .max : sum)
    }

    /// The nanoseconds from one moment to a later one.
    static func - (later: Moment, earlier: Moment) -> Int64 { later.nanoseconds - earlier.nanoseconds }
}

extension Duration {
    /// In nanoseconds, rounded towards zero.
    var wholeNanoseconds: Int64 { Int64(clamping: attoseconds / 1_000_000_000) }
}
