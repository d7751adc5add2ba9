import Glibc

/// The messages on disk and what is known of them: every choice about the file is made here, and nothing waits.
///
/// A change is one transaction. Where another program has written meanwhile, what is known is read anew before it.
final class DiskStore {
    let settings: SpoolSettings
    let file: SpoolFile
    private(set) var stock: Stock
    /// Whether another program has written since this was last taken back.
    var hasChangedOutside = false
    private var foreignVersion: Int64 = 0
    /// Every row up to this sequence is one that waits no more, and never will.
    private(set) var noneWaitingUpTo: Int64 = 0
    private let bootID: Int64
    /// Of the file that was opened.
    let inode: UInt64

    /// How many numbers are reserved at once, where they are given out before they are on disk.
    static let reserve: Int64 = 256

    /// Opens a file that is whole, as far as its header tells, and reads all of it once.
    init(
        _ path: String, settings: SpoolSettings, bootID: Int64, isOwner: Bool, action: String
    ) throws(SpoolFailure) {
        self.settings = settings
        self.bootID = bootID
        inode = FileStatus(path).inode
        file = try SpoolFile(path: path, mayMigrate: isOwner, action: action)
        if isOwner { try file.verify(action: action) }
        foreignVersion = try file.foreignVersion(action: action)
        stock = try file.takeStock(action: action)
        try synchronize(fully: settings.durability != .normal, action: action)
        if isOwner { try settleReservation(action: action) }
    }

    /// The last number that was given out.
    var lastSequence: Int64 { stock.last?.sequence ?? 0 }

    // MARK: - Changes

    /// Makes a change in one transaction; what is known follows only when it is on disk.
    func change<Value>(
        _ action: String, _ body: (inout Stock) throws(SpoolFailure) -> Value
    ) throws(SpoolFailure) -> Value {
        var changed = stock
        var version = foreignVersion
        let value = try file.transaction(action) { () throws(SpoolFailure) in
            version = try file.foreignVersion(action: action)
            if version != foreignVersion { changed = try recount(action: action) }
            let value = try body(&changed)
            if changed.counters != changed.written { try write(&changed, action: action) }
            return value
        }
        if version != foreignVersion {
            foreignVersion = version
            hasChangedOutside = true
        }
        stock = changed
        return value
    }

    /// Adds to the counters, which reach the disk with the next change.
    func count(_ column: Counters.Column, _ number: Int) {
        stock.counters[column] += Int64(number)
    }

    /// Takes a stock anew where another program has written.
    func refresh(action: String) throws(SpoolFailure) {
        let version = try file.foreignVersion(action: action)
        guard version != foreignVersion else { return }
        stock = try recount(action: action)
        foreignVersion = version
        hasChangedOutside = true
    }

    private func recount(action: String) throws(SpoolFailure) -> Stock {
        var found = try file.takeStock(action: action)
        found.counters = stock.counters.rebased(from: stock.written, onto: found.written)
        return found
    }

    private func write(_ stock: inout Stock, action: String) throws(SpoolFailure) {
        stock.counters[.goodTime] = max(stock.counters[.goodTime], stock.goodTime ?? .min)
        try file.write(stock.counters, action: action)
        stock.written = stock.counters
    }

    // MARK: - Numbers that are given out before they are on disk

    /// Whether a number may be given out: it is reserved on disk, or every number is written when it is given.
    func mayGive(_ sequence: Int64) -> Bool {
        settings.durability == .full || sequence <= stock.counters[.reserved]
    }

    /// Reserves the numbers from one on, synced whatever the durability.
    ///
    /// Whatever was given out up to `settled` was delivered or is on disk: a crash takes no account of that any more.
    func reserve(
        from sequence: Int64, settled: Int64 = 0, stamp: Int64?, action: String
    ) throws(SpoolFailure) {
        if settings.durability == .normal { try synchronize(fully: true, action: action) }
        defer { if settings.durability == .normal { try? synchronize(fully: false, action: action) } }
        try change(action) { (stock) throws(SpoolFailure) in
            try mark(settled, stamp: stamp, in: &stock, action: action)
            stock.counters[.reserved] = sequence + Self.reserve - 1
            stock.counters[.reservedBoot] = settings.durability == .normal ? bootID : 0
            if let stamp { stock.counters[.stamp] = max(stock.counters[.stamp], stamp) }
        }
    }

    /// Gives back what was reserved and not used, at an orderly end.
    func giveBack(after sequence: Int64, stamp: Int64?, action: String) throws(SpoolFailure) {
        guard stock.counters != stock.written || stock.counters[.reserved] != 0 else { return }
        try change(action) { (stock) throws(SpoolFailure) in
            try mark(sequence, stamp: stamp, in: &stock, action: action)
            stock.counters[.reserved] = 0
        }
    }

    /// After a crash: what became of the numbers that were reserved.
    ///
    /// In the same boot the kernel still had whatever was written, so that the numbers beyond were never used; nobody
    /// can tell where nothing was written, or after a power cut.
    private func settleReservation(action: String) throws(SpoolFailure) {
        let reserved = stock.counters[.reserved]
        guard reserved != 0 else { return }
        let gap = stock.counters[.reservedBoot] == bootID ? 0 : max(0, reserved - lastSequence)
        try change(action) { (stock) throws(SpoolFailure) in
            if gap > 0 { try mark(reserved, stamp: stock.highestStamp, in: &stock, action: action) }
            stock.counters[.unknown] += gap
            stock.counters[.reserved] = 0
        }
    }

    /// Counts numbers that were given to messages of which there is no trace.
    func giveUp(_ gone: Gone, stamp: Int64?, action: String) throws(SpoolFailure) {
        try change(action) { (stock) throws(SpoolFailure) in
            try mark(gone.upTo, stamp: stamp, in: &stock, action: action)
            stock.counters[.unknown] += gone.count
        }
    }

    /// Writes down the last number that was given out, where no row bears it.
    private func mark(
        _ sequence: Int64, stamp: Int64?, in stock: inout Stock, action: String
    ) throws(SpoolFailure) {
        guard sequence > stock.last?.sequence ?? 0 else { return }
        let row = MessageRow(sequence: sequence, stamp: stamp ?? 0, payload: [])
        try file.insert(row, action: action)
        if let last = stock.last, last.isGone { try file.delete(last.sequence, action: action) }
        stock.last = Stock.Last(sequence: sequence, stamp: row.stamp, isGone: true)
        if let stamp {
            stock.highestStamp = max(stock.highestStamp ?? stamp, stamp)
            stock.counters[.stamp] = max(stock.counters[.stamp], stamp)
        }
    }

    private func synchronize(fully: Bool, action: String) throws(SpoolFailure) {
        try file.database.execute("PRAGMA synchronous = \(fully ? "FULL" : "NORMAL")", action: action)
    }

    // MARK: - Reading

    /// The oldest waiting messages above a sequence; those that are damaged are marked so and counted on the way.
    func waiting(_ count: Int, after sequence: Int64, action: String) throws(SpoolFailure) -> [StoredMessage] {
        guard count > 0, stock.waiting > 0 else { return [] }
        let start = max(sequence, noneWaitingUpTo)
        let found = try file.waiting(after: start, count: count, action: action)
        guard found.damaged.isEmpty else {
            try note(damaged: found.damaged, action: action)
            return try waiting(count, after: sequence, action: action)
        }
        if start == noneWaitingUpTo, let first = found.rows.first { noneWaitingUpTo = first.sequence - 1 }
        return found.rows.map {
            StoredMessage(
                sequence: $0.sequence, stamp: $0.stamp, payload: $0.payload, refusal: $0.state.refusal)
        }
    }

    /// The oldest messages above a sequence that are asked for again.
    func wanted(_ count: Int, after sequence: Int64, action: String) throws(SpoolFailure) -> [StoredMessage] {
        guard count > 0, stock.wanted > 0 else { return [] }
        let found = try file.wanted(after: sequence, count: count, action: action)
        guard found.damaged.isEmpty else {
            try note(damaged: found.damaged, action: action)
            return try wanted(count, after: sequence, action: action)
        }
        return found.rows.map {
            StoredMessage(sequence: $0.sequence, stamp: $0.stamp, payload: $0.payload, isResend: true)
        }
    }

    /// Sets rows apart whose bytes are not what was stored: they are never sent, and stay to be looked at while there
    /// is room.
    private func note(damaged sequences: [Int64], action: String) throws(SpoolFailure) {
        try change(action) { (stock) throws(SpoolFailure) in
            for sequence in sequences {
                // A row that is met on the way, and is not what its number leads to, lies where it does not belong: it
                // cannot be set apart, and would be met again for ever.
                guard var head = try file.head(sequence, action: action), head.state != .damaged else {
                    throw SpoolFailure(
                        .corrupt, action: action, path: file.path, detail: "row \(sequence) is out of its place")
                }
                stock.take(head.state, payload: head.bytes)
                stock.add(.damaged, payload: head.bytes)
                if head.state.isWaiting { stock.counters[.damaged] += 1 }
                head.checksum = nil
                try file.set(.damaged, of: head, action: action)
            }
        }
    }
}
