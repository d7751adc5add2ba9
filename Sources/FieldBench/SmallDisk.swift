internal import Foundation

/// A file system of a few megabytes that can be filled to the last byte, for one program.
///
/// It is a tmpfs in a mount namespace of its own. A process that does nothing else keeps the namespace alive, so that a
/// program may be killed and started again on it, and nothing is left of it when this object is gone.
public final class SmallDisk: Sendable {
    /// The folder as the programs that are started there see it.
    public let path: String
    /// The same folder as this process sees it.
    public let outside: String

    private let folder: TemporaryFolder
    private let keeper: ChildProcess

    /// Makes an empty one, as root or in a user namespace; throws where the kernel permits neither.
    public init(bytes: Int) async throws {
        folder = try TemporaryFolder(prefix: "small-disk")
        path = folder.path
        let script = "mount -t tmpfs -o size=\(bytes) none '\(path)' && echo ready && exec sleep infinity"
        let keeper = try ChildProcess("unshare", (Self.isRoot ? ["-m"] : ["-U", "-r", "-m"]) + ["sh", "-c", script])
        self.keeper = keeper
        outside = "/proc/\(keeper.id)/root\(path)"
        try await eventually("a small file system: \(keeper.errors.text)") {
            guard keeper.isRunning else {
                throw BenchError("this machine permits no file system of our own: \(keeper.errors.text)")
            }
            return keeper.output.text.contains("ready")
        }
    }

    /// The words to put before a program, so that it sees the file system; it keeps the process id that it is given.
    public var wrapper: [String] {
        ["nsenter", "-t", "\(keeper.id)"] + (Self.isRoot ? ["-m"] : ["-U", "-m", "--preserve-credentials"]) + ["--"]
    }

    /// Takes every free byte.
    public func fill() throws {
        let ballast = open("\(outside)/ballast", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard ballast >= 0 else { throw BenchError("no ballast: \(String(cString: strerror(errno)))") }
        defer { close(ballast) }
        let page = [UInt8](repeating: 0, count: 4_096)
        while write(ballast, page, page.count) > 0 {}
        guard errno == ENOSPC else { throw BenchError("the ballast: \(String(cString: strerror(errno)))") }
    }

    /// Gives the space back.
    public func empty() {
        unlink("\(outside)/ballast")
    }

    private static var isRoot: Bool { geteuid() == 0 }
}
