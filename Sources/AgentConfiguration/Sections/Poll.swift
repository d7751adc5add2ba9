extension AgentConfiguration {
    /// When and how patiently the slaves are read.
    public struct Poll: Sendable, Hashable {
        /// The time from one cycle's beginning to the next, 1 s to 24 h; 5 min by default.
        public let interval: Duration

        /// How long a slave may take to answer, 20 ms to 5 s; 1 s by default.
        public let timeout: Duration

        /// How often a request is sent before it counts as failed, 1 to 10; 3 by default.
        public let attempts: Int

        /// The wait after the first failed attempt, 100 ms to 60 s; 1 s by default.
        ///
        /// It doubles with each attempt: 1 s, 2 s, 4 s.
        public let backoff: Duration

        /// What a slave may be given as timeout.
        static let timeouts: ClosedRange<Duration> = .milliseconds(20) ... .seconds(5)

        init(_ mapping: MappingReader) {
            interval = mapping.optional("interval", .duration(.seconds(1) ... .seconds(86_400)), default: .seconds(300))
            timeout = mapping.optional("timeout", .duration(Self.timeouts), default: .seconds(1))
            attempts = mapping.optional("attempts", .integer(.attempts, 1...10), default: 3)
            backoff = mapping.optional("backoff", .duration(.milliseconds(100) ... .seconds(60)), default: .seconds(1))
        }
    }
}
