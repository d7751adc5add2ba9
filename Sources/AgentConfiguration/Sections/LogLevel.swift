extension AgentConfiguration {
    /// How much is logged, from everything to failures only.
    public enum LogLevel: String, Sendable, Hashable, CaseIterable {
        /// Every frame on the wire.
        case trace
        /// Every request and every publish.
        case debug
        /// Every change of state; the default.
        case info
        /// What is rare and right.
        case notice
        /// What an operator should look at some day.
        case warning
        /// What keeps something from working.
        case error

        init(_ mapping: MappingReader) {
            self = mapping.optional("level", .word, default: .info)
        }
    }
}
