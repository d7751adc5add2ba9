internal import CSQLite
import Glibc

extension SpoolFailure {
    /// A failure that SQLite reported, with the error of the system beneath it where there was one.
    init(sqlite number: Int32, system: Int32, message: String, action: String, path: String) {
        self.init(
            Kind(sqlite: number, system: system),
            code: Code(sqlite: number),
            action: action,
            path: path,
            detail: system == 0 ? message : "\(message), \(String(cString: strerror(system)))"
        )
    }

    /// A failure of a system call, by the `errno` that was read right after it.
    init(system number: Int32, action: String, path: String) {
        self.init(
            Kind(system: number),
            code: Code(system: number),
            action: action,
            path: path,
            detail: String(cString: strerror(number))
        )
    }
}

extension SpoolFailure.Kind {
    init(sqlite number: Int32, system: Int32) {
        // A disk that fills up while SQLite writes its log comes as an I/O error with the reason beneath.
        if number & 0xff == SQLITE_IOERR || number & 0xff == SQLITE_CANTOPEN, system != 0 {
            self.init(system: system)
            return
        }
        self =
            switch number & 0xff {
            case SQLITE_BUSY, SQLITE_LOCKED: .inUse
            case SQLITE_FULL: .diskFull
            case SQLITE_READONLY: .readOnly
            case SQLITE_PERM, SQLITE_AUTH: .notPermitted
            case SQLITE_IOERR, SQLITE_CANTOPEN: .ioError
            case SQLITE_CORRUPT: .corrupt
            case SQLITE_NOTADB: .notOurs
            default: .unexpected
            }
    }

    init(system number: Int32) {
        self =
            switch number {
            case ENOENT, ENOTDIR: .directoryMissing
            case EACCES, EPERM: .notPermitted
            case ENOSPC, EDQUOT, EFBIG: .diskFull
            case EROFS: .readOnly
            case EISDIR: .notOurs
            case EWOULDBLOCK: .inUse
            default: .ioError
            }
    }
}

extension SpoolFailure.Code {
    init(sqlite number: Int32) {
        self.init(name: sqliteNames[number] ?? sqliteNames[number & 0xff] ?? "SQLITE", number: number)
    }

    init(system number: Int32) {
        self.init(name: systemNames[number] ?? "errno", number: number)
    }
}

/// SQLite has words for its codes but not their names; the extended ones here are those that a disk can cause.
private let sqliteNames: [Int32: String] = [
    1: "SQLITE_ERROR", 2: "SQLITE_INTERNAL", 3: "SQLITE_PERM", 4: "SQLITE_ABORT", 5: "SQLITE_BUSY", 6: "SQLITE_LOCKED",
    7: "SQLITE_NOMEM", 8: "SQLITE_READONLY", 9: "SQLITE_INTERRUPT", 10: "SQLITE_IOERR", 11: "SQLITE_CORRUPT",
    12: "SQLITE_NOTFOUND", 13: "SQLITE_FULL", 14: "SQLITE_CANTOPEN", 15: "SQLITE_PROTOCOL", 17: "SQLITE_SCHEMA",
    18: "SQLITE_TOOBIG", 19: "SQLITE_CONSTRAINT", 20: "SQLITE_MISMATCH", 21: "SQLITE_MISUSE", 22: "SQLITE_NOLFS",
    23: "SQLITE_AUTH", 25: "SQLITE_RANGE", 26: "SQLITE_NOTADB",
    261: "SQLITE_BUSY_RECOVERY", 264: "SQLITE_READONLY_RECOVERY", 776: "SQLITE_READONLY_ROLLBACK",
    1032: "SQLITE_READONLY_DBMOVED", 1288: "SQLITE_READONLY_CANTINIT", 1544: "SQLITE_READONLY_DIRECTORY",
    266: "SQLITE_IOERR_READ", 522: "SQLITE_IOERR_SHORT_READ", 778: "SQLITE_IOERR_WRITE", 1034: "SQLITE_IOERR_FSYNC",
    1290: "SQLITE_IOERR_DIR_FSYNC", 1546: "SQLITE_IOERR_TRUNCATE", 1802: "SQLITE_IOERR_FSTAT",
    2058: "SQLITE_IOERR_UNLOCK", 2314: "SQLITE_IOERR_RDLOCK", 2570: "SQLITE_IOERR_DELETE",
    3082: "SQLITE_IOERR_NOMEM", 3338: "SQLITE_IOERR_ACCESS", 3850: "SQLITE_IOERR_LOCK", 4106: "SQLITE_IOERR_CLOSE",
    8202: "SQLITE_IOERR_DATA", 8458: "SQLITE_IOERR_CORRUPTFS", 526: "SQLITE_CANTOPEN_ISDIR",
    782: "SQLITE_CANTOPEN_FULLPATH", 1294: "SQLITE_CANTOPEN_DIRTYWAL", 1550: "SQLITE_CANTOPEN_SYMLINK",
    523: "SQLITE_CORRUPT_SEQUENCE", 779: "SQLITE_CORRUPT_INDEX", 1299: "SQLITE_CONSTRAINT_NOTNULL",
    1555: "SQLITE_CONSTRAINT_PRIMARYKEY",
]

/// The names of the errors that opening and writing a file can meet.
private let systemNames: [Int32: String] = [
    EACCES: "EACCES", EBADF: "EBADF", EDQUOT: "EDQUOT", EEXIST: "EEXIST", EFBIG: "EFBIG", EINTR: "EINTR",
    EINVAL: "EINVAL", EIO: "EIO", EISDIR: "EISDIR", ELOOP: "ELOOP", EMFILE: "EMFILE", ENAMETOOLONG: "ENAMETOOLONG",
    ENFILE: "ENFILE", ENODEV: "ENODEV", ENOENT: "ENOENT", ENOMEM: "ENOMEM", ENOSPC: "ENOSPC", ENOTDIR: "ENOTDIR",
    ENXIO: "ENXIO", EPERM: "EPERM", EROFS: "EROFS", EWOULDBLOCK: "EWOULDBLOCK",
]
