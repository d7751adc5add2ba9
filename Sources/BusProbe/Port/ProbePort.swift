import Glibc
internal import SerialPorts

/// An open, claimed serial port on which every byte is seen as it comes.
///
/// libmodbus throws away what does not fit, and with it the difference between silence, noise and a wrong checksum. So the
/// probe reads the port itself.
struct ProbePort: ~Copyable {
    private let claim: PortClaim
    private let path: String
    private var descriptor: Int32 { claim.descriptor }

    init(path: String) throws(ProbeFault) {
        do {
            var claim = try PortClaim(path: path)
            claim.exclude()
            self.claim = claim
        } catch {
            throw ProbeFault(ProbeFault.Kind(error.reason), port: path, code: error.code)
        }
        self.path = path
    }

    /// Sets speed and form of character, and throws away what was received before.
    func set(_ setting: ProbeSetting) throws(ProbeFault) {
        var attributes = termios()
        guard let speed = Self.speeds[setting.baud] else { throw ProbeFault(.speed(setting.baud), port: path) }
        guard tcgetattr(descriptor, &attributes) == 0 else { throw lost() }
        cfmakeraw(&attributes)
        attributes.c_cflag &= ~tcflag_t(CSTOPB | PARENB | PARODD)
        attributes.c_cflag |= tcflag_t(CREAD | CLOCAL | CS8)
        if setting.stopBits == 2 { attributes.c_cflag |= tcflag_t(CSTOPB) }
        if setting.parity != .none { attributes.c_cflag |= tcflag_t(PARENB) }
        if setting.parity == .odd { attributes.c_cflag |= tcflag_t(PARODD) }
        cfsetispeed(&attributes, speed)
        cfsetospeed(&attributes, speed)
        // EINVAL tells of a port that took the speed and no parity, as a pseudo-terminal: there is none to be had there.
        guard tcsetattr(descriptor, TCSANOW, &attributes) == 0 || errno == EINVAL else { throw lost() }
        var accepted = termios()
        guard tcgetattr(descriptor, &accepted) == 0 else { throw lost() }
        guard cfgetospeed(&accepted) == speed else { throw ProbeFault(.speed(setting.baud), port: path) }
        tcflush(descriptor, TCIFLUSH)
    }

    /// What the kernel has counted so far; nil where it does not count.
    var errors: PortErrors? { PortErrors(of: descriptor) }

    /// Waits for bytes, at most so long, and gives back those that are there; empty when none came.
    func receive(atMost wait: Duration) throws(ProbeFault) -> [UInt8] {
        var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let ready = poll(&wanted, 1, wait.wholeMilliseconds)
        guard ready > 0 else { return [] }
        var buffer = [UInt8](repeating: 0, count: 1024)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        if count > 0 { return Array(buffer.prefix(count)) }
        if count < 0, errno == EAGAIN || errno == EINTR { return [] }
        throw lost()
    }

    /// Hands a whole frame to the adapter.
    func send(_ frame: [UInt8]) throws(ProbeFault) {
        guard Glibc.write(descriptor, frame, frame.count) == frame.count else { throw lost() }
    }

    private func lost() -> ProbeFault { ProbeFault(.lost, port: path, code: errno) }

    private static let speeds: [Int: speed_t] = [
        1200: speed_t(B1200), 2400: speed_t(B2400), 4800: speed_t(B4800), 9600: speed_t(B9600),
        19200: speed_t(B19200), 38400: speed_t(B38400), 57600: speed_t(B57600), 115200: speed_t(B115200),
        230400: speed_t(B230400), 460800: speed_t(B460800), 500000: speed_t(B500000), 576000: speed_t(B576000),
        921600: speed_t(B921600), 1_000_000: speed_t(B1000000),
    ]
}

extension ProbeFault.Kind {
    /// A port that cannot be had, as the probe says it.
    init(_ reason: PortRefusal.Reason) {
        self =
            switch reason {
            case .missing: .missing
            case .busy: .busy
            case .notPermitted: .notPermitted
            case .notASerialPort: .notASerialPort
            case .failed: .lost
            }
    }
}

extension Duration {
    /// Rounded up, so that a wait is never too short.
    fileprivate var wholeMilliseconds: Int32 {
        let (seconds, attoseconds) = max(self, .zero).components
        return Int32(clamping: seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
