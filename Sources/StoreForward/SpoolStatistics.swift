/// What a spool holds and has done.
public struct SpoolStatistics: Equatable, Sendable {
    /// The messages that are stored.
    public let messages: Int
    /// The bytes of their payloads.
    public let payloadBytes: Int
    /// What they cost on disk by the estimate that the limit is held against.
    public let estimatedBytes: Int
    /// The size of the file and its log, as the file system has them.
    public let fileBytes: Int
    /// The stamp of the oldest stored message, if there is one.
    public let oldestStamp: Int64?
    /// The messages that were dropped to keep the limit, since the spool was made.
    public let evicted: Int
    /// The messages that were appended since the spool was opened.
    public let appendedSinceOpen: Int
    /// The messages that were removed since the spool was opened.
    public let removedSinceOpen: Int
}
