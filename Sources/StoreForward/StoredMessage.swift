/// A message as the spool keeps it.
public struct StoredMessage: Equatable, Sendable {
    /// The spool's own number, which grows by one with each append and is never used again.
    public let sequence: Int64
    /// The caller's own mark, which grows with each append; the spool reads nothing else into it.
    public let stamp: Int64
    /// The bytes, exactly as they were appended.
    public let payload: [UInt8]
}
