internal import Glibc

/// TCP sockets of the loopback that never block.
enum Loopback {
    /// Listens on a port.
    static func listen(on port: Int) throws(BenchError) -> Int32 {
        guard let descriptor = socket() else { throw BenchError("cannot make a socket: \(lastError)") }
        set(SO_REUSEADDR, at: SOL_SOCKET, of: descriptor)
        // Fleets knock at once: the queue is as long as the kernel allows.
        guard withAddress(port, { Glibc.bind(descriptor, $0, $1) }) == 0, Glibc.listen(descriptor, 4_096) == 0 else {
            defer { close(descriptor) }
            throw BenchError("cannot listen on port \(port): \(lastError)")
        }
        return descriptor
    }

    /// Takes the next connection; nil if nobody waits.
    static func accept(_ listener: Int32) -> Int32? {
        let descriptor = Glibc.accept(listener, nil, nil)
        guard descriptor >= 0 else { return nil }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        set(TCP_NODELAY, at: Int32(IPPROTO_TCP), of: descriptor)
        return descriptor
    }

    /// Begins to connect; it is done when the socket can be written, or failed when it then has an error.
    static func connect(to port: Int) -> Int32? {
        guard let descriptor = socket() else { return nil }
        set(TCP_NODELAY, at: Int32(IPPROTO_TCP), of: descriptor)
        guard withAddress(port, { Glibc.connect(descriptor, $0, $1) }) == 0 || errno == EINPROGRESS else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    /// The error that a socket holds, and no longer holds after the question.
    static func pendingError(_ descriptor: Int32) -> Int32 {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 ? code : errno
    }

    /// Closes with a reset.
    static func reset(_ descriptor: Int32) {
        var hard = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &hard, socklen_t(MemoryLayout<linger>.size))
        close(descriptor)
    }

    /// Closes in good order, also where something was not read: the kernel would else reset.
    static func finish(_ descriptor: Int32) {
        shutdown(descriptor, Int32(SHUT_WR))
        var rest = [UInt8](repeating: 0, count: 65_536)
        while recv(descriptor, &rest, rest.count, Int32(MSG_DONTWAIT)) > 0 {}
        close(descriptor)
    }

    private static var lastError: String { String(cString: strerror(errno)) }

    private static func socket() -> Int32? {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = Glibc.socket(AF_INET, kind, 0)
        return descriptor >= 0 ? descriptor : nil
    }

    private static func set(_ option: Int32, at level: Int32, of descriptor: Int32) {
        var yes: Int32 = 1
        setsockopt(descriptor, level, option, &yes, socklen_t(MemoryLayout<Int32>.size))
    }

    private static func withAddress<Result>(
        _ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }
}
