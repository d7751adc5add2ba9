internal import BlockingExecutor

/// Messages on disk, oldest first, until somebody removes them.
///
/// - An append returns only after the message is on disk, safe from a kill and from a power cut.
/// - A message leaves by ``remove(_:)``, or by eviction when the spool is over its limit. Evictions are counted.
/// - Sequences and stamps only grow, across restarts too, and also when nothing is stored.
///
/// The spool knows nothing of what the bytes mean. It runs on a thread of its own, because SQLite waits for the disk.
public actor Spool {
    // No isolated deinit ends these on the thread: with one, Swift 6.3.1 compiles no optimised program that uses this
    // actor ("circular reference").
    private let executor: BlockingExecutor
    private let path: String
    private let limits: SpoolLimits
    private var file: SpoolFile?
    private var stock = SpoolStock()

    /// The thread on which the spool runs.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Opens the spool at a path, or makes one there; the folder must exist.
    ///
    /// Opening reads the whole file once, to count it. It is asynchronous so that this too happens on the spool's thread.
    public init(path: String, limits: SpoolLimits) async throws(SpoolFailure) {
        self.executor = BlockingExecutor(name: "spool")
        self.path = path
        self.limits = limits
        let file = try SpoolFile(path: path)
        self.stock = try file.takeStock(action: "counting the spool")
        self.file = file
    }

    /// Stores a payload and returns its sequence, once it is on disk.
    ///
    /// The stamp must be above the last one. Where the spool would go over its limit, the oldest messages are evicted in
    /// the same transaction.
    public func append(_ payload: [UInt8], stamp: Int64) throws(SpoolFailure) -> Int64 {
        let action = "appending a message"
        let file = try open(for: action)
        let cost = Self.estimatedBytes(payload: payload.count)
        guard !payload.isEmpty, cost <= limits.maxBytes else {
            throw SpoolFailure(
                .payloadSize(bytes: payload.count),
                action: action,
                path: path,
                detail: "a payload of \(payload.count) bytes (\(cost) on disk, the spool may hold \(limits.maxBytes))"
            )
        }
        if let last = stock.last, stamp <= last.stamp {
            throw SpoolFailure(
                .stampNotIncreasing(last: last.stamp, given: stamp),
                action: action,
                path: path,
                detail: "the stamp \(stamp) is not above the last one, \(last.stamp)"
            )
        }
        let sequence = (stock.last?.sequence ?? 0) + 1
        var changed = stock
        try file.transaction(action) { () throws(SpoolFailure) in
            if let last = stock.last, last.isGone { try file.delete(last.sequence, action: action) }
            try Self.evict(downTo: limits.maxBytes - cost, of: &changed, in: file, action: action)
            try file.insert(StoredMessage(sequence: sequence, stamp: stamp, payload: payload), action: action)
        }
        changed.add(payload: payload.count)
        changed.appendedSinceOpen += 1
        changed.last = SpoolStock.Last(sequence: sequence, stamp: stamp, isGone: false)
        stock = changed
        return sequence
    }

    /// The oldest messages above a sequence, oldest first; the sequence need not exist any more.
    public func oldest(_ count: Int, after sequence: Int64 = 0) throws(SpoolFailure) -> [StoredMessage] {
        let action = "reading the oldest messages"
        let file = try open(for: action)
        // SQLite takes a negative limit for none at all.
        return count > 0 ? try file.messages(after: sequence, count: count, action: action) : []
    }

    /// Removes messages for good, all in one transaction; a sequence that is not stored is passed over.
    public func remove(_ sequences: [Int64]) throws(SpoolFailure) {
        let action = "removing messages"
        let file = try open(for: action)
        guard !sequences.isEmpty else { return }
        var changed = stock
        try file.transaction(action) { () throws(SpoolFailure) in
            for sequence in sequences {
                guard let bytes = try file.payloadSize(sequence, action: action) else { continue }
                if sequence == changed.last?.sequence {
                    try file.empty(sequence, action: action)
                    changed.last?.isGone = true
                } else {
                    try file.delete(sequence, action: action)
                }
                changed.take(payload: bytes)
                changed.removedSinceOpen += 1
            }
        }
        stock = changed
    }

    /// The stamp of the last message that was ever appended, stored or not.
    public var lastStamp: Int64? {
        stock.last?.stamp
    }

    /// What the spool holds and has done; it costs the reading of one row.
    public func statistics() throws(SpoolFailure) -> SpoolStatistics {
        let action = "reading the statistics"
        let file = try open(for: action)
        return SpoolStatistics(
            messages: stock.messages,
            payloadBytes: stock.payloadBytes,
            estimatedBytes: stock.estimatedBytes,
            fileBytes: file.bytesOnDisk,
            oldestStamp: try file.messages(after: 0, count: 1, action: action).first?.stamp,
            evicted: stock.evicted,
            appendedSinceOpen: stock.appendedSinceOpen,
            removedSinceOpen: stock.removedSinceOpen
        )
    }

    /// Ends the use of the file and lets others open it; closing twice is harmless.
    ///
    /// A spool that nobody closes ends as well, but it then writes its log back on the thread that let go of it last.
    public func close() {
        file = nil
    }

    private func open(for action: String) throws(SpoolFailure) -> SpoolFile {
        guard let file else {
            throw SpoolFailure(.closed, action: action, path: path, detail: "the spool is closed")
        }
        return file
    }

    /// Deletes the oldest messages until what is left is within the bytes, and writes down how many they were.
    private static func evict(
        downTo bytes: Int,
        of stock: inout SpoolStock,
        in file: SpoolFile,
        action: String
    ) throws(SpoolFailure) {
        var count = 0
        while stock.estimatedBytes > bytes {
            guard let oldest = try file.messages(after: 0, count: 1, action: action).first else { break }
            try file.delete(oldest.sequence, action: action)
            stock.take(payload: oldest.payload.count)
            count += 1
        }
        guard count > 0 else { return }
        stock.evicted += count
        try file.setEvicted(stock.evicted, action: action)
    }
}
