extension AgentConfiguration {
    /// The wall clock, by which readings are stamped.
    public struct Clock: Sendable, Hashable {
        /// When the clock is believed; `auto` by default.
        public let trust: Trust

        init(_ mapping: MappingReader) {
            trust = mapping.optional("trust", .word, default: .auto)
        }

        /// When the clock is believed; never while it is behind a moment that is known to have passed.
        public enum Trust: String, Sendable, Hashable, CaseIterable {
            /// When it is synchronised, or a hardware clock keeps it, or nothing on this machine will ever set it.
            case auto
            /// Always: something sets it that the agent cannot see.
            case always
            /// Only when the kernel or the time service says that it is synchronised.
            case synchronised
        }
    }
}
