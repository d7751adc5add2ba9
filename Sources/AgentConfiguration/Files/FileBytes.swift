internal import Glibc

/// A failed system call on a file.
struct FileFault: Error {
    /// What happened, with the system's own name for it.
    let message: String

    /// What can be done about it.
    var hint: String?
}

/// An open file, closed when its owner goes.
struct OpenFile: ~Copyable {
    private let descriptor: Int32

    /// The permission bits.
    let mode: mode_t

    /// The size in bytes when it was opened.
    let size: Int

    /// Opens a regular file for reading; never waits, as for a pipe that nobody writes to.
    init(_ path: String) throws(FileFault) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw FileFault(message: "cannot be opened: \(Self.lastError())") }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let reason = Self.lastError()
            close(descriptor)
            throw FileFault(message: "cannot be examined: \(reason)")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw FileFault(
                message: status.st_mode & S_IFMT == S_IFDIR ? "is a folder, not a file" : "is no regular file"
            )
        }
        mode = status.st_mode & 0o7777
        size = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// Reads the whole file, which may have at most so many bytes.
    func bytes(atMost limit: Int) throws(FileFault) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while bytes.count <= limit {
            let count = read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw FileFault(message: "cannot be read: \(Self.lastError())")
            }
            bytes += chunk[..<count]
        }
        // Counted while reading and not taken from the size: the file may have grown since.
        throw FileFault(message: "is larger than \(limit) bytes, too large for a configuration")
    }

    private static func lastError() -> String {
        let code = errno
        return "\(String(cString: strerror(code))) (errno \(code))"
    }
}

extension Surroundings {
    /// The folder of `file`, and a look at every file that is named: it must be readable, and a key kept from others.
    static func inspecting(of file: String) -> Surroundings {
        Surroundings(of: file) { path, isSecret in
            do throws(FileFault) {
                let file = try OpenFile(path)
                guard isSecret, file.mode & 0o007 != 0 else { return nil }
                let mode = "0" + String(file.mode, radix: 8)
                return Mismatch("the key \(path) is open to everybody (mode \(mode))", hint: "chmod 600 \(path)")
            } catch {
                return Mismatch("\(path) \(error.message)", hint: error.hint)
            }
        }
    }
}
