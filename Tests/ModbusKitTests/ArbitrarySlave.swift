import Foundation
import Glibc
import Synchronization
import Testing

/// A slave on a pseudo-terminal that says whatever a function makes of each request, at once.
final class ArbitrarySlave: Sendable {
    let path: String
    private let near: Int32
    private let far: Int32
    private let isStopped = Atomic(false)

    /// `answer` is called on the slave's own thread with every request of eight bytes.
    init(_ answer: @escaping @Sendable ([UInt8]) -> [UInt8]) throws {
        near = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var isLocked: Int32 = 0
        var number: UInt32 = 0
        // TIOCSPTLCK and TIOCGPTN: the C names need a feature macro that Swift's module of the C library does not set.
        try #require(ioctl(near, 0x4004_5431, &isLocked) == 0 && ioctl(near, 0x8004_5430, &number) == 0)
        path = "/dev/pts/\(number)"
        far = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        var attributes = termios()
        tcgetattr(far, &attributes)
        cfmakeraw(&attributes)
        tcsetattr(far, TCSANOW, &attributes)
        let thread = Thread { [self] in serve(answer) }
        thread.start()
    }

    deinit {
        close(far)
        close(near)
    }

    func stop() { isStopped.store(true, ordering: .relaxed) }

    private func serve(_ answer: ([UInt8]) -> [UInt8]) {
        var pending: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 256)
        while !isStopped.load(ordering: .relaxed) {
            var waiting = pollfd(fd: near, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, 100) > 0 else { continue }
            let count = read(near, &buffer, buffer.count)
            guard count > 0 else { return }
            pending += buffer.prefix(count)
            while pending.count >= 8 {
                let bytes = answer(Array(pending.prefix(8)))
                pending.removeFirst(8)
                write(near, bytes, bytes.count)
            }
        }
    }
}
