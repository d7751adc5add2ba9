import Glibc
import Testing

@testable import StoreForward

@Suite(.timeLimit(.minutes(6)))
struct SpoolOpeningTests {
    let folder = TemporaryFolder()

    private func failure(opening name: String = "spool.db") async -> SpoolFailure? {
        await #expect(throws: SpoolFailure.self) {
            try await Spool(SpoolSettings(path: folder.file(name), maxBytes: 1 << 20)) { nil }
        }
    }

    @Test func `a new spool is readable by its owner only`() async throws {
        let before = umask(0)
        defer { umask(before) }
        let spool = try await Spool(SpoolSettings(path: folder.file("spool.db"), maxBytes: 1 << 20)) { nil }
        _ = try await spool.append([1], stamp: 1)
        #expect(folder.names == ["spool.db", "spool.db-delivered", "spool.db-lock", "spool.db-shm", "spool.db-wal"])
        for name in folder.names { #expect(folder.mode(name) == 0o600, "\(name)") }
        await spool.close()
        #expect(folder.names == ["spool.db", "spool.db-delivered", "spool.db-lock"])
    }

    @Test func `an empty file becomes a spool`() async throws {
        folder.write([], to: "spool.db")
        let spool = try await Spool(SpoolSettings(path: folder.file("spool.db"), maxBytes: 1 << 20)) { nil }
        #expect(try await spool.append([1], stamp: 1) == 1)
    }

    @Test(arguments: ["a", "a text of a few words", String(repeating: "a long text. ", count: 1_000)])
    func `a text file is not ours and stays as it is`(text: String) async throws {
        folder.write(Array(text.utf8), to: "spool.db")
        let failure = await failure()
        #expect(failure?.kind == .notOurs)
        #expect(failure?.scope == .configuration)
        #expect(folder.read("spool.db") == Array(text.utf8))
        #expect(folder.names == ["spool.db"])
    }

    @Test func `zeros are not ours and stay as they are`() async throws {
        let zeros = [UInt8](repeating: 0, count: 8_192)
        folder.write(zeros, to: "spool.db")
        #expect(await failure()?.kind == .notOurs)
        #expect(folder.read("spool.db") == zeros)
    }

    @Test(arguments: ["DELETE", "WAL"], [0, 7])
    func `another program's database is not ours and stays as it is`(mode: String, application: Int) async throws {
        try foreignDatabase("PRAGMA journal_mode = \(mode)", "PRAGMA application_id = \(application)")
        let bytes = folder.read("spool.db")
        let names = folder.names
        let failure = await failure()
        #expect(failure?.kind == .notOurs)
        #expect(failure?.description.contains("application_id \(application)") == true)
        #expect(folder.read("spool.db") == bytes)
        #expect(folder.names == names)
    }

    @Test func `a later release's spool is refused and stays as it is`() async throws {
        let spool = try await Spool(SpoolSettings(path: folder.file("spool.db"), maxBytes: 1 << 20)) { nil }
        _ = try await spool.append([1], stamp: 1)
        await spool.close()
        try foreignDatabase("PRAGMA user_version = 9")
        let bytes = folder.read("spool.db")
        let failure = await failure()
        #expect(failure?.kind == .newerVersion(found: 9))
        #expect(failure?.scope == .configuration)
        #expect(folder.read("spool.db") == bytes)
    }

    @Test func `a missing folder is named`() async throws {
        let failure = await failure(opening: "missing/spool.db")
        #expect(failure?.kind == .directoryMissing)
        #expect(failure?.path == folder.file("missing"))
        #expect(failure?.code == SpoolFailure.Code(name: "ENOENT", number: ENOENT))
    }

    // A folder without the right to write does not stop root, and tests may run as root; this does.
    @Test func `a file in the place of the folder is named`() async throws {
        folder.write([1], to: "file")
        let failure = await failure(opening: "file/spool.db")
        #expect(failure?.kind == .directoryMissing)
        #expect(failure?.path == folder.file("file"))
        #expect(failure?.code?.name == "ENOTDIR")
    }

    @Test func `a folder where nobody may write is refused`() async throws {
        // The kernel's own folder: closed for root too, and mounted read-only in many containers.
        let failure = await #expect(throws: SpoolFailure.self) {
            try await Spool(SpoolSettings(path: "/sys/spool.db", maxBytes: 1 << 20)) { nil }
        }
        #expect(failure?.kind == .notPermitted || failure?.kind == .readOnly)
    }

    @Test func `a folder or a pipe in the place of the file is not ours`() async throws {
        mkdir(folder.file("folder"), 0o700)
        mkfifo(folder.file("pipe"), 0o600)
        #expect(await failure(opening: "folder")?.kind == .notOurs)
        #expect(await failure(opening: "pipe")?.kind == .notOurs)
        #expect(folder.names == ["folder", "pipe"])
    }

    @Test func `a spool is in use by one owner of a process`() async throws {
        let spool = try await Spool(SpoolSettings(path: folder.file("spool.db"), maxBytes: 1 << 20)) { nil }
        let failure = await failure()
        #expect(failure?.kind == .inUse)
        #expect(failure?.detail == "process \(getpid()) has it open")
        _ = try await spool.append([1], stamp: 1)
        await spool.close()
        let next = try await Spool(SpoolSettings(path: folder.file("spool.db"), maxBytes: 1 << 20)) { nil }
        #expect(await next.oldest(9).count == 1)
    }

    @Test func `a spool is in use by another process until that dies`() async throws {
        let child = try Child([spoolWriter, "hold", folder.file("spool.db")])
        #expect(await child.line() == "open")
        let failure = await failure()
        #expect(failure?.kind == .inUse)
        #expect(failure?.scope == .configuration)
        child.kill()
        #expect(await child.end() == nil)
        let spool = try await Spool(SpoolSettings(path: folder.file("spool.db"), maxBytes: 1 << 20)) { nil }
        #expect(try await spool.append([1], stamp: 1) == 1)
    }

    @Test func `a spool has one owner, whatever name it is opened by`() async throws {
        let spool = try await Spool(SpoolSettings(path: folder.file("spool.db"))) { nil }
        symlink(folder.file("spool.db"), folder.file("other.db"))
        #expect(await failure(opening: "other.db")?.kind == .inUse)
        await spool.close()
    }

    private func foreignDatabase(_ statements: String...) throws {
        if folder.names.isEmpty { folder.write([], to: "spool.db") }
        let database = try SQLiteDatabase(path: folder.file("spool.db"), action: "making")
        for sql in statements { try database.execute(sql, action: "making") }
        try database.execute("CREATE TABLE other(x)", action: "making")
        try database.execute("INSERT INTO other VALUES (1)", action: "making")
    }
}
