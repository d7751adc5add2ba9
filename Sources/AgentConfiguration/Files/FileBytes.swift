internal import Glibc

typealias FileProblem = ConfigurationFault.Problem.FileProblem

/// An open file, closed when its owner goes.
struct OpenFile: ~Copyable {
    private let descriptor: Int32

    /// The permission bits.
    let mode: mode_t

    /// The size in bytes when it was opened.
    let size: Int

    /// Opens a regular file for reading; never waits, as for a pipe that nobody writes to.
    init(_ path: String) throws(FileProblem) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw .notOpened(errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw .notExamined(code)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw status.st_mode & S_IFMT == S_IFDIR ? .folder : .irregular
        }
        mode = status.st_mode & 0o7777
        size = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// Reads the whole file, which may have at most so many bytes.
    func bytes(atMost limit: Int) throws(FileProblem) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while bytes.count <= limit {
            let count = read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw .notRead(errno)
            }
            bytes += chunk[..<count]
        }
        // Counted while reading and not taken from the size: the file may have grown since.
        throw .larger(limit)
    }
}

extension Surroundings {
    /// The folder of `file`, and a look at every file that is named: it must be readable, and a key kept from others.
    static func inspecting(of file: String) -> Surroundings {
        Surroundings(of: file) { path, isSecret in
            do throws(FileProblem) {
                let file = try OpenFile(path)
                guard isSecret, file.mode & 0o007 != 0 else { return nil }
                let mode = "0" + String(file.mode, radix: 8)
                return Mismatch(.keyOpenToAll(path: path, mode: mode), .run("chmod 600 \(path)"))
            } catch {
                return Mismatch(.file(.named(path), error))
            }
        }
    }
}
