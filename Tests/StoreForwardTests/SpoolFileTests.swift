import Testing

@testable import StoreForward

extension SpoolTests {
    /// The sequences of all rows, those without a payload too, seen past the spool.
    func rows() throws -> [Int64] {
        let database = try SQLiteDatabase(path: folder.file("spool.db"), action: "looking")
        let statement = try database.prepare("SELECT sequence FROM message", action: "looking")
        var rows: [Int64] = []
        try statement.forEachRow(action: "looking") { rows.append($0.integer(0)) }
        return rows.sorted()
    }
}

@Suite(.timeLimit(.minutes(6)))
struct SpoolFileTests {
    let folder = TemporaryFolder()

    private func store() throws -> DiskStore {
        try DiskStore.open(
            folder.file("spool.db"), settings: SpoolSettings(path: ""), bootID: 1, wasUsed: false, action: "opening"
        ).store
    }

    @Test(arguments: [
        ("journal_size_limit", 4_194_304), ("wal_autocheckpoint", 1_000), ("synchronous", 2), ("page_size", 4_096),
        ("user_version", 2), ("application_id", 0x4564_5370), ("secure_delete", 0), ("busy_timeout", 2_000),
        ("cell_size_check", 1),
    ])
    func `SQLite works as it was told, also on the second opening`(pragma: String, value: Int64) throws {
        for _ in 1...2 {
            let file = try store().file
            #expect(try file.database.integer("PRAGMA \(pragma)", action: "looking") == value)
            #expect(try file.database.integer("SELECT journal_mode = 'wal' FROM pragma_journal_mode", action: "") == 1)
        }
    }

    @Test func `the order is asked for, and not left to SQLite`() throws {
        let file = try store().file
        for number in Int64(1)...9 {
            try file.insert(MessageRow(sequence: number, stamp: number, payload: [1]), action: "")
        }
        // Turns round whatever order was not asked for.
        try file.database.execute("PRAGMA reverse_unordered_selects = ON", action: "")
        #expect(try file.waiting(after: 2, count: 3, action: "").rows.map(\.sequence) == [3, 4, 5])
        #expect(try file.takeStock(action: "").last?.sequence == 9)
    }

    @Test func `a file that is full rolls back and goes on`() throws {
        let file = try store().file
        let large = MessageRow(sequence: 1, stamp: 1, payload: payload(1, count: 100_000))
        try file.database.execute("PRAGMA max_page_count = 10", action: "limiting")
        let failure = #expect(throws: SpoolFailure.self) {
            try file.transaction("appending") { () throws(SpoolFailure) in try file.insert(large, action: "appending") }
        }
        #expect(failure?.kind == .diskFull)
        #expect(failure?.code?.name == "SQLITE_FULL")
        #expect(failure?.scope == .store)
        let isInTransaction = file.database.isInTransaction
        #expect(!isInTransaction)
        #expect(try file.waiting(after: 0, count: 9, action: "").rows.isEmpty)
        try file.database.execute("PRAGMA max_page_count = 1000", action: "limiting")
        try file.transaction("appending") { () throws(SpoolFailure) in try file.insert(large, action: "appending") }
        #expect(try file.waiting(after: 0, count: 9, action: "").rows == [large])
    }

    @Test func `a transaction that fails leaves nothing behind`() throws {
        let file = try store().file
        let message = MessageRow(sequence: 1, stamp: 1, payload: [1])
        let failure = #expect(throws: SpoolFailure.self) {
            try file.transaction("appending twice") { () throws(SpoolFailure) in
                try file.insert(message, action: "appending twice")
                try file.database.execute("INSERT INTO message(sequence) VALUES (2)", action: "appending twice")
            }
        }
        #expect(failure?.code == SpoolFailure.Code(name: "SQLITE_CONSTRAINT_NOTNULL", number: 1_299))
        #expect(failure?.action == "appending twice")
        #expect(try file.takeStock(action: "").waiting == 0)
    }
}
