import FieldBench
import Foundation
import Synchronization

/// A listening TCP socket on the loopback.
struct ListeningSocket: ~Copyable {
    let descriptor: Int32
    let port: UInt16

    init(backlog: Int32 = 16) throws {
        port = UInt16(freePort())
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        let bound = withLoopback(port) { bind(descriptor, $0, $1) }
        guard bound == 0, listen(descriptor, backlog) == 0 else { throw BenchError("cannot listen on \(port)") }
    }

    deinit {
        close(descriptor)
    }
}

func withLoopback<Result>(_ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
}

/// A port whose connections are neither taken nor refused, as behind a firewall that drops.
final class BlackHole: Sendable {
    private let listener: ListeningSocket
    private let fillers: [Int32]
    private let isOver = Atomic(false)

    var port: UInt16 { listener.port }

    init() throws {
        listener = try ListeningSocket(backlog: 0)
        let port = listener.port
        // The kernel takes a connection or two for a listener that never accepts, and ignores all others.
        fillers = (0..<4).map { _ in
            let filler = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            _ = withLoopback(port) { connect(filler, $0, $1) }
            return filler
        }
    }

    /// Lets in all who still knock, as the kernel does for them again and again, and says nothing to them.
    func open() {
        let descriptor = dup(listener.descriptor)
        Thread.detachNewThread { [weak self] in
            var guests: [Int32] = []
            while let self, !self.isOver.load(ordering: .relaxed) {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                if poll(&waiting, 1, 20) > 0 { guests.append(accept(descriptor, nil, nil)) }
            }
            for guest in guests + [descriptor] { close(guest) }
        }
    }

    deinit {
        isOver.store(true, ordering: .relaxed)
        for descriptor in fillers { close(descriptor) }
    }
}

/// A peer that accepts connections and does one thing with them.
final class Peer: Sendable {
    enum Manner: Sendable {
        /// Takes the connection and says nothing.
        case silent
        /// Says something that is not TLS.
        case talks(String)
        /// Ends the connection at once.
        case closes
    }

    let port: UInt16
    private let isOver = Atomic(false)

    init(_ manner: Manner) throws {
        let listener = try ListeningSocket()
        port = listener.port
        let descriptor = dup(listener.descriptor)
        Thread.detachNewThread { [weak self] in
            var open: [Int32] = []
            while let self, !self.isOver.load(ordering: .relaxed) {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                guard poll(&waiting, 1, 50) > 0 else { continue }
                let connection = accept(descriptor, nil, nil)
                switch manner {
                case .silent: open.append(connection)
                case .talks(let text):
                    _ = text.withCString { write(connection, $0, strlen($0)) }
                    open.append(connection)
                case .closes: close(connection)
                }
            }
            for connection in open { close(connection) }
            close(descriptor)
        }
    }

    deinit {
        isOver.store(true, ordering: .relaxed)
    }
}

/// A wire between a link and a broker that can be cut and frozen.
final class Relay: Sendable {
    let port: UInt16
    private let state = Mutex(State())

    private struct State {
        var connections: [Int32] = []
        var isFrozen = false
        var isOver = false
    }

    init(to target: Int) throws {
        let listener = try ListeningSocket()
        port = listener.port
        let descriptor = dup(listener.descriptor)
        Thread.detachNewThread { [weak self] in
            while let self, !self.state.withLock({ $0.isOver }) {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                guard poll(&waiting, 1, 20) > 0 else { continue }
                let near = accept(descriptor, nil, nil)
                let far = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
                guard withLoopback(UInt16(target), { connect(far, $0, $1) }) == 0 else {
                    close(near)
                    close(far)
                    continue
                }
                self.state.withLock { $0.connections += [near, far] }
                self.pump(near, far)
            }
            close(descriptor)
        }
    }

    deinit {
        cut()
    }

    /// Cuts the wire: both sides see a reset, and nobody says goodbye.
    func cut() {
        state.withLock { state in
            // The pumping thread closes them when it sees this.
            for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
            state.connections = []
        }
    }

    /// Lets nothing through any more, while the connections stay open.
    func freeze() { state.withLock { $0.isFrozen = true } }

    private func pump(_ near: Int32, _ far: Int32) {
        Thread.detachNewThread { [weak self] in
            var buffer = [UInt8](repeating: 0, count: 16_384)
            var isRunning = true
            while isRunning {
                guard let self else { break }
                var waiting = [near, far].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
                guard poll(&waiting, 2, 20) > 0 else { continue }
                if self.state.withLock({ $0.isFrozen }) {
                    usleep(10_000)
                    isRunning = self.state.withLock { $0.connections.contains(near) }
                    continue
                }
                for (index, target) in [far, near].enumerated() where waiting[index].revents != 0 {
                    let count = read(waiting[index].fd, &buffer, buffer.count)
                    guard count > 0, send(target, buffer, count, Int32(MSG_NOSIGNAL)) == count else {
                        isRunning = false
                        break
                    }
                }
            }
            // Forgotten before they are closed, since their numbers are used again at once.
            self?.state.withLock { $0.connections.removeAll { $0 == near || $0 == far } }
            close(near)
            close(far)
        }
    }
}
