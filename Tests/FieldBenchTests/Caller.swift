import FieldBench
import Foundation

/// One end of a TCP connection on the loopback that never blocks, and knows how the other end took its leave.
final class Caller {
    enum Leave: Equatable {
        case inGoodOrder
        case reset
    }

    private let descriptor: Int32
    private(set) var heard: [UInt8] = []
    private(set) var leave: Leave?

    init(descriptor: Int32) {
        self.descriptor = descriptor
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    }

    /// Connects; throws if nobody listens.
    convenience init(to port: Int) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard withLoopbackAddress(port, { connect(descriptor, $0, $1) }) == 0 else {
            defer { close(descriptor) }
            throw BenchError(String(cString: strerror(errno)))
        }
        self.init(descriptor: descriptor)
    }

    deinit {
        close(descriptor)
    }

    func say(_ text: String) {
        let bytes = Array(text.utf8)
        // Whoever asks first is told of a reset, and nobody after it.
        if send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) < 0, errno == ECONNRESET { leave = .reset }
    }

    func hangUp() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Takes what has come so far.
    func listen() {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while leave == nil {
            let count = recv(descriptor, &bytes, bytes.count, 0)
            if count > 0 {
                heard += bytes.prefix(count)
            } else if count == 0 {
                leave = .inGoodOrder
            } else {
                if errno == ECONNRESET { leave = .reset }
                return
            }
        }
    }

    /// Waits until so many bytes have come in all, and gives them back as text.
    func hears(_ count: Int, within duration: Duration = .seconds(5)) async throws -> String {
        try await eventually("\(count) bytes come; so far \(heard.count)", within: duration, every: .milliseconds(1)) {
            listen()
            return heard.count >= count
        }
        return String(decoding: heard, as: UTF8.self)
    }

    /// Waits until the other end has gone, and says how.
    func ends() async throws -> Leave? {
        try await eventually("the connection ends") {
            listen()
            return leave != nil
        }
        return leave
    }
}

/// A port on which somebody may be called.
final class Callee {
    let port = freePort()
    private let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)

    init() throws {
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        guard withLoopbackAddress(port, { bind(descriptor, $0, $1) }) == 0, listen(descriptor, 16) == 0 else {
            throw BenchError("cannot listen on \(port)")
        }
    }

    deinit {
        close(descriptor)
    }

    /// Waits for the next caller.
    func answers() async throws -> Caller {
        var connection: Int32 = -1
        try await eventually("somebody calls") {
            connection = accept(descriptor, nil, nil)
            return connection >= 0
        }
        return Caller(descriptor: connection)
    }
}

private func withLoopbackAddress(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
}
