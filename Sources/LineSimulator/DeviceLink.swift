internal import Glibc

/// A symbolic link with a lasting name, as udev makes under /dev/serial/by-id.
enum DeviceLink {
    /// Makes the link, or turns it to another device, in one step; only a link is ever replaced.
    static func make(at path: String, to device: String) throws(SimulatorError) {
        if let mode = mode(of: path), mode & S_IFMT != S_IFLNK {
            throw .pathTaken(path)
        }
        let draft = "\(path).new"
        unlink(draft)
        guard symlink(device, draft) == 0 else { throw .system("linking", path, errno) }
        guard rename(draft, path) == 0 else {
            let number = errno
            unlink(draft)
            throw .system("linking", path, number)
        }
    }

    /// Takes the link away if it still is one.
    static func remove(at path: String) {
        if let mode = mode(of: path), mode & S_IFMT == S_IFLNK {
            unlink(path)
        }
    }

    private static func mode(of path: String) -> mode_t? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode : nil
    }
}
