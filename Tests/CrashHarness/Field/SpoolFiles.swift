import FieldBench
import Foundation
import StoreForward

/// The spool of one gateway, as files: filled before the run, read while nobody has it open, and damaged.
struct SpoolFiles {
    /// The path that the agent is told.
    let inside: String
    /// The folder in which this process finds it.
    let outside: String

    private var file: String { "\(outside)/spool.db" }

    /// Makes the spool with these messages.
    ///
    /// On a file system in memory, where a sync costs nothing, and copied from there.
    func fill(_ messages: [(stamp: Int64, payload: [UInt8])]) async throws {
        let made = "/dev/shm/\(UUID().uuidString).db"
        defer { for end in ["", "-wal", "-shm"] { unlink(made + end) } }
        let spool = try await Spool(SpoolSettings(path: made, maxBytes: 1 << 30, minFreeDisk: 0), wallClock: { nil })
        for message in messages { _ = try await spool.append(message.payload, stamp: message.stamp) }
        await spool.close()
        try FileManager.default.copyItem(atPath: made, toPath: file)
    }

    /// The numbers of the readings that are stored, those of the backlog left out.
    ///
    /// Read from a copy, because SQLite writes a log back when it opens a file.
    func readings(from first: Int) async throws -> Set<Int> {
        let copy = try TemporaryFolder(prefix: "spool-copy")
        for end in ["", "-wal"] where FileManager.default.fileExists(atPath: file + end) {
            try FileManager.default.copyItem(atPath: file + end, toPath: copy.path("spool.db\(end)"))
        }
        // The backlog has the sequences from 1 on. What was read before its time was known waits apart.
        let sql = """
            SELECT CAST(payload AS TEXT) FROM message WHERE sequence > \(first) AND length(payload) > 0;
            SELECT CAST(payload AS TEXT) FROM undated;
            """
        let process = try await ChildProcess.run("sqlite3", [copy.path("spool.db"), sql])
        let lines = process.output.text.split(separator: "\n")
        return Set(lines.compactMap { Meter.claims(of: Array($0.utf8))?.reading })
    }

    /// Turns over bits of the file at places that follow from a number.
    func flip(bits: Int, places: UInt64) throws {
        let descriptor = open(file, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw BenchError("no spool to damage at \(file)") }
        defer { close(descriptor) }
        let size = UInt64(max(lseek(descriptor, 0, SEEK_END), 1))
        var place = places
        for _ in 0..<bits {
            let offset = off_t(place % size)
            var byte: UInt8 = 0
            guard pread(descriptor, &byte, 1, offset) == 1 else { throw BenchError("\(file) cannot be read") }
            byte ^= 1 << UInt8(place >> 60 & 7)
            guard pwrite(descriptor, &byte, 1, offset) == 1 else { throw BenchError("\(file) cannot be written") }
            place = place &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        }
    }
}
