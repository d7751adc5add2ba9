import Glibc

/// The exclusive claim on a serial port, held from before libmodbus opens it until after it has closed it.
///
/// libmodbus takes no lock, so two programs could share a port and corrupt each other's frames. Two locks are held:
/// flock, which keeps out programs that ask (this one among them) and says so at once, and TIOCEXCL, which keeps out
/// those that do not ask.
struct PortClaim: ~Copyable {
    /// The port, open beside libmodbus's own opening of it.
    let descriptor: Int32

    init(path: String) throws(ModbusFailure) {
        // O_NONBLOCK: a port whose carrier line is down would block the open for ever.
        let opened = Glibc.open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        let openError = errno
        guard opened >= 0 else { throw ModbusFailure(Self.kind(of: openError), code: openError, at: path) }
        guard isatty(opened) == 1 else {
            let code = errno
            close(opened)
            throw ModbusFailure(.notASerialPort, code: code, at: path)
        }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(opened)
            throw ModbusFailure(.portBusy, code: code, at: path)
        }
        // Last of all: a value that is complete has its deinit run also where its init throws, and would close twice.
        descriptor = opened
    }

    /// Keeps out whoever opens the port from now on; to be called once libmodbus has opened it.
    func exclude() {
        _ = ioctl(descriptor, UInt(TIOCEXCL), 0)
    }

    /// Whether a path still names the port that is claimed.
    func isStill(at path: String) -> Bool {
        var named = stat()
        var held = stat()
        guard stat(path, &named) == 0, fstat(descriptor, &held) == 0 else { return false }
        return (named.st_dev, named.st_ino, named.st_rdev) == (held.st_dev, held.st_ino, held.st_rdev)
    }

    deinit {
        // The kernel keeps the exclusion while anybody has the port open, so it is taken back by hand.
        _ = ioctl(descriptor, UInt(TIOCNXCL), 0)
        close(descriptor)
    }

    private static func kind(of code: Int32) -> ModbusFailure.Kind {
        switch code {
        case ENOENT, ENXIO, ENODEV, ENOTDIR: .portMissing
        case EBUSY: .portBusy
        case EACCES, EPERM: .portNotPermitted
        case EISDIR: .notASerialPort
        default: .portLost
        }
    }
}
