internal import Foundation
internal import Synchronization

private let handedOut = Mutex<Set<Int>>([])

/// A TCP port on the loopback that nobody listens on, never the same twice in one process, nor at a time in two.
///
/// It lies below the range from which the kernel takes ports for outgoing connections: a broker that is stopped and
/// started again would otherwise now and then find its port taken by a client.
public func freePort() -> Int {
    while true {
        let candidate = Int.random(in: 20_000..<32_000)
        let isNew = handedOut.withLock { $0.insert(candidate).inserted }
        if isNew, isClaimed(candidate), isBindable(candidate) { return candidate }
    }
}

/// Whether somebody accepts TCP connections on this port of the loopback.
public func isListening(onPort port: Int) -> Bool {
    withSocket(toPort: port) { socket, address, length in connect(socket, address, length) == 0 }
}

/// Claims a port among all processes that look for one: what is started on it may be away for a while.
///
/// The kernel gives the name to one socket only, and takes it back when this process ends, however that comes.
private func isClaimed(_ port: Int) -> Bool {
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return false }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let name = [0] + Array("field-bench-port-\(port)".utf8)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
    let bound = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
    }
    if bound != 0 { close(descriptor) }
    return bound == 0
}

private func isBindable(_ port: Int) -> Bool {
    withSocket(toPort: port) { socket, address, length in
        var yes: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        return bind(socket, address, length) == 0
    }
}

private func withSocket(toPort port: Int, _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Bool) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            body(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
}
