/// What a machine knows of its clocks at one moment.
public struct ClockReading: Sendable, Hashable {
    /// The wall clock (CLOCK_REALTIME), in nanoseconds since 1970-01-01T00:00:00Z.
    public var wall: Int64

    /// The time since the machine was started, sleep included (CLOCK_BOOTTIME), in nanoseconds.
    public var uptime: Int64

    /// Whether the kernel or the time service says that the wall clock is synchronised with a source.
    public var isSynchronised: Bool

    /// Whether a hardware clock is there and says the same as the wall clock.
    public var hasHardwareClock: Bool

    /// Whether a service is there, or will be started, that is going to set the wall clock.
    public var hasTimeService: Bool

    /// Describes a moment.
    public init(
        wall: Int64, uptime: Int64, isSynchronised: Bool = false, hasHardwareClock: Bool = false,
        hasTimeService: Bool = false
    ) {
        self.wall = wall
        self.uptime = uptime
        self.isSynchronised = isSynchronised
        self.hasHardwareClock = hasHardwareClock
        self.hasTimeService = hasTimeService
    }
}
