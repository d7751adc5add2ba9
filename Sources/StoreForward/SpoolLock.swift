import Glibc

/// The right to use a spool, held by at most one owner and given back by the kernel when the process dies.
///
/// It lies in a file of its own. SQLite's locks belong to a process, not to a connection: a second opening in the same
/// process would pass them, and closing any descriptor of the database would silently drop them.
final class SpoolLock {
    private let descriptor: Int32
    private let file: String
    /// Whether the lock file did not exist before: nobody ever had a spool here.
    let isNew: Bool

    /// Takes the lock of a spool, or fails at once if somebody holds it.
    init(spool path: String, action: String) throws(SpoolFailure) {
        let file = path + "-lock"
        var isNew = true
        var descriptor = open(file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor < 0 && errno == EEXIST {
            isNew = false
            descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        }
        guard descriptor >= 0 else {
            let number = errno
            let isMissing = SpoolFailure.Kind(system: number) == .directoryMissing
            throw SpoolFailure(system: number, action: action, path: isMissing ? FileStatus.folder(of: path) : file)
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let number = errno
            defer { Glibc.close(descriptor) }
            throw SpoolFailure(
                SpoolFailure.Kind(system: number),
                code: SpoolFailure.Code(system: number),
                action: action,
                path: path,
                detail: number == EWOULDBLOCK
                    ? "process \(Self.owner(descriptor)) has it open" : String(cString: strerror(number))
            )
        }
        // The superuser may look at a spool of the agent's: the agent must still be able to take the lock afterwards.
        let database = FileStatus(path)
        if isNew, geteuid() == 0, database.exists { _ = fchown(descriptor, database.owner, database.group) }
        let owner = "\(getpid())\n"
        ftruncate(descriptor, 0)
        _ = pwrite(descriptor, owner, owner.utf8.count, 0)
        self.file = file
        self.descriptor = descriptor
        self.isNew = isNew
    }

    deinit {
        // Closing alone is not enough: a process that is just being started shares the descriptor until its exec.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Takes back the lock file that was made beside a file which is not a spool, so that nothing of ours stays there.
    func withdraw() {
        if isNew { unlink(file) }
    }

    /// The number that the owner left in the file; only words for a person depend on it.
    private static func owner(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        let digits = bytes.prefix(max(0, count)).prefix { $0 >= 0x30 && $0 <= 0x39 }
        return digits.isEmpty ? "unknown" : String(decoding: digits, as: UTF8.self)
    }
}
