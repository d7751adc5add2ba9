internal import Glibc

/// A listening socket in place of the pseudo-terminal: a serial server, or a Modbus TCP device.
///
/// It has one master at a time. A new connection takes the place of the old one, so that a master that lost its
/// connection without a word gets in again.
final class NetworkPort: MasterPort {
    let path: String
    /// The port that was given out where any would do.
    let port: UInt16
    private let listener: Int32
    private let hasHeader: Bool
    private var connection: Int32 = -1
    private var received: [UInt8] = []
    private var transactions: [UInt16] = []

    init(_ face: SimulatedLineSettings.Face, port chosen: UInt16? = nil) throws(SimulatorError) {
        let (host, wanted, scheme): (String, UInt16, String)
        switch face {
        case .tcp(let name, let number): (host, wanted, scheme) = (name, number, "tcp")
        case .rtuOverTCP(let name, let number): (host, wanted, scheme) = (name, number, "rtu+tcp")
        case .pseudoTerminal: throw .settings("a pseudo-terminal listens on no port")
        }
        hasHeader = scheme == "tcp"
        listener = try Self.listen(host, chosen ?? wanted)
        port = Self.port(of: listener)
        path = "\(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }

    deinit {
        if connection >= 0 { close(connection) }
        close(listener)
    }

    var descriptors: [Int32] { connection >= 0 ? [listener, connection] : [listener] }

    func read() -> [UInt8] {
        accept()
        guard connection >= 0 else { return [] }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(connection, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if count > 0 {
                bytes += buffer[..<count]
                continue
            }
            if count == 0 || (errno != EAGAIN && errno != EINTR) { drop() }
            break
        }
        return hasHeader ? frames(in: bytes) : bytes
    }

    func write(_ bytes: ArraySlice<UInt8>) -> Int {
        guard connection >= 0 else { return 0 }
        return bytes.withUnsafeBytes {
            max(0, send(connection, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL)))
        }
    }

    func nextEnvelope() -> Envelope {
        guard hasHeader else { return .rtu }
        return .tcp(transaction: transactions.isEmpty ? 0 : transactions.removeFirst())
    }

    /// Cuts the connection so that the master gets a reset and not an end.
    func reset() {
        guard connection >= 0 else { return }
        var abort = linger(l_onoff: 1, l_linger: 0)
        setsockopt(connection, SOL_SOCKET, SO_LINGER, &abort, socklen_t(MemoryLayout<linger>.size))
        drop()
    }

    private func drop() {
        close(connection)
        connection = -1
        received = []
        transactions = []
    }

    private func accept() {
        while true {
            let new = Glibc.accept(listener, nil, nil)
            guard new >= 0 else { return }
            if connection >= 0 { drop() }
            connection = new
            _ = fcntl(new, F_SETFD, FD_CLOEXEC)
            var yes: Int32 = 1
            setsockopt(new, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        }
    }

    /// Takes whole requests out of the stream and gives them an RTU frame's form, as a gateway would.
    private func frames(in bytes: [UInt8]) -> [UInt8] {
        received += bytes
        var result: [UInt8] = []
        while received.count >= 6 {
            let length = Int(received[4]) << 8 | Int(received[5])
            guard received.count >= 6 + length else { break }
            transactions.append(UInt16(received[0]) << 8 | UInt16(received[1]))
            result += CRC16.sealed(Array(received[6..<6 + length]))
            received.removeFirst(6 + length)
        }
        return result
    }

    private static func listen(_ host: String, _ port: UInt16) throws(SimulatorError) -> Int32 {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &list) == 0, let first = list?.pointee else {
            throw .settings("the host \(host) has no address")
        }
        defer { freeaddrinfo(list) }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(first.ai_family, type, 0)
        guard descriptor >= 0 else { throw .system("opening", "a socket", errno) }
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard bind(descriptor, first.ai_addr, first.ai_addrlen) == 0, Glibc.listen(descriptor, 8) == 0 else {
            let number = errno
            close(descriptor)
            throw .system("listening on", "\(host):\(port)", number)
        }
        return descriptor
    }

    private static func port(of socket: Int32) -> UInt16 {
        var address = sockaddr_in6()
        var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        _ = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &size) }
        }
        // The port lies at the same place in both families.
        return UInt16(bigEndian: address.sin6_port)
    }
}
