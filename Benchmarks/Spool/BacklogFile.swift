import FieldBench
import Foundation
import StoreForward

/// A spool full of messages of one size, each of which says its number.
struct BacklogFile {
    /// What a gateway with ten points sends.
    static let payloadBytes = 600
    /// Thirty days, and a year, of a message every five minutes.
    static let month = 8_640
    static let year = 105_000

    let path: String
    let count: Int
    /// What database and log take up on disk.
    let bytes: Int

    /// The message with this number; the bare drain writes the same.
    static func payload(_ number: Int) -> [UInt8] {
        let head = #"{"n":\#(number),"x":""#
        return Array((head + String(repeating: "x", count: payloadBytes - head.utf8.count - 2) + #""}"#).utf8)
    }

    /// The number that a message says; nil if it is none of these.
    static func number(in payload: [UInt8]) -> Int? {
        guard payload.starts(with: Array(#"{"n":"#.utf8)) else { return nil }
        return payload.dropFirst(5).prefix { (48...57).contains($0) }.reduce(0) { $0 * 10 + Int($1 - 48) }
    }

    /// Makes a spool with so many messages, five minutes apart, the last one before now.
    ///
    /// On a file system in memory, where a sync costs nothing, and copied from there.
    init(_ count: Int, at path: String) async throws {
        let made = "/dev/shm/\(UUID().uuidString).db"
        defer { for end in ["", "-wal", "-shm"] { unlink(made + end) } }
        let spool = try await Spool(SpoolSettings(path: made, maxBytes: 1 << 30, minFreeDisk: 0), wallClock: { nil })
        let start = Int64(Date().timeIntervalSince1970) - Int64(300 * count)
        for number in 0..<count {
            _ = try await spool.append(Self.payload(number), stamp: start + Int64(300 * number))
        }
        bytes = await spool.statistics().fileBytes
        await spool.close()
        try FileManager.default.copyItem(atPath: made, toPath: path)
        self.path = path
        self.count = count
    }
}
