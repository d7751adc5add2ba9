import Glibc

/// Where running agents have their control sockets, and where a probe looks for them.
enum ControlFolder {
    /// The folders, the best first: systemd's, the system's, the user's.
    static var candidates: [String] {
        [
            getenv("RUNTIME_DIRECTORY").map { String(cString: $0) }, "/run/edge-agent",
            getenv("XDG_RUNTIME_DIR").map { String(cString: $0) + "/edge-agent" }, "/tmp/edge-agent-\(getuid())",
        ].compactMap(\.self)
    }

    /// Makes the first folder that can be made, or takes it as it is; nil where none can be written to.
    static func writable() -> String? {
        candidates.first { folder in
            mkdir(folder, 0o750)
            var status = stat()
            // Whoever owns the folder could put another socket in the place of ours.
            guard lstat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return false }
            return (status.st_uid == getuid() || status.st_uid == 0) && access(folder, W_OK) == 0
        }
    }

    /// The sockets that are there, of agents that run or have run.
    static var sockets: [String] {
        candidates.flatMap { folder -> [String] in
            guard let directory = opendir(folder) else { return [] }
            defer { closedir(directory) }
            var paths: [String] = []
            while let entry = readdir(directory) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name.hasPrefix("control-"), name.hasSuffix(".sock") { paths.append("\(folder)/\(name)") }
            }
            return paths
        }
    }
}

extension sockaddr_un {
    /// The address of a socket in the file system; nil for a path that is too long for one.
    init?(path: String) {
        self.init()
        sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: sun_path) else { return nil }
        withUnsafeMutableBytes(of: &sun_path) { $0.copyBytes(from: bytes) }
    }

    /// Hands the address to a system call.
    func withAddress(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        withUnsafePointer(to: self) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}

/// The device behind a path, by which agent and probe know that they mean the same port.
struct DeviceNumber: Sendable, Hashable {
    let number: UInt64

    /// The device of a port; nil where there is none.
    init?(port: String) {
        var status = stat()
        guard stat(port, &status) == 0, status.st_mode & S_IFMT == S_IFCHR else { return nil }
        number = UInt64(status.st_rdev)
    }

    /// Reads what `text` writes.
    init?(text: some StringProtocol) {
        guard let number = UInt64(text) else { return nil }
        self.number = number
    }

    var text: String { String(number) }
}
