import Glibc

/// What the file system says of a path.
struct FileStatus {
    let exists: Bool
    /// In bytes; 0 where nothing is.
    let size: Int
    let owner: uid_t
    let group: gid_t
    /// Tells a file from another one that took its place.
    let inode: UInt64

    init(_ path: String) {
        var status = stat()
        exists = stat(path, &status) == 0
        size = exists ? Int(status.st_size) : 0
        owner = exists ? status.st_uid : 0
        group = exists ? status.st_gid : 0
        inode = exists ? UInt64(status.st_ino) : 0
    }

    /// The path without symbolic links, so that one file has one lock, whatever name it is opened by.
    static func real(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    /// The folder that a path lies in.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The bytes that an ordinary user may still take from the file system of a path; nil where it does not say.
    static func freeBytes(at path: String) -> Int? {
        var status = statvfs()
        guard statvfs(folder(of: path), &status) == 0 else { return nil }
        return Int(
            clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
    }

    /// Gives a file another name, in place of whatever bears it.
    static func rename(_ path: String, to other: String, action: String) throws(SpoolFailure) {
        guard Glibc.rename(path, other) == 0 else { throw SpoolFailure(system: errno, action: action, path: path) }
    }

    /// New names are safe from a power cut only when their folder is on disk too.
    static func syncFolder(of path: String, action: String) throws(SpoolFailure) {
        let folder = folder(of: path)
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SpoolFailure(system: errno, action: action, path: folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SpoolFailure(system: errno, action: action, path: folder) }
    }
}
