/// What the file holds, kept in memory so that no append has to count.
///
/// A transaction changes a copy, and the copy counts only once the transaction is on disk.
struct Stock: Equatable {
    struct Last: Equatable {
        var sequence: Int64
        var stamp: Int64
        /// Removed, and kept without its payload for the sake of the two numbers.
        var isGone: Bool
    }

    /// In bytes, of this file.
    var pageSize = SpoolSchema.pageSize
    /// The row with the highest sequence.
    var last: Last?
    private(set) var waiting = 0
    private(set) var kept = 0
    private(set) var wanted = 0
    private(set) var disposableDamaged = 0
    private(set) var refused: [UInt8: Int] = [:]
    private(set) var undated = 0
    private(set) var inbox = 0
    /// Of the waiting messages.
    private(set) var payloadBytes = 0
    /// Of everything, as the limit is held against it.
    private(set) var estimatedBytes = 0
    /// The highest stamp of any row.
    var highestStamp: Int64?
    var goodTime: Int64?
    var counters = Counters()
    /// The counters as the file has them.
    var written = Counters()

    /// The rows that hold a message.
    var rows: Int { waiting + kept + wanted + disposableDamaged }

    mutating func add(_ state: RowState, payload bytes: Int) { count(state, bytes, 1) }

    mutating func take(_ state: RowState, payload bytes: Int) { count(state, bytes, -1) }

    mutating func addUndated(payload bytes: Int) { undated += 1; weigh(bytes, 1) }

    mutating func takeUndated(payload bytes: Int) { undated -= 1; weigh(bytes, -1) }

    mutating func addToInbox(payload bytes: Int) { inbox += 1; weigh(bytes, 1) }

    mutating func takeFromInbox(payload bytes: Int) { inbox -= 1; weigh(bytes, -1) }

    private mutating func count(_ state: RowState, _ bytes: Int, _ sign: Int) {
        weigh(bytes, sign)
        switch state {
        case .waiting, .refused:
            waiting += sign
            payloadBytes += sign * bytes
            if let reason = state.refusal {
                let count = (refused[reason] ?? 0) + sign
                refused[reason] = count == 0 ? nil : count
            }
        case .delivered: kept += sign
        case .wanted: wanted += sign
        case .damaged: disposableDamaged += sign
        }
    }

    private mutating func weigh(_ bytes: Int, _ sign: Int) {
        estimatedBytes += sign * Spool.estimatedBytes(payload: bytes, pageSize: pageSize)
    }
}
