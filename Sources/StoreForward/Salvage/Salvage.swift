/// Reads from a damaged spool what can be read, page by page and past SQLite, into a new file.
///
/// A row is taken when its checksum says that it is what was stored, wherever it lies and whatever became of the rest.
/// Rows of schema 1 have none; they are taken when they have the right shape.
struct Salvage {
    /// What was found, and what was not.
    struct Result: Equatable {
        /// The messages that were carried over, those that are only kept among them.
        var messages = 0
        /// The messages of which is known, or must be taken, that they could not be read.
        var damaged = 0
        /// Numbers behind the last message that may have been used, and are passed over.
        var skipped = 0
    }

    private let path: String
    private let action: String
    private var leaves: [(first: Int64, page: Int)] = []
    private var sidePages: [Int] = []
    private var counters = Counters()
    private var brokenRows = 0
    private var lostPages = 0
    private var brokenFrames = 0
    /// On a page; messages of so little that more would fit are not what a gateway stores.
    private var mostRows = 32
    private var lastSequence: Int64 = 0
    private var highestStamp = Int64.min
    private var goodTime = Int64.min

    init(_ path: String, action: String) {
        self.path = path
        self.action = action
    }

    /// Makes the new file, whole and synced but not yet in its place.
    ///
    /// `known` is what the file held, where it was open when the damage was met.
    mutating func run(into new: NewFile, known: Stock?) throws(SpoolFailure) -> Result {
        let image = try DatabaseImage(path, action: action)
        survey(image)
        leaves.sort { $0 < $1 }
        var result = Result()
        let action = action
        try new.make { (database) throws(SpoolFailure) in
            result = try carry(image, into: database, known: known, action: action)
        }
        return result
    }

    /// Finds out what each page is.
    private mutating func survey(_ image: DatabaseImage) {
        let free = image.freePages()
        var overflowing: Set<Int> = []
        var unknown: Set<Int> = []
        for number in stride(from: 1, through: image.pageCount, by: 1) where !free.contains(number) {
            guard let page = image.page(number) else {
                unknown.insert(number)
                continue
            }
            guard TableLeaf.isLeaf(page, number: number) else {
                if !TableLeaf.isInner(page, number: number) { unknown.insert(number) }
                continue
            }
            let leaf = TableLeaf(page, number: number) { next in
                overflowing.insert(next)
                return image.page(next)
            }
            note(leaf, on: number)
        }
        lostPages = unknown.subtracting(overflowing).count
        brokenFrames = image.brokenFrames
    }

    private mutating func note(_ leaf: TableLeaf, on page: Int) {
        var messages = 0
        var isSide = false
        for row in leaf.rows {
            switch Entry(row) {
            case .message(let message):
                messages += 1
                if messages == 1 { leaves.append((message.sequence, page)) }
                lastSequence = max(lastSequence, message.sequence)
                highestStamp = max(highestStamp, message.stamp)
                if let lag = message.lag { goodTime = max(goodTime, message.stamp - lag) }
            case .brokenMessage: brokenRows += 1
            case .counters(let found): counters = found
            case .evictions(let count): counters[.evictedSize] = max(counters[.evictedSize], count)
            case .undated, .arrival: isSide = true
            case nil: break
            }
        }
        if isSide { sidePages.append(page) }
        if messages > 0 {
            mostRows = max(mostRows, messages)
            brokenRows += leaf.lost
        }
    }

    private mutating func carry(
        _ image: DatabaseImage, into database: borrowing SQLiteDatabase, known: Stock?, action: String
    ) throws(SpoolFailure) -> Result {
        var result = Result()
        let insert = try database.prepare("INSERT OR IGNORE INTO message VALUES (?, ?, ?, ?, ?, ?)", action: action)
        var carried = SequenceSet()
        for leaf in leaves {
            guard let page = image.page(leaf.page) else { continue }
            for row in TableLeaf(page, number: leaf.page, overflow: image.page).rows {
                guard case .message(let message) = Entry(row) else { continue }
                // The last row alone may be a mark, and it is made anew below.
                if message.payload.isEmpty { continue }
                let count = try insert.run(
                    .integer(message.sequence), .integer(message.stamp), .blob(message.payload),
                    .integer(message.state.number), SQLiteValue(message.lag), .integer(message.checksum),
                    action: action)
                if count > 0, carried.insert(message.sequence) { result.messages += 1 }
            }
        }
        try carrySide(image, into: database, action: action)
        settle(&result, carried: carried, known: known)
        if let mark = mark(carried: carried) {
            try insert.run(
                .integer(mark.sequence), .integer(mark.stamp), .blob([]), .integer(0), .null, .integer(mark.checksum),
                action: action)
        }
        try SpoolFile.write(counters, to: database, action: action)
        return result
    }

    /// Works out what is missing.
    ///
    /// Numbers of messages that were delivered are missing as well, so that no more than the
    /// lost pages could hold is taken for damaged.
    private mutating func settle(_ result: inout Result, carried: SequenceSet, known: Stock?) {
        if let known {
            counters = known.counters
            lastSequence = max(lastSequence, known.last?.sequence ?? 0)
            highestStamp = max(highestStamp, known.highestStamp ?? .min)
            goodTime = max(goodTime, known.goodTime ?? .min)
            result.damaged = max(0, known.rows - result.messages)
        } else {
            let causes: [Counters.Column] = [.evictedSize, .evictedAge, .evictedDisk, .damaged, .dropped, .unknown]
            // The number of a broken row is not to be believed either.
            let lost = lostPages * mostRows + brokenFrames + brokenRows
            let accounted = causes.reduce(Int64(result.messages)) { $0 + counters[$1] }
            result.damaged = min(max(0, Int(lastSequence - accounted)), lost)
            // The last of all may be among the lost, and their numbers must not come again.
            result.skipped = lost
        }
        counters[.damaged] += Int64(result.damaged)
        counters[.unknown] += Int64(result.skipped)
        lastSequence += Int64(result.skipped)
        counters[.stamp] = max(counters[.stamp], highestStamp)
        counters[.goodTime] = max(counters[.goodTime], goodTime)
    }

    /// The last number of all, where no message bears it.
    private func mark(carried: SequenceSet) -> MessageRow? {
        guard lastSequence > 0, !carried.contains(lastSequence) else { return nil }
        return MessageRow(sequence: lastSequence, stamp: highestStamp, payload: [])
    }

    private func carrySide(
        _ image: DatabaseImage, into database: borrowing SQLiteDatabase, action: String
    ) throws(SpoolFailure) {
        let undated = try database.prepare("INSERT OR IGNORE INTO undated VALUES (?, ?, ?, ?, ?)", action: action)
        let inbox = try database.prepare("INSERT OR IGNORE INTO inbox VALUES (?, ?, ?, ?)", action: action)
        for number in sidePages {
            guard let page = image.page(number) else { continue }
            for row in TableLeaf(page, number: number, overflow: image.page).rows {
                switch Entry(row) {
                case .undated(let message):
                    try undated.run(
                        .integer(message.id), .blob(Array(message.bootID.utf8)), .integer(message.uptime.microseconds),
                        .blob(message.payload), .integer(message.checksum), action: action)
                case .arrival(let id, let stamp, let payload):
                    try inbox.run(
                        .integer(id), .integer(stamp), .blob(payload),
                        .integer(SpoolFile.checksum(stamp: stamp, payload)), action: action)
                default: break
                }
            }
        }
    }
}

/// What a row of a spool is, known by its columns alone.
private enum Entry {
    case message(MessageRow)
    case brokenMessage
    case counters(Counters)
    /// Of schema 1.
    case evictions(Int64)
    case undated(UndatedMessage)
    case arrival(id: Int64, stamp: Int64, payload: [UInt8])

    init?(_ row: TableLeaf.Row) {
        let columns = row.columns
        // Tables with a number of their own keep it apart from the columns.
        if columns.count == 1, case .integer(let count) = columns[0] {
            self = .evictions(count)
            return
        }
        guard columns.first == .null else { return nil }
        switch columns.dropFirst().count {
        case 2, 5: self.init(message: row)
        case 3:
            guard case .integer(let stamp) = columns[1], case .blob(let payload) = columns[2],
                columns[3] == .integer(SpoolFile.checksum(stamp: stamp, payload))
            else { return nil }
            self = .arrival(id: row.number, stamp: stamp, payload: payload)
        case 4:
            guard case .blob(let boot) = columns[1], case .integer(let uptime) = columns[2],
                case .blob(let payload) = columns[3]
            else { return nil }
            let message = UndatedMessage(
                id: row.number, payload: payload, bootID: String(decoding: boot, as: UTF8.self),
                uptime: .microseconds(uptime))
            guard columns[4] == .integer(message.checksum) else { return nil }
            self = .undated(message)
        case Counters.Column.allCases.count + 1:
            let numbers = columns.dropFirst().compactMap { if case .integer(let number) = $0 { number } else { nil } }
            guard let counters = Counters(numbers) else { return nil }
            self = .counters(counters)
        default: return nil
        }
    }

    private init?(message row: TableLeaf.Row) {
        let columns = row.columns
        guard case .integer(let stamp) = columns[1], case .blob(let payload) = columns[2] else {
            self = .brokenMessage
            return
        }
        var message = MessageRow(sequence: row.number, stamp: stamp, payload: payload)
        guard columns.count == 6 else {
            self = .message(message)
            return
        }
        guard case .integer(let number) = columns[3], let state = RowState(number: number) else {
            self = .brokenMessage
            return
        }
        message.state = state
        if case .integer(let lag) = columns[4] { message.lag = lag }
        // A row of schema 1 that was changed since has the new columns and no checksum.
        self =
            columns[5] == .null || columns[5] == .integer(message.checksum)
            ? .message(message) : .brokenMessage
    }
}
