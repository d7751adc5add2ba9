/// What a spool holds, kept in memory so that no append has to count.
///
/// A transaction changes a copy, and the copy counts only once the transaction is on disk.
struct SpoolStock {
    struct Last {
        var sequence: Int64
        var stamp: Int64
        /// Removed, and kept without its payload for the sake of the two numbers.
        var isGone: Bool
    }

    var last: Last?
    private(set) var messages = 0
    private(set) var payloadBytes = 0
    private(set) var estimatedBytes = 0
    var evicted = 0
    var appendedSinceOpen = 0
    var removedSinceOpen = 0

    mutating func add(payload bytes: Int) {
        messages += 1
        payloadBytes += bytes
        estimatedBytes += Spool.estimatedBytes(payload: bytes)
    }

    mutating func take(payload bytes: Int) {
        messages -= 1
        payloadBytes -= bytes
        estimatedBytes -= Spool.estimatedBytes(payload: bytes)
    }
}
