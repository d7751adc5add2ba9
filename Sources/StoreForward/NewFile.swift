import Glibc

/// A spool that is made under a name of its own and takes its place when it is whole.
///
/// A power cut at any moment leaves either what was there or the new file: `-part` is thrown away at the next opening,
/// `-new` is whole and is put into its place.
struct NewFile {
    /// The spool's path, where the file will lie.
    let path: String
    private let action: String

    private var part: String { path + "-part" }
    private var whole: String { path + "-new" }

    init(for path: String, action: String) {
        self.path = path
        self.action = action
    }

    /// Makes the file, fills it in one transaction, and syncs it.
    ///
    /// Nothing lies at the spool's path yet.
    func make(_ fill: (borrowing SQLiteDatabase) throws(SpoolFailure) -> Void) throws(SpoolFailure) {
        unlink(part)
        unlink(part + "-journal")
        let descriptor = open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let number = errno
            let isMissing = SpoolFailure.Kind(system: number) == .directoryMissing
            throw SpoolFailure(system: number, action: action, path: isMissing ? FileStatus.folder(of: path) : part)
        }
        let old = FileStatus(path)
        if geteuid() == 0, old.exists { _ = fchown(descriptor, old.owner, old.group) }
        close(descriptor)
        do throws(SpoolFailure) {
            try write(fill)
            try FileStatus.rename(part, to: whole, action: action)
            try FileStatus.syncFolder(of: path, action: action)
        } catch {
            unlink(part)
            unlink(part + "-journal")
            throw error
        }
    }

    private func write(_ fill: (borrowing SQLiteDatabase) throws(SpoolFailure) -> Void) throws(SpoolFailure) {
        let database = try SQLiteDatabase(path: part, action: action)
        for sql in SpoolSchema.connection { try database.execute(sql, action: action) }
        try database.execute("PRAGMA synchronous = FULL", action: action)
        try database.execute("BEGIN EXCLUSIVE", action: action)
        for sql in SpoolSchema.creation { try database.execute(sql, action: action) }
        try fill(database)
        try database.execute("COMMIT", action: action)
    }

    /// Puts the new file into its place, if there is one; what lies there is put aside first, its log before it.
    func install(puttingAside old: PutAside) throws(SpoolFailure) {
        guard FileStatus(whole).exists else { return }
        try old.take(path, action: action)
        try FileStatus.rename(whole, to: path, action: action)
        try FileStatus.syncFolder(of: path, action: action)
    }

    /// Ends what a crash interrupted.
    func finish(puttingAside old: PutAside) throws(SpoolFailure) {
        unlink(part)
        unlink(part + "-journal")
        try install(puttingAside: old)
    }
}
