/// What became of every message that the spool ever accepted; it survives restarts and kills.
///
/// Each message is counted in exactly one place, so that ``accepted`` is the sum of all others: ``isBalanced``.
public struct Ledger: Equatable, Sendable {
    /// Messages that were accepted since the spool was made.
    public var accepted = 0
    /// Messages that the broker took.
    public var delivered = 0
    /// Messages that are stored, or in memory, and wait for the broker; the refused ones are among them.
    public var waiting = 0
    /// Cycles that are stored and wait for their time to be known.
    public var undated = 0
    /// Messages that were given up for want of room or for their age.
    public var evicted = Evicted()
    /// Messages that could not be read any more.
    public var damaged = 0
    /// Messages that were given up because the disk took nothing and the memory for that time was full.
    public var dropped = 0
    /// Messages of which a crash took the account: delivered, lost, or numbers that were never used.
    ///
    /// Always 0 with ``SpoolSettings/Durability-swift.enum/full``.
    public var unknown = 0

    /// Of those that wait, how many the broker refused last, by the reason code.
    public var refused: [UInt8: Int] = [:]
    /// Of those delivered, how many are kept to be sent again.
    public var kept = 0
    /// Deliveries beyond the first, which the sum does not contain.
    public var resent = Resent()

    /// Messages that were given up, by the cause.
    public struct Evicted: Equatable, Sendable {
        /// The spool was at its largest size.
        public var size = 0
        /// They were older than allowed.
        public var age = 0
        /// The file system had too little room left.
        public var disk = 0

        /// All of them.
        public var total: Int { size + age + disk }

        init() {}
    }

    /// Delivered messages that were asked for again.
    public struct Resent: Equatable, Sendable {
        /// So many were asked for.
        public var requested = 0
        /// So many of them the broker took again.
        public var delivered = 0
        /// So many of them wait.
        public var waiting = 0

        init() {}
    }

    /// Whether every accepted message is accounted for.
    public var isBalanced: Bool {
        accepted == delivered + waiting + undated + evicted.total + damaged + dropped + unknown
    }

    init() {}
}
