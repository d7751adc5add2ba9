internal import Glibc

/// An address that swallows connections: a listening socket that nobody accepts from, with its queue filled up.
///
/// Whoever connects hears neither yes nor no, as behind a firewall that drops what it does not like.
public final class BlackHole: Sendable {
    /// The port on 127.0.0.1.
    public let port: UInt16
    private let sockets: [Int32]

    /// Opens one on a port that the system chooses.
    public init() throws(SimulatorError) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard listener >= 0 else { throw .system("opening", "a socket", errno) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let length = size
        func withAddress(_ body: (UnsafeMutablePointer<sockaddr>) -> Int32) -> Int32 {
            withUnsafeMutablePointer(to: &address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body) }
        }
        guard withAddress({ bind(listener, $0, length) }) == 0, listen(listener, 0) == 0,
            withAddress({ getsockname(listener, $0, &size) }) == 0
        else {
            let number = errno
            close(listener)
            throw .system("listening on", "127.0.0.1", number)
        }
        port = UInt16(bigEndian: address.sin_port)
        // The queue takes one more than it was told; the others wait for ever.
        sockets =
            [listener]
            + (0..<8).map { _ in
                let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
                let filler = socket(AF_INET, type, 0)
                _ = withAddress { connect(filler, $0, length) }
                return filler
            }
    }

    deinit {
        for socket in sockets { close(socket) }
    }
}
