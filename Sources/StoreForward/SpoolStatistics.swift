/// What a spool holds and has done.
public struct SpoolStatistics: Equatable, Sendable {
    /// The messages that wait for the broker.
    public let messages: Int
    /// The bytes of their payloads.
    public let payloadBytes: Int
    /// What they cost on disk by the estimate that the limit is held against.
    public let estimatedBytes: Int
    /// The size of the file and its log, as the file system has them.
    public let fileBytes: Int
    /// The waiting messages that are in memory only, or not on disk yet.
    public let inMemory: Int
    /// The stamp of the oldest waiting message, if there is one.
    public let oldestStamp: Int64?
    /// The messages that were dropped to keep the limit, since the spool was made.
    public let evicted: Int
}
