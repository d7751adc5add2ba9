/// What was done about a damaged spool: nothing of it is thrown away.
public struct SpoolRepair: Equatable, Sendable {
    /// What showed the damage.
    public let cause: String
    /// Where the damaged file lies now, with its log beside it.
    public let putAside: String
    /// The messages that were read from it and are in the new spool.
    public let salvaged: Int
    /// The messages that could not be read, as far as that can be known.
    public let damaged: Int
}

extension SpoolRepair: CustomStringConvertible {
    /// One line for the log.
    public var description: String {
        "the spool was damaged (\(cause)); \(salvaged) messages were salvaged, \(damaged) could not be read; "
            + "the damaged file is kept as \(putAside)"
    }
}
