import Glibc

/// An open spool on disk: its connection and its statements.
///
/// It keeps no counts and makes no choices.
///
/// The row with the highest sequence is never deleted, only emptied, until the next one is there. So sequence and stamp
/// of the last message survive a restart even when nothing is stored, and neither is ever used twice.
final class SpoolFile {
    /// What can be known of a row without its payload.
    struct Head {
        var sequence: Int64
        var stamp: Int64
        var bytes: Int
        var state: RowState
        var lag: Int64?
        /// Nil for a row that schema 1 wrote.
        var checksum: Int64?
    }

    let path: String
    private let begin: SQLiteStatement
    private let commit: SQLiteStatement
    private let rollback: SQLiteStatement
    private let dataVersion: SQLiteStatement
    private let freePages: SQLiteStatement
    private let insert: SQLiteStatement
    private let delete: SQLiteStatement
    private let empty: SQLiteStatement
    private let setState: SQLiteStatement
    private let head: SQLiteStatement
    private let waiting: SQLiteStatement
    private let wanted: SQLiteStatement
    private let oldestDisposable: SQLiteStatement
    private let oldestWaiting: SQLiteStatement
    private let writeCounters: SQLiteStatement
    let database: SQLiteDatabase

    /// Opens a file that is known to be a spool, and brings it to this schema where `mayMigrate` says so.
    init(path: String, mayMigrate: Bool, action: String) throws(SpoolFailure) {
        let database = try Self.connect(path, mayMigrate: mayMigrate, action: action)
        begin = try database.prepare("BEGIN IMMEDIATE", action: action)
        commit = try database.prepare("COMMIT", action: action)
        rollback = try database.prepare("ROLLBACK", action: action)
        dataVersion = try database.prepare("PRAGMA data_version", action: action)
        freePages = try database.prepare("PRAGMA freelist_count", action: action)
        insert = try database.prepare("INSERT OR IGNORE INTO message VALUES (?, ?, ?, ?, ?, ?)", action: action)
        delete = try database.prepare("DELETE FROM message WHERE sequence = ?", action: action)
        empty = try database.prepare(
            "UPDATE message SET payload = x'', state = 0, checksum = ? WHERE sequence = ?", action: action)
        setState = try database.prepare(
            "UPDATE message SET state = ?, checksum = ? WHERE sequence = ?", action: action)
        let columns = "sequence, stamp, length(payload), state, lag, checksum"
        head = try database.prepare("SELECT \(columns) FROM message WHERE sequence = ?", action: action)
        // A state that nobody wrote counts as waiting, so that the row is read and its checksum says what it is.
        let isWaiting = "coalesce(state, 0) NOT IN (-1, -2, -3) AND length(payload) > 0"
        let rows = "SELECT sequence, stamp, payload, state, lag, checksum FROM message WHERE sequence > ?"
        waiting = try database.prepare(
            "\(rows) AND \(isWaiting) ORDER BY sequence LIMIT ?", action: action)
        wanted = try database.prepare("\(rows) AND state = -2 ORDER BY sequence LIMIT ?", action: action)
        oldestDisposable = try database.prepare(
            "SELECT \(columns) FROM message WHERE state IN (-1, -3) ORDER BY sequence LIMIT 1", action: action)
        oldestWaiting = try database.prepare(
            """
            SELECT \(columns) FROM message WHERE sequence > ? AND \(isWaiting) ORDER BY sequence LIMIT 1
            """,
            action: action)
        let places = Array(repeating: "?", count: Counters.Column.allCases.count + 2).joined(separator: ", ")
        writeCounters = try database.prepare("INSERT OR REPLACE INTO ledger VALUES (\(places))", action: action)
        self.path = path
        self.database = database
    }

    private static func connect(
        _ path: String, mayMigrate: Bool, action: String
    ) throws(SpoolFailure) -> SQLiteDatabase {
        let database = try SQLiteDatabase(path: path, action: action)
        for sql in SpoolSchema.connection { try database.execute(sql, action: action) }
        let version = try database.integer("PRAGMA user_version", action: action) ?? 0
        try require(
            applicationID: database.integer("PRAGMA application_id", action: action) ?? 0,
            version: version, action: action, path: path)
        if version < SpoolSchema.version {
            guard mayMigrate else {
                throw SpoolFailure(
                    .olderVersion(found: Int(version)), action: action, path: path,
                    detail: "its schema is \(version), and this release knows \(SpoolSchema.version)")
            }
            try migrate(database, action: action)
        }
        for sql in SpoolSchema.log { try database.execute(sql, action: action) }
        return database
    }

    private static func migrate(_ database: borrowing SQLiteDatabase, action: String) throws(SpoolFailure) {
        try database.execute("BEGIN EXCLUSIVE", action: action)
        do throws(SpoolFailure) {
            var counters = Counters()
            counters[.evictedSize] = try database.integer("SELECT messages FROM eviction", action: action) ?? 0
            for sql in SpoolSchema.migration { try database.execute(sql, action: action) }
            try SpoolFile.write(counters, to: database, action: action)
            try database.execute("COMMIT", action: action)
        } catch {
            if database.isInTransaction { try? database.execute("ROLLBACK", action: action) }
            throw error
        }
    }

    /// Writes the first counters of a file, past the prepared statements.
    static func write(
        _ counters: Counters, to database: borrowing SQLiteDatabase, action: String
    ) throws(SpoolFailure) {
        for copy in 1...2 {
            let row = ([Int64(copy)] + counters.numbers).map(String.init).joined(separator: ", ")
            try database.execute("INSERT INTO ledger VALUES (\(row))", action: action)
        }
    }

    /// Runs the changes as one: all of them are on disk when it returns, or none is when it throws.
    @discardableResult
    func transaction<Value>(
        _ action: String, _ changes: () throws(SpoolFailure) -> Value
    ) throws(SpoolFailure) -> Value {
        try begin.run(action: action)
        do throws(SpoolFailure) {
            let value = try changes()
            try commit.run(action: action)
            return value
        } catch {
            // What follows from the first failure says nothing new, and a full disk ends the transaction by itself.
            if database.isInTransaction { _ = try? rollback.run(action: action) }
            throw error
        }
    }

    /// A number that changes when another connection has written.
    func foreignVersion(action: String) throws(SpoolFailure) -> Int64 {
        var version: Int64 = 0
        try dataVersion.forEachRow(action: action) { version = $0.integer(0) }
        return version
    }

    /// The pages that the file has and does not use.
    func freePageCount(action: String) throws(SpoolFailure) -> Int {
        var count = 0
        try freePages.forEachRow(action: action) { count = Int($0.integer(0)) }
        return count
    }

    /// Inserts a row; false where its sequence is stored already, which a commit that failed half-way can leave behind.
    @discardableResult
    func insert(_ row: MessageRow, action: String) throws(SpoolFailure) -> Bool {
        let count = try insert.run(
            .integer(row.sequence), .integer(row.stamp), .blob(row.payload), .integer(row.state.number),
            SQLiteValue(row.lag), .integer(row.checksum), action: action)
        return count > 0
    }

    func delete(_ sequence: Int64, action: String) throws(SpoolFailure) {
        try delete.run(.integer(sequence), action: action)
    }

    /// Makes a row a mark.
    func empty(_ head: Head, action: String) throws(SpoolFailure) {
        let mark = MessageRow(sequence: head.sequence, stamp: head.stamp, payload: [], lag: head.lag)
        try empty.run(.integer(mark.checksum), .integer(head.sequence), action: action)
    }

    func set(_ state: RowState, of head: Head, action: String) throws(SpoolFailure) {
        let checksum = head.checksum.map { MessageRow.checksum($0, from: head.state, to: state) }
        try setState.run(.integer(state.number), SQLiteValue(checksum), .integer(head.sequence), action: action)
    }

    /// A row that holds a message; nil for a mark and for a sequence that is not stored.
    func head(_ sequence: Int64, action: String) throws(SpoolFailure) -> Head? {
        var found: Head?
        try head.forEachRow(.integer(sequence), action: action) { found = Self.head($0) }
        return found.flatMap { $0.bytes > 0 ? $0 : nil }
    }

    /// The oldest row that is only kept, or damaged.
    func oldestDisposable(action: String) throws(SpoolFailure) -> Head? {
        var found: Head?
        try oldestDisposable.forEachRow(action: action) { found = Self.head($0) }
        return found
    }

    /// The oldest waiting row above a sequence.
    func oldestWaiting(after sequence: Int64, action: String) throws(SpoolFailure) -> Head? {
        var found: Head?
        try oldestWaiting.forEachRow(.integer(sequence), action: action) { found = Self.head($0) }
        return found
    }

    /// The oldest waiting rows above a sequence, and those among them whose bytes are not what was stored.
    func waiting(
        after sequence: Int64, count: Int, action: String
    ) throws(SpoolFailure) -> (rows: [MessageRow], damaged: [Int64]) {
        try Self.rows(of: waiting, after: sequence, count: count, action: action)
    }

    /// The same of those that are asked for again.
    func wanted(
        after sequence: Int64, count: Int, action: String
    ) throws(SpoolFailure) -> (rows: [MessageRow], damaged: [Int64]) {
        try Self.rows(of: wanted, after: sequence, count: count, action: action)
    }

    private static func rows(
        of statement: borrowing SQLiteStatement, after sequence: Int64, count: Int, action: String
    ) throws(SpoolFailure) -> (rows: [MessageRow], damaged: [Int64]) {
        var rows: [MessageRow] = []
        var damaged: [Int64] = []
        try statement.forEachRow(.integer(sequence), .integer(Int64(count)), action: action) { row in
            if let row = Self.row(row) { rows.append(row) } else { damaged.append(row.integer(0)) }
        }
        return (rows, damaged)
    }

    /// Nil where the checksum says that the row is not what was stored.
    static func row(_ columns: borrowing SQLiteRow) -> MessageRow? {
        guard let state = RowState(number: columns.integer(3)) else { return nil }
        let row = MessageRow(
            sequence: columns.integer(0), stamp: columns.integer(1), payload: columns.blob(2), state: state,
            lag: columns.optionalInteger(4))
        guard let checksum = columns.optionalInteger(5) else { return row }
        return checksum == row.checksum ? row : nil
    }

    /// A state that nobody wrote counts as waiting, until the row is read.
    static func head(_ columns: borrowing SQLiteRow) -> Head {
        Head(
            sequence: columns.integer(0), stamp: columns.integer(1), bytes: Int(columns.integer(2)),
            state: RowState(number: columns.integer(3)) ?? .waiting, lag: columns.optionalInteger(4),
            checksum: columns.optionalInteger(5))
    }

    func write(_ counters: Counters, action: String) throws(SpoolFailure) {
        for copy in Int64(1)...2 {
            try writeCounters.run(
                [.integer(copy)] + counters.numbers.map { .integer($0) }, action: action)
        }
    }

    /// The counters, from whichever copy is whole; nil when neither is.
    func counters(action: String) throws(SpoolFailure) -> Counters? {
        var counters: Counters?
        let statement = try database.prepare("SELECT * FROM ledger ORDER BY copy", action: action)
        try statement.forEachRow(action: action) { row in
            let numbers = (1...Counters.Column.allCases.count + 1).map { row.integer(Int32($0)) }
            counters = counters ?? Counters(numbers)
        }
        return counters
    }

    /// The size of the database and its log as the file system has them.
    var bytesOnDisk: Int {
        [path, path + "-wal"].reduce(0) { sum, file in
            var status = stat()
            return stat(file, &status) == 0 ? sum + Int(status.st_size) : sum
        }
    }
}
