public import Foundation

/// The files of the contract, and the Python program that judges them without any of our code.
public enum ContractPeer {
    /// The repository's root.
    public static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Reads a file of the contract.
    public static func file(_ name: String) throws -> Data {
        try Data(contentsOf: root.appending(path: "contract").appending(path: name))
    }

    /// What the program printed, and whether it was content.
    public struct Verdict: Sendable {
        /// The program's exit code: 0 if nothing failed.
        public let status: Int32

        /// What it printed, line by line, without what it says of single failures.
        public let lines: [String]

        /// What it says of single failures.
        public let failures: [String]

        /// The last line: how many passed and how many failed.
        public var summary: String { lines.last ?? "" }
    }

    /// Runs the program; files instead of pipes, because neither side then waits for the other.
    public static func judge(_ arguments: [String], input: Data = Data()) throws -> Verdict {
        let folder = FileManager.default.temporaryDirectory.appending(path: "contract-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let given = folder.appending(path: "input")
        let printed = folder.appending(path: "output")
        try input.write(to: given)
        try Data().write(to: printed)

        let process = Process()
        // Debian's own interpreter: python3-jsonschema is installed for it.
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = [root.appending(path: "Tests/Contract/check_contract.py").path()] + arguments
        process.standardInput = try FileHandle(forReadingFrom: given)
        process.standardOutput = try FileHandle(forWritingTo: printed)
        try process.run()
        process.waitUntilExit()

        let all = String(decoding: try Data(contentsOf: printed), as: UTF8.self)
            .split(separator: "\n").map(String.init)
        return Verdict(
            status: process.terminationStatus,
            lines: all.filter { !$0.hasPrefix("FAILED") },
            failures: all.filter { $0.hasPrefix("FAILED") }
        )
    }
}
