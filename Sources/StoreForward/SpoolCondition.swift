/// Whether the spool stores what it is given.
public enum SpoolCondition: Equatable, Sendable {
    /// All is well.
    case storing
    /// The disk takes nothing: new messages are held in memory, and are written down as soon as it does again.
    ///
    /// `since` is the wall clock's second, nil where the clock was not known; `reason` says what to do.
    case inMemory(since: Int64?, reason: SpoolFailure)
}
