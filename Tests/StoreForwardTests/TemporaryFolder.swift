import Glibc

/// A folder that lives as long as one test.
final class TemporaryFolder: Sendable {
    let path: String

    /// Makes the folder, in memory where a test is about bytes and not about a disk.
    init(inMemory: Bool = false) {
        let parent = inMemory && access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
        var template = Array("\(parent)/spool-tests-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { fatalError("no temporary folder: \(String(cString: strerror(errno)))") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        clear()
        rmdir(path)
    }

    /// Removes everything that lies in the folder.
    func clear() {
        for name in names { if unlink(file(name)) != 0 { rmdir(file(name)) } }
    }

    func file(_ name: String) -> String {
        "\(path)/\(name)"
    }

    /// What lies in the folder, in order.
    var names: [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            names.append(
                withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            )
        }
        return names.filter { $0 != "." && $0 != ".." }.sorted()
    }

    func write(_ bytes: [UInt8], to name: String) {
        let descriptor = open(file(name), O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        defer { close(descriptor) }
        _ = Glibc.write(descriptor, bytes, bytes.count)
    }

    /// Changes the bytes of a file that others may have open.
    func overwrite(_ bytes: [UInt8], in name: String) {
        let descriptor = open(file(name), O_WRONLY)
        defer { close(descriptor) }
        _ = pwrite(descriptor, bytes, bytes.count, 0)
    }

    func read(_ name: String) -> [UInt8] {
        Self.bytes(file(name))
    }

    static func bytes(_ path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY)
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count <= 0 { return bytes }
            bytes += chunk.prefix(count)
        }
    }

    func mode(_ name: String) -> UInt32 {
        var status = stat()
        stat(file(name), &status)
        return status.st_mode & 0o777
    }
}

/// Bytes that follow from a number, as the helper process makes them.
func payload(_ number: Int64, count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: Int64($0) &+ number) }
}
