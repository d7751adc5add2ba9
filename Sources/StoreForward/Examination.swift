import Glibc

/// What lies at a spool's path, found out without changing it.
///
/// SQLite is not asked: opening a database of another program may roll its journal back or leave files beside it.
enum Examination {
    /// Nothing, or an empty file.
    case nothing
    /// A spool, by its header.
    case spool
    /// A spool that is damaged, as far as can be told; in words, how so.
    case damaged(String)

    /// Looks at a path.
    ///
    /// `wasUsed` says that a spool was open here before: its lock file lies beside. What is no database at all counts
    /// as a damaged spool then, and as somebody else's file otherwise. A healthy database of another program is never
    /// taken for ours.
    init(_ path: String, wasUsed: Bool, action: String) throws(SpoolFailure) {
        // Not blocking, so that a named pipe is refused instead of waited for.
        let descriptor = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 && errno == ENOENT {
            self = FileStatus(path + "-wal").size > 0 ? .damaged("it is gone, and its log is not") : .nothing
            return
        }
        guard descriptor >= 0 else { throw SpoolFailure(system: errno, action: action, path: path) }
        defer { close(descriptor) }

        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SpoolFailure(system: errno, action: action, path: path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw SpoolFailure(.notOurs, action: action, path: path, detail: "it is not a file")
        }
        if status.st_size == 0 {
            // SQLite would take the log of an empty file away.
            self = FileStatus(path + "-wal").size > 0 ? .damaged("it is empty, and its log is not") : .nothing
            return
        }
        var page = [UInt8](repeating: 0, count: 4_096)
        let count = pread(descriptor, &page, page.count, 0)
        guard count >= 0 else { throw SpoolFailure(system: errno, action: action, path: path) }
        page.removeLast(page.count - count)
        self = try Self.judge(page, wasUsed: wasUsed, action: action, path: path)
    }

    private static func judge(
        _ page: [UInt8], wasUsed: Bool, action: String, path: String
    ) throws(SpoolFailure) -> Examination {
        let isDatabase = page.starts(with: "SQLite format 3\0".utf8)
        guard page.count >= 100 else {
            // A database has 512 bytes at the least, so that this is nobody's any more.
            if isDatabase || wasUsed { return .damaged("it has \(page.count) bytes") }
            throw SpoolFailure(.notOurs, action: action, path: path, detail: "it is not an SQLite database")
        }
        let applicationID = integer(page, at: 68)
        let isSigned = page.firstRange(of: Array(SpoolSchema.signature.utf8)) != nil
        if isDatabase, applicationID == SpoolSchema.applicationID {
            try SpoolFile.require(
                applicationID: applicationID, version: integer(page, at: 60), action: action, path: path)
            return .spool
        }
        if isSigned || applicationID == SpoolSchema.applicationID { return .damaged("its header is damaged") }
        if isDatabase {
            try SpoolFile.require(applicationID: applicationID, version: 0, action: action, path: path)
        }
        guard wasUsed else {
            throw SpoolFailure(.notOurs, action: action, path: path, detail: "it is not an SQLite database")
        }
        return .damaged("nothing in it is a spool any more")
    }

    /// SQLite's header is big-endian, and its numbers are signed.
    private static func integer(_ header: [UInt8], at offset: Int) -> Int64 {
        let bits = header[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return Int64(Int32(bitPattern: bits))
    }
}

extension SpoolFile {
    /// Refuses what another program or a later release wrote.
    static func require(
        applicationID: Int64,
        version: Int64,
        action: String,
        path: String
    ) throws(SpoolFailure) {
        guard applicationID == SpoolSchema.applicationID else {
            throw SpoolFailure(
                .notOurs,
                action: action,
                path: path,
                detail: "it is an SQLite database of another program (application_id \(applicationID))"
            )
        }
        guard version <= SpoolSchema.version else {
            throw SpoolFailure(
                .newerVersion(found: Int(version)),
                action: action,
                path: path,
                detail: "its schema is \(version), and this release knows \(SpoolSchema.version)"
            )
        }
    }
}
