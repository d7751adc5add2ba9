/// A look into a spool from another program, while the agent that owns it is at work or while it is not.
///
/// What it reads is one moment of the file; what it writes are transactions of a moment, which the owner notices. It
/// makes, migrates and salvages nothing. What the agent holds in memory only does not show here.
public final class SpoolVisit {
    /// A message as it lies in the file.
    public struct Entry: Equatable, Sendable {
        /// Its number; nil for one that was imported and not taken in yet.
        public let sequence: Int64?
        /// UTC seconds since 1970; nil for a cycle whose time is not known yet.
        public let stamp: Int64?
        /// What became of it.
        public let state: State
        /// The bytes, exactly as they were appended.
        public let payload: [UInt8]
    }

    /// What became of a message.
    public enum State: Equatable, Sendable {
        /// It waits for the broker.
        case waiting
        /// It waits, and the broker refused it last with this reason code.
        case refused(UInt8)
        /// The broker took it, and it is kept.
        case delivered
        /// The broker took it, and it is asked for again.
        case resend
        /// Its bytes are not those that were stored; it is never sent.
        case damaged
        /// It waits for its time to be known.
        case undated
        /// It was imported, and waits to be taken in by the agent.
        case imported
    }

    /// What became of messages that were to be imported.
    public struct ImportResult: Equatable, Sendable {
        /// They are in the spool now.
        public var taken = 0
        /// The spool has a message of the same stamp.
        public var duplicates = 0
    }

    private let store: DiskStore
    private let path: String

    /// Opens a spool for a look; it must exist, be of this schema and be whole.
    public init(path: String, maxBytes: Int = 256 << 20) throws(SpoolFailure) {
        let action = "looking into the spool"
        self.path = FileStatus.real(path)
        guard FileStatus(self.path).exists else {
            throw SpoolFailure(
                .fileMissing, action: action, path: path, detail: "there is no spool")
        }
        switch try Examination(self.path, wasUsed: false, action: action) {
        case .spool: break
        case .nothing:
            throw SpoolFailure(.fileMissing, action: action, path: path, detail: "there is no spool")
        case .damaged(let detail):
            throw SpoolFailure(.corrupt, action: action, path: path, detail: detail)
        }
        // Delivered messages stay what they are: a visitor removes nothing.
        let settings = SpoolSettings(path: path, maxBytes: maxBytes, minFreeDisk: 0)
        store = try DiskStore(self.path, settings: settings, bootID: 0, isOwner: false, action: action)
    }

    /// What became of every message, as the file has it.
    public var ledger: Ledger {
        let stock = store.stock
        var ledger = Ledger(stock)
        ledger.accept(sequences: store.lastSequence, undatedLost: Int(stock.counters[.undatedLost]), stock)
        return ledger
    }

    /// The last moment that was noted as a good time of the clock, in seconds since 1970; nil for none.
    public var lastGoodTime: Int64? { store.stock.goodTime }

    /// The damaged spools that were put aside at a path, the oldest first; nothing is opened.
    public static func putAside(at path: String) -> [String] { PutAside.all(of: FileStatus.real(path)) }

    /// The file whose lock the agent holds as long as it has the spool.
    public static func lockFile(of path: String) -> String { FileStatus.real(path) + "-lock" }

    /// The bytes of the waiting payloads.
    public var payloadBytes: Int { store.stock.payloadBytes }

    /// The size of the file and its log, as the file system has them.
    public var fileBytes: Int { store.file.bytesOnDisk }

    /// Hands over everything that the file holds, oldest first, all of one moment; memory stays flat.
    public func forEach(_ body: (Entry) -> Void) throws(SpoolFailure) {
        let action = "reading the spool"
        try store.file.forEachRow(action: action) { (sequence, row) in
            guard let row else {
                body(Entry(sequence: sequence, stamp: nil, state: .damaged, payload: []))
                return
            }
            body(Entry(sequence: row.sequence, stamp: row.stamp, state: State(row.state), payload: row.payload))
        }
        for message in try store.file.undated(action: action).messages {
            body(Entry(sequence: nil, stamp: nil, state: .undated, payload: message.payload))
        }
        for arrival in try store.file.inbox(count: .max, action: action) where arrival.isIntact {
            body(Entry(sequence: nil, stamp: arrival.stamp, state: .imported, payload: arrival.payload))
        }
    }

    /// Puts messages into the spool, in the given order and in one transaction; their stamps stay as they are.
    ///
    /// A message is refused whose stamp the spool has already, in whatever state. Nothing is evicted for an import: where
    /// the messages do not fit it throws, and nothing is taken.
    public func add(_ messages: [(stamp: Int64, payload: [UInt8])]) throws(SpoolFailure) -> ImportResult {
        let action = "importing messages"
        let result = try store.putIntoInbox(messages, action: action)
        try requireSameFile(action: action)
        return result
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
        let count = try store.want(condition, action: action)
        try requireSameFile(action: action)
        return count
    }

    /// The agent may have put a damaged file aside while it was written to.
    private func requireSameFile(action: String) throws(SpoolFailure) {
        guard store.isSameFile else {
            throw SpoolFailure(
                .inUse, action: action, path: path,
                detail: "the agent has put the file aside meanwhile; do it again")
        }
    }
}

extension SpoolVisit.State {
    init(_ state: RowState) {
        switch state {
        case .waiting: self = .waiting
        case .refused(let reason): self = .refused(reason)
        case .delivered: self = .delivered
        case .wanted: self = .resend
        case .damaged: self = .damaged
        }
    }
}
