internal import CSQLite

/// One connection to one database file, closed when the value ends.
///
/// It is opened without SQLite's own mutex: whoever owns the value is the only one that can reach the connection.
struct SQLiteDatabase: ~Copyable {
    private let handle: OpaquePointer
    private let path: String

    /// Opens a file that exists.
    init(path: String, action: String) throws(SpoolFailure) {
        var handle: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let code = sqlite3_open_v2(path, &handle, flags, nil)
        guard code == SQLITE_OK, let handle else {
            // A connection that failed to open still has the reason, and still has to be closed.
            let message = String(cString: handle.map { sqlite3_errmsg($0) } ?? sqlite3_errstr(code))
            let system = handle.map { sqlite3_system_errno($0) } ?? 0
            sqlite3_close_v2(handle)
            throw SpoolFailure(sqlite: code, system: system, message: message, action: action, path: path)
        }
        self.handle = handle
        self.path = path
    }

    deinit {
        // The second version waits for statements that have not ended yet, in whatever order the values end.
        sqlite3_close_v2(handle)
    }

    /// Runs a statement that answers nothing.
    func execute(_ sql: String, action: String) throws(SpoolFailure) {
        let statement = try prepare(sql, action: action)
        try statement.run(action: action)
    }

    /// The first column of the first row that a statement answers.
    func integer(_ sql: String, action: String) throws(SpoolFailure) -> Int64? {
        let statement = try prepare(sql, action: action)
        var value: Int64?
        try statement.forEachRow(action: action) { row in
            value = value ?? row.integer(0)
        }
        return value
    }

    /// Compiles a statement that will be used many times.
    func prepare(_ sql: String, action: String) throws(SpoolFailure) -> SQLiteStatement {
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard code == SQLITE_OK, let statement else {
            throw SpoolFailure(
                sqlite: code,
                system: sqlite3_system_errno(handle),
                message: String(cString: sqlite3_errmsg(handle)),
                action: action,
                path: path
            )
        }
        return SQLiteStatement(owned: statement, path: path)
    }

    /// Leaves the log as it is when the connection closes, for a file that is damaged.
    func keepLogOnClose() {
        _ = csqlite_keep_log_on_close(handle)
    }

    /// Whether a transaction is open: some errors end it by themselves.
    var isInTransaction: Bool {
        sqlite3_get_autocommit(handle) == 0
    }
}
