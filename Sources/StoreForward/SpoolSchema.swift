/// What a spool's file looks like, and how SQLite is set up for it.
///
/// The settings are chosen by what a day costs: 288 messages of 600 bytes, each appended and removed, are 1.2 MiB handed
/// to the system and 577 syncs. A commit writes whole pages, so the page is half of the usual one. A counter that grows
/// by itself (`AUTOINCREMENT`) or an index would each add a page to every commit.
enum SpoolSchema {
    /// Says in the file's header whose it is; `file(1)` shows it.
    static let applicationID: Int64 = 0x4564_5370
    /// The number of the layout below.
    static let version: Int64 = 1
    /// In bytes; three messages of 600 bytes share a page.
    static let pageSize = 2_048

    /// For a connection, before it reads anything.
    static let connection = [
        // Another program may look at the file for a moment, with sqlite3(1) for instance.
        "PRAGMA busy_timeout = 2000",
        // Nobody else may write, and SQLite needs no shared memory file.
        "PRAGMA locking_mode = EXCLUSIVE",
        "PRAGMA page_size = \(pageSize)",
        // Debian's SQLite overwrites what is deleted with zeros: pages of flash for readings that are no secret.
        "PRAGMA secure_delete = OFF",
        // Damage is reported where it is met, and not carried on.
        "PRAGMA cell_size_check = ON",
    ]

    /// Makes an empty file a spool, in one transaction and before the log exists: the header says whose it is from the
    /// first moment, and not only after the first checkpoint.
    static let creation = [
        "PRAGMA application_id = \(applicationID)",
        "PRAGMA user_version = \(version)",
        // An empty payload is a message that is gone; only the last row may be one. See `SpoolFile`.
        "CREATE TABLE message(sequence INTEGER PRIMARY KEY, stamp INTEGER NOT NULL, payload BLOB NOT NULL)",
        // Written only when something is evicted: a count beside every message would cost a page a commit.
        "CREATE TABLE eviction(messages INTEGER NOT NULL)",
        "INSERT INTO eviction VALUES (0)",
    ]

    /// For a connection, once the file is known to be a spool.
    static let durability = [
        "PRAGMA journal_mode = WAL",
        // With NORMAL a power cut would take what the kernel has not written back yet, up to half a minute.
        "PRAGMA synchronous = FULL",
        // 2 MiB, about two days between checkpoints. The log keeps its size, so that a commit only overwrites: a file
        // that grows costs the file system a commit of its own.
        "PRAGMA wal_autocheckpoint = 1000",
        "PRAGMA journal_size_limit = 4194304",
    ]
}
