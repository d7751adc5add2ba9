public import SerialPorts

/// Bytes that came in one span of time, in the portions in which the adapter handed them over.
public struct Reception: Sendable, Hashable {
    /// Bytes that were handed over together.
    public struct Portion: Sendable, Hashable {
        /// When they came, counted from the moment from which the line was listened to.
        public let moment: Duration
        /// The bytes.
        public let bytes: [UInt8]
    }

    /// The portions, in their order.
    public private(set) var portions: [Portion] = []

    /// What the kernel counted meanwhile; nil where the port does not count.
    public var errors: PortErrors?

    /// Nothing.
    public init() {}

    /// All bytes.
    public var bytes: [UInt8] { portions.flatMap(\.bytes) }

    /// Whether nothing came.
    public var isEmpty: Bool { portions.isEmpty }

    /// When the first byte came.
    public var firstMoment: Duration? { portions.first?.moment }

    /// Appends what has just come.
    public mutating func take(_ bytes: [UInt8], at moment: Duration) {
        portions.append(Portion(moment: moment, bytes: bytes))
    }
}

/// A question and everything that was heard from its first bit until the line was given up or fell silent.
public struct Hearing: Sendable, Hashable {
    /// What was asked.
    public let request: ProbeRequest
    /// With which setting.
    public let setting: ProbeSetting
    /// Bytes that came before the question, although nobody had asked.
    public let before: Reception
    /// Bytes that came after it; moments count from the end of the request on the wire.
    public let after: Reception
}
