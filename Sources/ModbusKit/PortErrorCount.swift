internal import SerialPorts

/// Adds up a port's counters over closings, openings and new devices.
struct PortErrorCount {
    private var last: PortErrors?

    /// All errors while the port was open; nil as long as no port had counters.
    private(set) var sum: PortErrors?

    /// Begins with what the port had counted before it was ours.
    mutating func opened(_ now: PortErrors) {
        last = now
        sum = sum ?? PortErrors()
    }

    /// Adds what came since the last look.
    mutating func look(_ now: PortErrors) {
        sum = (sum ?? PortErrors()) + now.since(last ?? now)
        last = now
    }
}
