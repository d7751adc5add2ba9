internal import BlockingExecutor

/// Messages on disk, oldest first, until the broker has taken them.
///
/// - An append returns only after the message is on disk, as the durability has it; docs/guarantees.md says what that
///   means. Where the disk takes nothing, the message is held in memory and written down as soon as it does again.
/// - A message leaves by ``delivered(_:)``, or by eviction when the spool is over a limit. ``ledger`` counts each.
/// - Sequences and stamps only grow, across restarts too, and also when nothing is stored; but for a kill that meets a
///   disk that is read-only or failing, after which those of what was only in memory are given again. A full disk still
///   takes the numbers.
///
/// The spool knows nothing of what the bytes mean. It runs on a thread of its own, because SQLite waits for the disk.
public actor Spool {
    // No isolated deinit ends these on the thread: with one, Swift 6.3.1 compiles no optimised program that uses this
    // actor ("circular reference").
    private let executor: BlockingExecutor
    let settings: SpoolSettings
    let path: String
    let wallClock: @Sendable () -> Int64?
    let bootID: Int64

    var lock: SpoolLock?
    var disk: DiskStore?
    var notes: DeliveryNotes?
    var isClosed = false

    /// What is not on disk, or not yet.
    var memory = MemoryStock()
    var heldInMemory: [UndatedMessage] = []
    /// Messages on disk that the broker took while the disk could not be told so.
    var deliveredUnwritten = SequenceSet()
    /// The same of messages that were asked for again.
    var resentUnwritten = SequenceSet()
    /// Messages of an earlier life that were only in memory, as long as the disk could not be told of them.
    var gone: Gone?
    var dropped = 0
    var undatedDropped = 0

    var lastSequence: Int64
    var lastUndatedID: Int64 = 0
    /// What the numbers are to be raised by that were given out before the disk was there.
    var shift: Int64 = 0
    var hasRestarted = false
    var repairs: [SpoolRepair] = []

    var retryDelay = Spool.shortestRetry
    var nextAttempt: ContinuousClock.Instant?
    var timer: Task<Void, Never>?

    /// Whether new messages go to the disk, and since when and why they do not.
    public internal(set) var condition = SpoolCondition.storing

    /// The stamp of the last message that was ever appended, stored or not.
    public internal(set) var lastStamp: Int64?

    /// The last wall-clock second that ``noteGoodTime(_:)`` was given, also from before a restart.
    public internal(set) var lastGoodTime: Int64?

    /// The thread on which the spool runs.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Opens the spool, or makes one; the folder must exist.
    ///
    /// It throws only for what a person must mend: a file that is not ours, of a later release or in use, a folder that
    /// is missing or closed to us. A damaged file is put aside and salvaged; on a disk that takes nothing the spool
    /// begins in memory. `wallClock` gives the UTC second, or nil while the clock is not set: the age of messages is
    /// judged by it. It is asynchronous so that reading the file happens on the spool's thread.
    public init(
        _ settings: SpoolSettings,
        bootID: String? = nil,
        wallClock: @escaping @Sendable () -> Int64?
    ) async throws(SpoolFailure) {
        executor = BlockingExecutor(name: "spool")
        self.settings = settings
        self.wallClock = wallClock
        self.bootID = BootID.number(bootID ?? BootID.current)
        path = FileStatus.real(settings.path)
        lastSequence = Self.provisional
        do throws(SpoolFailure) {
            try openDisk()
        } catch {
            guard error.scope == .store else { throw error }
            note(error)
        }
        writeDown()
    }

    /// Stores a payload and returns its sequence.
    ///
    /// The stamp must be above the last one. Where the spool would go over its limit, the oldest messages are evicted in
    /// the same transaction. It throws for a wrong size or stamp, and after ``close()``; a disk that takes nothing is no
    /// failure, and shows in ``condition``.
    public func append(_ payload: [UInt8], stamp: Int64) throws(SpoolFailure) -> Int64 {
        let action = "appending a message"
        try check(payload, action: action)
        try check(stamp, action: action)
        attendToOthers()
        accept(payload, stamp: stamp)
        // With the write below the disk may have come, and the number have changed.
        let sequence = lastSequence
        writeDown()
        return resolve(sequence)
    }

    /// The oldest waiting messages above a sequence, oldest first; the sequence need not exist any more.
    ///
    /// Messages on disk and in memory come in one order. Those that are asked for again are not among them:
    /// ``resends(_:after:)`` gives them.
    public func oldest(_ count: Int, after sequence: Int64 = 0) -> [StoredMessage] {
        guard count > 0 else { return [] }
        let inMemory = memory.messages(count, after: sequence)
        let onDisk = stored(count, after: sequence, but: deliveredUnwritten) {
            (disk, count, sequence) throws(SpoolFailure) in
            try disk.waiting(count, after: sequence, action: "reading the oldest messages")
        }
        if inMemory.isEmpty { return onDisk }
        if onDisk.isEmpty { return inMemory }
        return Array((onDisk + inMemory).sorted { $0.sequence < $1.sequence }.prefix(count))
    }

    /// The oldest messages that are asked for again, above a sequence; to be sent when nothing else waits.
    public func resends(_ count: Int, after sequence: Int64 = 0) -> [StoredMessage] {
        stored(count, after: sequence, but: resentUnwritten) { (disk, count, sequence) throws(SpoolFailure) in
            try disk.wanted(count, after: sequence, action: "reading messages that are asked for again")
        }
    }

    /// Notes that the broker took messages, all in one transaction; a sequence that is not stored is passed over.
    public func delivered(_ sequences: [Int64]) {
        let onDisk = sequences.map(resolve).filter { !memory.remove($0) }
        guard !onDisk.isEmpty else { return }
        let isWritten: Void? = write { (disk) throws(SpoolFailure) in
            try disk.deliver(onDisk, action: "removing delivered messages")
        }
        if isWritten == nil { rememberDelivered(onDisk) }
    }

    /// Notes that the broker refused a message; it stays stored, and the last reason is kept with it.
    public func refused(_ sequence: Int64, reason: UInt8) {
        let sequence = resolve(sequence)
        // A reason that cannot be written down comes again with the next refusal.
        guard reason >= 128, !memory.refuse(sequence, reason: reason) else { return }
        write { (disk) throws(SpoolFailure) in
            try disk.refuse(sequence, reason: reason, action: "noting a refusal")
        }
    }

    /// Asks for the delivered messages of a range of stamps again, and returns how many are kept of it.
    public func resend(stamps: ClosedRange<Int64>) throws(SpoolFailure) -> Int {
        try want("stamp BETWEEN \(stamps.lowerBound) AND \(stamps.upperBound)")
    }

    /// Asks for the delivered messages of a range of sequences again, and returns how many are kept of it.
    public func resend(sequences: ClosedRange<Int64>) throws(SpoolFailure) -> Int {
        try want("sequence BETWEEN \(sequences.lowerBound) AND \(sequences.upperBound)")
    }

    private func want(_ condition: String) throws(SpoolFailure) -> Int {
        let action = "asking for messages again"
        guard let count = write({ (disk) throws(SpoolFailure) in try disk.want(condition, action: action) }) else {
            throw reason(for: action)
        }
        return count
    }

    /// Whether the messages have changed otherwise than by calls of this actor, since this was last asked.
    ///
    /// `edge-agent spool import` or `resend` was at work, or a disk that was away has come. New messages may wait above
    /// and below what was offered before: look from the beginning.
    public func changedFromOutside() -> Bool {
        attendToOthers()
        defer {
            hasRestarted = false
            disk?.hasChangedOutside = false
        }
        return hasRestarted || disk?.hasChangedOutside == true
    }

    /// Notes a wall-clock second that is known to be right; it reaches the disk along with the next message.
    public func noteGoodTime(_ second: Int64) {
        lastGoodTime = max(lastGoodTime ?? second, second)
    }

    /// The repairs of a damaged file since this was last asked, for the log.
    public func takeRepairs() -> [SpoolRepair] {
        defer { repairs = [] }
        return repairs
    }

    /// Writes down what is only in memory, ends the use of the file and lets others open it; closing twice is harmless.
    ///
    /// A spool that nobody closes ends as well, but it then writes its log back on the thread that let go of it last.
    public func close() {
        guard !isClosed else { return }
        timer?.cancel()
        nextAttempt = nil
        writeDown(all: true)
        let (sequence, stamp) = (lastSequence, lastStamp)
        if memory.isEmpty {
            write { (disk) throws(SpoolFailure) in
                try disk.giveBack(after: sequence, stamp: stamp, action: "closing the spool")
            }
        }
        timer?.cancel()
        isClosed = true
        disk = nil
        notes = nil
        lock = nil
    }
}
