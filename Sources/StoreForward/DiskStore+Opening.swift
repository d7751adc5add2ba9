import Glibc

extension DiskStore {
    /// Opens the spool of a path for its owner, who holds the lock: makes it where there is none, brings it to this
    /// schema, and salvages it where it is damaged.
    static func open(
        _ path: String, settings: SpoolSettings, bootID: Int64, wasUsed: Bool, action: String
    ) throws(SpoolFailure) -> (store: DiskStore, repair: SpoolRepair?) {
        let new = NewFile(for: path, action: action)
        try new.finish(puttingAside: PutAside(for: path, at: time(nil)))
        switch try Examination(path, wasUsed: wasUsed, action: action) {
        case .nothing:
            try new.make { (database) throws(SpoolFailure) in
                try SpoolFile.write(Counters(), to: database, action: action)
            }
            try new.install(puttingAside: PutAside(for: path, at: time(nil)))
        case .spool:
            // SQLite takes the log up to its first broken frame, and says nothing of the rest.
            guard WriteAheadLog(path + "-wal")?.isDamaged == true else { break }
            return try salvaged(path, known: nil, because: "its log is damaged", settings, bootID, action)
        case .damaged(let cause):
            return try salvaged(path, known: nil, because: cause, settings, bootID, action)
        }
        do throws(SpoolFailure) {
            return (try DiskStore(path, settings: settings, bootID: bootID, isOwner: true, action: action), nil)
        } catch {
            guard error.isDamage else { throw error }
            return try salvaged(path, known: nil, because: error.detail, settings, bootID, action)
        }
    }

    /// Puts a damaged spool aside, opens a new one, and carries over what can be read.
    ///
    /// No connection may be open.
    /// `known` is what the spool held, where it was open when the damage was met.
    static func salvaged(
        _ path: String, known: Stock?, because cause: String, _ settings: SpoolSettings, _ bootID: Int64,
        _ action: String
    ) throws(SpoolFailure) -> (store: DiskStore, repair: SpoolRepair?) {
        let new = NewFile(for: path, action: action)
        let aside = PutAside(for: path, at: time(nil))
        var salvage = Salvage(path, action: action)
        let result = try salvage.run(into: new, known: known)
        try new.install(puttingAside: aside)
        let store = try DiskStore(path, settings: settings, bootID: bootID, isOwner: true, action: action)
        let repair = SpoolRepair(
            cause: cause, putAside: aside.path, salvaged: result.messages, damaged: result.damaged)
        return (store, repair)
    }
}

extension SpoolFailure {
    /// Whether the file is damaged, so that another one must take its place.
    var isDamage: Bool {
        switch kind {
        case .corrupt: true
        // The header was ours before SQLite was asked.
        case .notOurs: code?.name == "SQLITE_NOTADB"
        // Tables, columns or rows that are not as we made them.
        case .unexpected: code?.name == "SQLITE_ERROR" || code?.name.hasPrefix("SQLITE_CONSTRAINT") == true
        default: false
        }
    }
}
