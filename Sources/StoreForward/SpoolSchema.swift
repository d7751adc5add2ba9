/// What a spool's file looks like, and how SQLite is set up for it.
///
/// The settings are chosen by what a day and a year cost: docs/decisions/016. A counter that grows by itself
/// (`AUTOINCREMENT`), an index, or a count beside every message would each add a page to every commit.
enum SpoolSchema {
    /// Says in the file's header whose it is; `file(1)` shows it.
    static let applicationID: Int64 = 0x4564_5370
    /// The number of the layout below.
    static let version: Int64 = 2
    /// In bytes, of a file that is made now; one that was made with schema 1 keeps its 2048.
    static let pageSize = 4_096
    /// The beginning of the first table's definition in every schema: by it a damaged file is known as ours.
    static let signature = "CREATE TABLE message(sequence INTEGER PRIMARY KEY, stamp INTEGER NOT NULL, payload BLOB"

    /// For a connection, before it reads anything.
    static let connection = [
        // Another program may look at the file, and writes in transactions of a moment: `edge-agent spool import`.
        "PRAGMA busy_timeout = 2000",
        "PRAGMA page_size = \(pageSize)",
        // Debian's SQLite overwrites what is deleted with zeros: pages of flash for readings that are no secret.
        "PRAGMA secure_delete = OFF",
        // Damage is reported where it is met, and not carried on.
        "PRAGMA cell_size_check = ON",
    ]

    /// Makes an empty file a spool, in one transaction and before the log exists.
    static let creation =
        [
            "PRAGMA application_id = \(applicationID)",
            // An empty payload is a message that is gone; only the last row may be one. See `MessageRow`.
            "\(signature) NOT NULL, state INTEGER NOT NULL DEFAULT 0, lag INTEGER, checksum INTEGER)",
        ] + sinceSchema2

    /// Brings a file of schema 1 to this one, in one transaction; no row is rewritten.
    static let migration =
        [
            "ALTER TABLE message ADD COLUMN state INTEGER NOT NULL DEFAULT 0",
            "ALTER TABLE message ADD COLUMN lag INTEGER",
            "ALTER TABLE message ADD COLUMN checksum INTEGER",
            "DROP TABLE eviction",
        ] + sinceSchema2

    private static let sinceSchema2 = [
        // Two rows that say the same: a flipped bit in one is mended from the other.
        "CREATE TABLE ledger(copy INTEGER PRIMARY KEY, \(ledgerColumns), checksum INTEGER NOT NULL)",
        """
        CREATE TABLE undated(id INTEGER PRIMARY KEY, boot BLOB NOT NULL, uptime INTEGER NOT NULL, payload BLOB NOT NULL, \
        checksum INTEGER NOT NULL)
        """,
        // What another program puts in; the owner alone gives sequences.
        "CREATE TABLE inbox(id INTEGER PRIMARY KEY, stamp INTEGER NOT NULL, payload BLOB NOT NULL, checksum INTEGER NOT NULL)",
        "PRAGMA user_version = \(version)",
    ]

    private static let ledgerColumns = Counters.Column.allCases
        .map { "\($0.rawValue) INTEGER NOT NULL" }.joined(separator: ", ")

    /// For a connection, once the file is known to be a spool.
    static let log = [
        "PRAGMA journal_mode = WAL",
        // With pages of 4 KiB 4 MiB, about two days between checkpoints. The log keeps its size, so that a commit only
        // overwrites: a file that grows costs the file system a commit of its own.
        "PRAGMA wal_autocheckpoint = 1000",
        "PRAGMA journal_size_limit = 4194304",
    ]
}
