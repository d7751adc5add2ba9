internal import CSQLite
import Glibc

/// One compiled statement, finalised when the value ends.
struct SQLiteStatement: ~Copyable {
    private let handle: OpaquePointer
    private let path: String

    /// Takes over a statement that nobody else will finalise.
    init(owned handle: OpaquePointer, path: String) {
        self.handle = handle
        self.path = path
    }

    deinit {
        sqlite3_finalize(handle)
    }

    /// Runs the statement to its end and answers how many rows it changed.
    @discardableResult
    func run(_ values: SQLiteValue..., action: String) throws(SpoolFailure) -> Int {
        try run(values, action: action)
    }

    /// The same with the values in a list.
    @discardableResult
    func run(_ values: [SQLiteValue], action: String) throws(SpoolFailure) -> Int {
        defer { reset() }
        try bind(values, action: action)
        while try step(action: action) {}
        return Int(sqlite3_changes(sqlite3_db_handle(handle)))
    }

    /// Hands over each row in turn; a row is valid only inside the closure.
    func forEachRow(
        _ values: SQLiteValue...,
        action: String,
        _ body: (borrowing SQLiteRow) -> Void
    ) throws(SpoolFailure) {
        defer { reset() }
        try bind(values, action: action)
        while try step(action: action) {
            body(SQLiteRow(handle: handle))
        }
    }

    private func bind(_ values: [SQLiteValue], action: String) throws(SpoolFailure) {
        for (index, value) in values.enumerated() {
            let place = Int32(index + 1)
            let code =
                switch value {
                case .integer(let integer): sqlite3_bind_int64(handle, place, integer)
                // A count beyond 32 bits saturates, which SQLite refuses as too big.
                case .null: sqlite3_bind_null(handle, place)
                case .blob(let bytes): csqlite_bind_blob_copy(handle, place, bytes, Int32(clamping: bytes.count))
                }
            guard code == SQLITE_OK else { throw failure(code, action: action) }
        }
    }

    /// True while there is a row.
    private func step(action: String) throws(SpoolFailure) -> Bool {
        errno = 0
        let code = sqlite3_step(handle)
        let system = errno
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw failure(code, system: system, action: action)
        }
    }

    /// Ends the statement's read or write and lets go of the bytes it was given.
    private func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    private func failure(_ code: Int32, system: Int32 = 0, action: String) -> SpoolFailure {
        let database = sqlite3_db_handle(handle)
        // SQLite keeps the system's number of a statement that failed, and not that of a commit. Its own may belong to a
        // harmless failure of long ago.
        let isFromSystem = [SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_FULL].contains(code & 0xff)
        return SpoolFailure(
            sqlite: code,
            system: !isFromSystem ? 0 : system != 0 ? system : sqlite3_system_errno(database),
            message: String(cString: sqlite3_errmsg(database)),
            action: action,
            path: path
        )
    }
}

/// A value for a place in a statement.
enum SQLiteValue {
    case integer(Int64)
    case blob([UInt8])
    case null

    /// A number, or nothing.
    init(_ number: Int64?) { self = number.map { .integer($0) } ?? .null }
}

/// The row that a statement stands on.
struct SQLiteRow: ~Copyable {
    fileprivate let handle: OpaquePointer

    func integer(_ column: Int32) -> Int64 {
        sqlite3_column_int64(handle, column)
    }

    /// The number of a column, or nil where there is none.
    func optionalInteger(_ column: Int32) -> Int64? {
        sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : sqlite3_column_int64(handle, column)
    }

    func text(_ column: Int32) -> String {
        sqlite3_column_text(handle, column).map { String(cString: $0) } ?? ""
    }

    func blob(_ column: Int32) -> [UInt8] {
        let start = sqlite3_column_blob(handle, column)
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }
}
