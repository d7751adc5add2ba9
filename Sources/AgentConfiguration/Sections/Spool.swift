extension AgentConfiguration {
    /// The store on disk, where messages wait for the broker.
    public struct Spool: Sendable, Hashable {
        /// The database file's path; `/var/lib/edge-agent/spool.db` by default.
        public let path: String

        /// The most bytes that it may take up on disk, 1 MiB to 1024 GiB; 256 MiB by default.
        public let maxBytes: Int

        init(_ mapping: MappingReader, _ surroundings: Surroundings) {
            path = mapping.optional(
                "path",
                .path("the path of the spool's database", in: surroundings),
                default: "/var/lib/edge-agent/spool.db"
            )
            maxBytes = mapping.optional("max_bytes", .byteCount(1 << 20...1 << 40), default: 256 << 20)
        }
    }
}
