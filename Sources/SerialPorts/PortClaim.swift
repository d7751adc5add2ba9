import Glibc

/// The exclusive claim on a serial port, which is open for as long as it is held.
///
/// Two programs that share a port corrupt each other's frames. Two locks keep them apart: flock, which keeps out programs
/// that ask (this one among them) and says so at once, and TIOCEXCL, which keeps out those that do not ask.
public struct PortClaim: ~Copyable {
    /// The port, open to read and write without waiting.
    public let descriptor: Int32

    private var isExcluding = false

    /// Opens a port and locks it against those who ask.
    public init(path: String) throws(PortRefusal) {
        // O_NONBLOCK: a port whose carrier line is down would block the open for ever.
        let opened = Glibc.open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        let openError = errno
        guard opened >= 0 else { throw PortRefusal(openError: openError) }
        guard isatty(opened) == 1 else {
            let code = errno
            close(opened)
            throw PortRefusal(.notASerialPort, code: code)
        }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(opened)
            throw PortRefusal(.busy, code: code)
        }
        // Last of all: a value that is complete has its deinit run also where its init throws, and would close twice.
        descriptor = opened
    }

    /// Keeps out whoever opens the port from now on, this program too.
    public mutating func exclude() {
        isExcluding = true
        _ = ioctl(descriptor, UInt(TIOCEXCL), 0)
    }

    /// Whether a path still names the port that is claimed.
    public func isStill(at path: String) -> Bool {
        var named = stat()
        var held = stat()
        guard stat(path, &named) == 0, fstat(descriptor, &held) == 0 else { return false }
        return (named.st_dev, named.st_ino, named.st_rdev) == (held.st_dev, held.st_ino, held.st_rdev)
    }

    deinit {
        // The kernel keeps the exclusion while anybody has the port open, so it is taken back by hand.
        if isExcluding { _ = ioctl(descriptor, UInt(TIOCNXCL), 0) }
        close(descriptor)
    }
}
