public import ModbusModel

/// A slave that is polled: where it is, how it wants to be asked, and its points.
public struct PolledSlave: Sendable, Hashable {
    /// The slave's address.
    public let address: SlaveAddress

    /// How long its answer may take to begin.
    public let timeout: Duration

    /// What bounds its blocks.
    public let limits: ReadLimits

    /// Its points, in the order in which their results are given.
    public let points: [PointDefinition]

    /// The places of the points that are read until two readings in a row are equal.
    public let confirmed: Set<Int>

    /// The line's times, where holes may be weighed by the slave's own turnaround; nil keeps to the limits' gap.
    public let timing: SerialTiming?

    /// Describes a slave.
    public init(
        address: SlaveAddress, timeout: Duration, limits: ReadLimits, points: [PointDefinition],
        confirmed: Set<Int> = [], timing: SerialTiming? = nil
    ) {
        self.address = address
        self.timeout = timeout
        self.limits = limits
        self.points = points
        self.confirmed = confirmed
        self.timing = timing
    }

    /// The requests of a cycle in which everything answers.
    public var plan: [ReadBlock] { ReadPlan.blocks(for: points, limits: limits) }

    /// Another plan that is faster by a twentieth at least, now that the turnaround is known; nil if there is none.
    ///
    /// Both are weighed by the same turnaround: what has been taken is not given up again for a breath of wind.
    func betterPlan(than plan: [ReadBlock], turnaround: Duration) -> [ReadBlock]? {
        guard let timing else { return nil }
        let gap = ReadLimits.breakEvenGap(timing, turnaround: turnaround)
        let limits = ReadLimits(maximumRegisters: limits.maximumRegisters, maximumGap: gap)
        let other = ReadPlan.blocks(for: points, limits: limits)
        func time(_ plan: [ReadBlock]) -> Duration {
            plan.reduce(.zero) { $0 + timing.time(of: $1, turnaround: turnaround) }
        }
        return time(other) < time(plan) * 0.95 ? other : nil
    }
}

extension SerialTiming {
    /// The time of one exchange: request, turnaround, answer and the silence before the next request.
    func time(of block: ReadBlock, turnaround: Duration) -> Duration {
        time(ofCharacters: block.charactersOnWire) + max(turnaround, frameSilence) + frameSilence
    }
}
