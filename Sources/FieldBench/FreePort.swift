internal import Foundation
internal import Synchronization

private let handedOut = Mutex<Set<Int>>([])

/// A TCP port on the loopback that nobody listens on, never the same twice in one process.
///
/// It lies below the range from which the kernel takes ports for outgoing connections: a broker that is stopped and
/// started again would otherwise now and then find its port taken by a client.
public func freePort() -> Int {
    while true {
        let candidate = Int.random(in: 20_000..<32_000)
        let isNew = handedOut.withLock { $0.insert(candidate).inserted }
        if isNew, isBindable(candidate) { return candidate }
    }
}

/// Whether somebody accepts TCP connections on this port of the loopback.
public func isListening(onPort port: Int) -> Bool {
    withSocket(toPort: port) { socket, address, length in connect(socket, address, length) == 0 }
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
