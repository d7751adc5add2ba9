import Glibc

/// Who holds a file locked, by the kernel's own table: nothing is locked to find out.
struct FileLocks {
    private let table: [(kind: Substring, process: Int32, inode: UInt64)]

    /// Reads the table.
    init(procfs: String) {
        // 1: FLOCK  ADVISORY  WRITE 22996 fe:00:16228420 0 EOF
        table = (SystemFiles.text(of: "\(procfs)/locks") ?? "").split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ", omittingEmptySubsequences: true)
            guard words.count >= 6, let process = Int32(words[4]),
                let inode = words[5].split(separator: ":").last.flatMap({ UInt64($0) })
            else { return nil }
            return (words[1], process, inode)
        }
    }

    /// The process that holds a path by flock(2); nil for none.
    func holder(of path: String) -> Int32? {
        guard case .success(let status) = SystemFiles.status(of: path) else { return nil }
        // The device is left out: what stat and the table call it differs on some file systems.
        return table.first { $0.kind == "FLOCK" && $0.inode == UInt64(status.st_ino) && $0.process > 0 }?.process
    }
}
