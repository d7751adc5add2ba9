import Glibc

extension SpoolFile {
    /// Makes sure that the path holds a spool or nothing yet, without changing anything that is there.
    ///
    /// SQLite is not asked: opening a database of another program may roll its journal back or leave files beside it.
    static func examine(_ path: String, action: String) throws(SpoolFailure) {
        // Not blocking, so that a named pipe is refused instead of waited for.
        let flags = O_RDWR | O_CLOEXEC | O_NONBLOCK
        var isNew = true
        var descriptor = open(path, flags | O_CREAT | O_EXCL, 0o600)
        if descriptor < 0 && errno == EEXIST {
            isNew = false
            descriptor = open(path, flags)
        }
        guard descriptor >= 0 else { throw SpoolFailure(system: errno, action: action, path: path) }
        defer { close(descriptor) }
        if isNew { return try keepName(of: path, action: action) }

        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SpoolFailure(system: errno, action: action, path: path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw SpoolFailure(.notOurs, action: action, path: path, detail: "it is not a file")
        }
        if status.st_size == 0 { return }

        var header = [UInt8](repeating: 0, count: 100)
        let count = pread(descriptor, &header, header.count, 0)
        guard count >= 0 else { throw SpoolFailure(system: errno, action: action, path: path) }
        // A power cut while the spool was made can leave zeros here; SQLite has a journal for that, or refuses.
        if count == header.count && header.allSatisfy({ $0 == 0 }) { return }
        guard count == header.count, header.starts(with: "SQLite format 3\0".utf8) else {
            throw SpoolFailure(.notOurs, action: action, path: path, detail: "it is not an SQLite database")
        }
        try require(
            applicationID: Self.integer(header, at: 68),
            version: Self.integer(header, at: 60),
            action: action,
            path: path
        )
    }

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

    /// A new file is safe from a power cut only when its folder is on disk too.
    private static func keepName(of path: String, action: String) throws(SpoolFailure) {
        let folder = folder(of: path)
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SpoolFailure(system: errno, action: action, path: folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SpoolFailure(system: errno, action: action, path: folder) }
    }

    /// The folder that a path lies in.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// SQLite's header is big-endian, and its numbers are signed.
    private static func integer(_ header: [UInt8], at offset: Int) -> Int64 {
        let bits = header[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return Int64(Int32(bitPattern: bits))
    }
}
