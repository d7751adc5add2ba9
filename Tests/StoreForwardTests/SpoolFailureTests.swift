import Glibc
import Testing

@testable import StoreForward

struct SpoolFailureTests {
    @Test(arguments: [
        (13, 0, SpoolFailure.Kind.diskFull, "SQLITE_FULL"), (778, ENOSPC, .diskFull, "SQLITE_IOERR_WRITE"),
        (1_034, EIO, .ioError, "SQLITE_IOERR_FSYNC"), (778, EROFS, .readOnly, "SQLITE_IOERR_WRITE"),
        (8, 0, .readOnly, "SQLITE_READONLY"), (14, EACCES, .notPermitted, "SQLITE_CANTOPEN"),
        (11, 0, .corrupt, "SQLITE_CORRUPT"), (26, 0, .notOurs, "SQLITE_NOTADB"), (5, 0, .inUse, "SQLITE_BUSY"),
        (10 | 77 << 8, 0, .ioError, "SQLITE_IOERR"), (7, 0, .unexpected, "SQLITE_NOMEM"),
    ])
    func `SQLite's codes keep their names and numbers`(
        number: Int32,
        system: Int32,
        kind: SpoolFailure.Kind,
        name: String
    ) {
        let failure = SpoolFailure(sqlite: number, system: system, message: "words", action: "testing", path: "/spool")
        #expect(failure.kind == kind)
        #expect(failure.code == SpoolFailure.Code(name: name, number: number))
    }

    @Test(arguments: [
        (ENOENT, SpoolFailure.Kind.directoryMissing, "ENOENT"), (ENOTDIR, .directoryMissing, "ENOTDIR"),
        (EACCES, .notPermitted, "EACCES"), (EROFS, .readOnly, "EROFS"), (ENOSPC, .diskFull, "ENOSPC"),
        (EIO, .ioError, "EIO"), (12_345, .ioError, "errno"),
    ])
    func `the system's errors keep their names and numbers`(number: Int32, kind: SpoolFailure.Kind, name: String) {
        let failure = SpoolFailure(system: number, action: "testing", path: "/spool")
        #expect(failure.kind == kind)
        #expect(failure.code == SpoolFailure.Code(name: name, number: number))
    }

    @Test func `a failure says what, where, why and what next`() {
        let failure = SpoolFailure(
            sqlite: 778,
            system: ENOSPC,
            message: "disk I/O error",
            action: "appending a message",
            path: "/data/spool.db"
        )
        #expect(
            failure.description == """
                appending a message failed at /data/spool.db: disk I/O error, No space left on device \
                (SQLITE_IOERR_WRITE 778); free some space or lower the limit of the spool; what it holds is safe
                """
        )
    }
}
