extension AgentConfiguration {
    /// The store on disk, where messages wait for the broker.
    public struct Spool: Sendable, Hashable {
        /// When a message is on disk.
        public enum Durability: String, CaseIterable, Sendable {
            /// At once, and synced: a power cut takes nothing.
            case full
            /// At once, and not synced: a power cut takes what the kernel still held.
            case normal
            /// Only what the broker did not take within ``Spool/writeAfter``.
            case offlineOnly = "offline-only"
        }

        /// The database file's path; `/var/lib/edge-agent/spool.db` by default.
        public let path: String

        /// The most bytes that it may take up on disk, 1 MiB to 1024 GiB; 256 MiB by default.
        public let maxBytes: Int

        /// How old a message may become before it is given up, 1 h to 10 years; nil, the default, for any age.
        public let maxAge: Duration?

        /// What stays free on the file system before the spool stops growing, up to 1024 GiB; 32 MiB by default.
        public let minFree: Int

        /// When a message is on disk; `full` by default.
        public let durability: Durability

        /// With `offline-only`: how long the broker has before a message is written, 1 s to 10 min; 5 s by default.
        public let writeAfter: Duration

        /// How long delivered messages are kept to be sent again, 1 h to 10 years; nil, the default, for not at all.
        public let keepDelivered: Duration?

        /// The bytes of messages held in memory while the disk takes nothing, 64 KiB to 1 GiB; 4 MiB by default.
        public let memoryBytes: Int

        private static let ages: ClosedRange<Duration> = .seconds(3_600) ... .seconds(3_650 * 86_400)

        init(_ mapping: MappingReader, _ surroundings: Surroundings) {
            path = mapping.optional(
                "path",
                .path(.spool, in: surroundings),
                default: "/var/lib/edge-agent/spool.db"
            )
            maxBytes = mapping.optional("max_bytes", .byteCount(1 << 20...1 << 40), default: 256 << 20)
            maxAge = mapping.optional("max_age", .duration(Self.ages))
            minFree = mapping.optional("min_free", .byteCount(0...1 << 40), default: 32 << 20)
            durability = mapping.optional("durability", .word, default: .full)
            let delay = mapping.optional("write_after", .duration(.seconds(1) ... .seconds(600)))
            writeAfter = delay ?? .seconds(5)
            keepDelivered = mapping.optional("keep_delivered", .duration(Self.ages))
            memoryBytes = mapping.optional("memory_bytes", .byteCount(64 << 10...1 << 30), default: 4 << 20)
            if delay != nil, durability != .offlineOnly {
                mapping["write_after"]?.fault(.writeAfterAlone, .leaveOut)
            }
        }
    }
}
