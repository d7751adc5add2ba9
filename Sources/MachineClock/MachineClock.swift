internal import CClock
import Glibc

/// The machine's clocks, and whoever sets them; handed in, so that a test can be a machine without any.
public struct MachineClock: Sendable {
    /// The name of this boot: the same for every program until the machine is started again.
    public let bootID: String

    /// Reads the clocks.
    public let read: @Sendable () -> ClockReading

    /// Describes a machine.
    public init(bootID: String, read: @escaping @Sendable () -> ClockReading) {
        self.bootID = bootID
        self.read = read
    }

    /// This machine.
    public static let system = MachineClock(bootID: TimeSources.bootID) {
        let wall = nanoseconds(CLOCK_REALTIME)
        // Below zero where a sandbox forbids the question; the time service's own word is asked then.
        let isSynchronised = cclock_is_synchronised() > 0 || TimeSources.saysSynchronised
        return ClockReading(
            wall: wall,
            uptime: nanoseconds(CLOCK_BOOTTIME),
            isSynchronised: isSynchronised,
            // Files are looked at only where the answer counts.
            hasHardwareClock: !isSynchronised && TimeSources.hasHardwareClock(near: wall / 1_000_000_000),
            hasTimeService: !isSynchronised && TimeSources.hasService
        )
    }

    private static func nanoseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
