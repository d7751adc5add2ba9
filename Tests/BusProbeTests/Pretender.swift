import Glibc
import Synchronization

@testable import BusProbe

/// Something at the other end of a pseudo-terminal that says whatever a test has it say.
///
/// It knows no line, no speed and no fault of the simulator's: what it plays is written out, byte by byte and pause by pause.
final class Pretender: Sendable {
    /// What is said in answer: bytes, each time after so many milliseconds.
    typealias Part = (after: Int, bytes: [UInt8])

    let path: String
    private let master: Int32
    private let slave: Int32
    private let isOver = Mutex(false)
    private let thread: Mutex<pthread_t?> = Mutex(nil)
    private let answer: @Sendable ([UInt8], speed_t, Int) -> [Part]
    private let unasked: Part?
    private let isMaster: Bool

    /// - Parameters:
    ///   - unasked: What is said again and again although nobody asks.
    ///   - isMaster: Whether that is another master's question at 19200 bit/s; who listens otherwise hears garbage.
    ///   - answer: What is said to a request, with the speed that its sender has set and the request's number.
    init(unasked: Part? = nil, isMaster: Bool = false, answer: @escaping @Sendable ([UInt8], speed_t, Int) -> [Part]) {
        self.answer = answer
        self.unasked = unasked
        self.isMaster = isMaster
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        // TIOCSPTLCK and TIOCGPTN of asm-generic/ioctls.h: unlock it, and ask its number.
        var (lock, number): (Int32, Int32) = (0, 0)
        _ = ioctl(master, 0x4004_5431, &lock)
        _ = ioctl(master, 0x8004_5430, &number)
        path = "/dev/pts/\(number)"
        // Held open, so that nothing is lost while nobody else has it.
        slave = open(path, O_RDWR | O_NOCTTY)
        var attributes = termios()
        tcgetattr(slave, &attributes)
        cfmakeraw(&attributes)
        tcsetattr(slave, TCSANOW, &attributes)
        var created = pthread_t()
        pthread_create(
            &created, nil,
            { package in
                if let package { Unmanaged<Pretender>.fromOpaque(package).takeUnretainedValue().run() }
                return nil
            }, Unmanaged.passUnretained(self).toOpaque())
        thread.withLock { $0 = created }
    }

    /// Ends it; to be called before it goes.
    func stop() {
        isOver.withLock { $0 = true }
        if let thread = thread.withLock({ $0 }) { pthread_join(thread, nil) }
        close(slave)
        close(master)
    }

    private func run() {
        var number = 0
        var said = ContinuousClock.now
        while !isOver.withLock({ $0 }) {
            if let unasked, said.duration(to: .now) > .milliseconds(unasked.after) {
                said = .now
                say([(0, isMaster ? conversation : unasked.bytes)])
            }
            var wanted = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
            guard poll(&wanted, 1, 5) == 1 else { continue }
            usleep(3000)
            var buffer = [UInt8](repeating: 0, count: 256)
            let count = read(master, &buffer, buffer.count)
            guard count > 0 else { continue }
            number += 1
            say(answer(Array(buffer.prefix(count)), speed, number))
        }
    }

    private var conversation: [UInt8] {
        let frame = sealed([7, 3, 0, 16, 0, 4])
        return speed == speed_t(B19200) ? frame : frame.reversed().map { $0 ^ 0x6B } as [UInt8]
    }

    /// The speed that the other end has set.
    private var speed: speed_t {
        var attributes = termios()
        tcgetattr(slave, &attributes)
        return cfgetospeed(&attributes)
    }

    private func say(_ parts: [Part]) {
        for part in parts where !part.bytes.isEmpty {
            usleep(UInt32(part.after * 1000))
            _ = write(master, part.bytes, part.bytes.count)
        }
    }
}

/// What a slave with plain registers answers to a read of holding registers.
func plainAnswer(_ request: [UInt8], shift: UInt8 = 0) -> [UInt8] {
    guard request.count == 8, request[1] == 3 else { return [] }
    let count = request[5]
    var body = [request[0], 3, count * 2]
    for place in 0..<count { body += [place &+ shift, place &* 7 &+ request[0] &+ shift] }
    return sealed(body)
}

/// Bytes with their checksum.
func sealed(_ body: [UInt8]) -> [UInt8] {
    let sum = FrameChecksum.of(body)
    return body + [sum.low, sum.high]
}
