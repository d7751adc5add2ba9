/// Where a spool lies, how much it may hold, and how soon a message must be on disk.
public struct SpoolSettings: Equatable, Sendable {
    /// The database file; its folder must exist.
    public let path: String
    /// The bytes of the messages as ``Spool/estimatedBytes(payload:)`` counts them; beyond it the oldest leave.
    public let maxBytes: Int
    /// How old a waiting message may become, by its stamp; nil for any age.
    public let maxAge: Duration?
    /// The bytes that the file system keeps free: below it the spool grows no more.
    public let minFreeDisk: Int
    /// When a message is on disk.
    public let durability: Durability
    /// How long a delivered message is kept, so that it can be sent again; nil for not at all.
    public let keepDelivered: Duration?
    /// The bytes of payload that are held in memory while the disk takes nothing; beyond it the oldest leave.
    public let memoryBytes: Int

    /// When a message is on disk, and what a power cut can take.
    public enum Durability: Equatable, Sendable {
        /// Before the append returns, and synced: a power cut takes nothing that was stored.
        case full
        /// Before the append returns, and not synced: a kill takes nothing, a power cut what the kernel still held.
        case normal
        /// Only what was not delivered within so long; a kill or a power cut takes what is younger.
        case offlineOnly(after: Duration)
    }

    /// Makes settings; what is left out is as the configuration's defaults have it.
    public init(
        path: String,
        maxBytes: Int = 256 << 20,
        maxAge: Duration? = nil,
        minFreeDisk: Int = 32 << 20,
        durability: Durability = .full,
        keepDelivered: Duration? = nil,
        memoryBytes: Int = 4 << 20
    ) {
        self.path = path
        self.maxBytes = maxBytes
        self.maxAge = maxAge
        self.minFreeDisk = minFreeDisk
        self.durability = durability
        self.keepDelivered = keepDelivered
        self.memoryBytes = memoryBytes
    }
}
