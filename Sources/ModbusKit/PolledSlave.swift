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

    /// Describes a slave.
    public init(address: SlaveAddress, timeout: Duration, limits: ReadLimits, points: [PointDefinition]) {
        self.address = address
        self.timeout = timeout
        self.limits = limits
        self.points = points
    }

    /// The requests of a cycle in which everything answers.
    public var plan: [ReadBlock] { ReadPlan.blocks(for: points, limits: limits) }
}
