internal import Foundation

/// A folder of its own for one test, removed with everything in it when nobody holds it any more.
public final class TemporaryFolder: Sendable {
    /// The absolute path, without a slash at its end.
    public let path: String

    /// Makes an empty folder that only this user can read.
    public init(prefix: String = "field-bench") throws {
        var template = Array("\(Self.parent)/\(prefix).XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw BenchError("cannot make a temporary folder \(prefix).XXXXXX: \(String(cString: strerror(errno)))")
        }
        let made = template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        path = String(decoding: made, as: UTF8.self)
    }

    private static var parent: String { URL(fileURLWithPath: NSTemporaryDirectory()).standardizedFileURL.path }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of a file or folder in it.
    public func path(_ relative: String) -> String {
        "\(path)/\(relative)"
    }

    /// Writes a text file, making the folders above it, and returns its path.
    @discardableResult
    public func write(_ text: String, to relative: String) throws -> String {
        let file = URL(fileURLWithPath: path(relative))
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(text.utf8).write(to: file)
        return file.path
    }
}
