internal import Glibc

/// A raw pseudo-terminal: the simulator holds the near end, a master program opens the path.
final class PseudoTerminal: MasterPort {
    // Linux <asm-generic/ioctls.h>. The C names (posix_openpt and the rest) need a feature macro that Swift's module of
    // the C library does not set; the first two requests are all that glibc does in them.
    private static let unlock: UInt = 0x4004_5431
    private static let number: UInt = 0x8004_5430
    private static let isExclusive: UInt = 0x8004_5440

    /// The near end, never blocking.
    let descriptor: Int32
    /// The far end, held open: without it each close by the master program would be a hang-up here.
    private let farEnd: Int32
    /// The device that a master program opens.
    let path: String

    init() throws(SimulatorError) {
        let near = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
        guard near >= 0 else { throw .system("opening", "/dev/ptmx", errno) }
        var isLocked: Int32 = 0
        var index: UInt32 = 0
        guard ioctl(near, Self.unlock, &isLocked) == 0, ioctl(near, Self.number, &index) == 0 else {
            let number = errno
            close(near)
            throw .system("unlocking", "/dev/ptmx", number)
        }
        let path = "/dev/pts/\(index)"
        let far = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard far >= 0 else {
            let number = errno
            close(near)
            throw .system("opening", path, number)
        }
        var attributes = termios()
        tcgetattr(far, &attributes)
        cfmakeraw(&attributes)
        guard tcsetattr(far, TCSANOW, &attributes) == 0 else {
            let number = errno
            close(far)
            close(near)
            throw .system("setting raw", path, number)
        }
        descriptor = near
        farEnd = far
        self.path = path
    }

    deinit {
        close(farEnd)
        close(descriptor)
    }

    var descriptors: [Int32] { [descriptor] }

    /// The bytes that the master program has written since the last look.
    func read() -> [UInt8] {
        var result: [UInt8] = []
        while true {
            let chunk = [UInt8](unsafeUninitializedCapacity: 512) { buffer, count in
                count = max(0, Glibc.read(descriptor, buffer.baseAddress, buffer.count))
            }
            result += chunk
            if chunk.count < 512 { return result }
        }
    }

    /// Hands bytes to the master program; the number that found room.
    func write(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.withUnsafeBytes { max(0, Glibc.write(descriptor, $0.baseAddress, $0.count)) }
    }

    /// Takes the exclusion (TIOCEXCL) of a master program back that was killed.
    ///
    /// A real port forgets it with its last closing. This one never sees its last closing, because the far end is held
    /// open here, and would be shut to everybody but root. Whoever excludes others also holds the lock, if alive.
    func tidy() {
        var isExclusive: Int32 = 0
        guard ioctl(farEnd, Self.isExclusive, &isExclusive) == 0, isExclusive != 0,
            flock(farEnd, LOCK_EX | LOCK_NB) == 0
        else { return }
        _ = ioctl(farEnd, UInt(TIOCNXCL), 0)
        flock(farEnd, LOCK_UN)
    }

    /// Whether the master program has set this speed; a speed without a name counts as set.
    func hasSpeed(_ baud: Int) -> Bool {
        guard let speed = Self.speeds[baud] else { return true }
        var attributes = termios()
        tcgetattr(farEnd, &attributes)
        return cfgetospeed(&attributes) == speed
    }

    /// Whether the master program has set odd parity.
    var hasOddParity: Bool {
        var attributes = termios()
        tcgetattr(farEnd, &attributes)
        return attributes.c_cflag & tcflag_t(PARODD) != 0
    }

    private static let speeds: [Int: speed_t] = [
        1_200: speed_t(B1200), 2_400: speed_t(B2400), 4_800: speed_t(B4800), 9_600: speed_t(B9600),
        19_200: speed_t(B19200), 38_400: speed_t(B38400), 57_600: speed_t(B57600), 115_200: speed_t(B115200),
        230_400: speed_t(B230400),
    ]
}
