import Glibc

/// An open spool on disk: its lock, its connection and its statements.
///
/// It keeps no counts and makes no choices.
///
/// The row with the highest sequence is never deleted, only emptied, until the next one is there. So sequence and stamp
/// of the last message survive a restart even when nothing is stored, and neither is ever used twice.
final class SpoolFile {
    let path: String
    private let begin: SQLiteStatement
    private let commit: SQLiteStatement
    private let rollback: SQLiteStatement
    private let insert: SQLiteStatement
    private let delete: SQLiteStatement
    private let empty: SQLiteStatement
    private let size: SQLiteStatement
    private let select: SQLiteStatement
    private let evicted: SQLiteStatement
    let database: SQLiteDatabase
    private let lock: SpoolLock

    init(path: String) throws(SpoolFailure) {
        let action = "opening the spool"
        let lock = try SpoolLock(spool: path, action: action)
        do throws(SpoolFailure) {
            try Self.examine(path, action: action)
        } catch {
            lock.withdraw()
            throw error
        }
        let database = try Self.connect(path, action: action)
        begin = try database.prepare("BEGIN IMMEDIATE", action: action)
        commit = try database.prepare("COMMIT", action: action)
        rollback = try database.prepare("ROLLBACK", action: action)
        insert = try database.prepare("INSERT INTO message VALUES (?, ?, ?)", action: action)
        delete = try database.prepare("DELETE FROM message WHERE sequence = ?", action: action)
        empty = try database.prepare("UPDATE message SET payload = x'' WHERE sequence = ?", action: action)
        size = try database.prepare("SELECT length(payload) FROM message WHERE sequence = ?", action: action)
        select = try database.prepare(
            """
            SELECT sequence, stamp, payload FROM message WHERE sequence > ? AND length(payload) > 0
            ORDER BY sequence LIMIT ?
            """,
            action: action
        )
        evicted = try database.prepare("UPDATE eviction SET messages = ?", action: action)
        self.path = path
        self.database = database
        self.lock = lock
    }

    private static func connect(_ path: String, action: String) throws(SpoolFailure) -> SQLiteDatabase {
        let database = try SQLiteDatabase(path: path, action: action)
        for sql in SpoolSchema.connection { try database.execute(sql, action: action) }
        if try database.integer("PRAGMA page_count", action: action) == 0 {
            try database.execute("BEGIN EXCLUSIVE", action: action)
            for sql in SpoolSchema.creation { try database.execute(sql, action: action) }
            try database.execute("COMMIT", action: action)
        }
        try require(
            applicationID: database.integer("PRAGMA application_id", action: action) ?? 0,
            version: database.integer("PRAGMA user_version", action: action) ?? 0,
            action: action,
            path: path
        )
        for sql in SpoolSchema.durability { try database.execute(sql, action: action) }
        return database
    }

    /// Runs the changes as one: all of them are on disk when it returns, or none is when it throws.
    func transaction(_ action: String, _ changes: () throws(SpoolFailure) -> Void) throws(SpoolFailure) {
        try begin.run(action: action)
        do throws(SpoolFailure) {
            try changes()
            try commit.run(action: action)
        } catch {
            // What follows from the first failure says nothing new, and a full disk ends the transaction by itself.
            if database.isInTransaction { _ = try? rollback.run(action: action) }
            throw error
        }
    }

    func insert(_ message: StoredMessage, action: String) throws(SpoolFailure) {
        try insert.run(
            .integer(message.sequence),
            .integer(message.stamp),
            .blob(message.payload),
            action: action
        )
    }

    func delete(_ sequence: Int64, action: String) throws(SpoolFailure) {
        try delete.run(.integer(sequence), action: action)
    }

    func empty(_ sequence: Int64, action: String) throws(SpoolFailure) {
        try empty.run(.integer(sequence), action: action)
    }

    /// The bytes of a stored payload; nil where no message is stored under the sequence.
    func payloadSize(_ sequence: Int64, action: String) throws(SpoolFailure) -> Int? {
        var bytes: Int?
        try size.forEachRow(.integer(sequence), action: action) { row in
            let length = Int(row.integer(0))
            bytes = length > 0 ? length : nil
        }
        return bytes
    }

    /// The oldest messages above a sequence, oldest first.
    func messages(after sequence: Int64, count: Int, action: String) throws(SpoolFailure) -> [StoredMessage] {
        var messages: [StoredMessage] = []
        try select.forEachRow(.integer(sequence), .integer(Int64(count)), action: action) { row in
            messages.append(
                StoredMessage(sequence: row.integer(0), stamp: row.integer(1), payload: row.blob(2))
            )
        }
        return messages
    }

    func setEvicted(_ count: Int, action: String) throws(SpoolFailure) {
        try evicted.run(.integer(Int64(count)), action: action)
    }

    /// Counts what the file holds, once, by reading all of it.
    func takeStock(action: String) throws(SpoolFailure) -> SpoolStock {
        var stock = SpoolStock()
        let sizes = try database.prepare(
            "SELECT sequence, stamp, length(payload) FROM message ORDER BY sequence",
            action: action
        )
        try sizes.forEachRow(action: action) { row in
            stock.last = SpoolStock.Last(
                sequence: row.integer(0),
                stamp: row.integer(1),
                isGone: row.integer(2) == 0
            )
            if row.integer(2) > 0 { stock.add(payload: Int(row.integer(2))) }
        }
        stock.evicted = Int(try database.integer("SELECT messages FROM eviction", action: action) ?? 0)
        return stock
    }

    /// The size of the database and its log as the file system has them.
    var bytesOnDisk: Int {
        [path, path + "-wal"].reduce(0) { sum, file in
            var status = stat()
            return stat(file, &status) == 0 ? sum + Int(status.st_size) : sum
        }
    }
}
