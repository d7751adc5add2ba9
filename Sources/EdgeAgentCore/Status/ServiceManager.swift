import Glibc

/// Tells systemd how the agent is doing, by the datagram that sd_notify(3) describes.
public struct ServiceManager: Sendable {
    private let socketPath: String?

    /// Reads NOTIFY_SOCKET; without it every call does nothing.
    public init() { self.init(socketPath: getenv("NOTIFY_SOCKET").map { String(cString: $0) }) }

    init(socketPath: String?) { self.socketPath = socketPath }

    /// The agent is up: its store is open and its services run.
    public func ready() { send("READY=1") }

    /// The agent is on its way down.
    public func stopping() { send("STOPPING=1") }

    /// One line for `systemctl status`.
    public func status(_ text: String) { send("STATUS=\(text)") }

    private func send(_ state: String) {
        guard let socketPath, !socketPath.isEmpty else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var path = Array(socketPath.utf8)
        guard path.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        // A leading @ stands for the zero byte of the abstract name space.
        if path[0] == UInt8(ascii: "@") { path[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + path.count)
        let bytes = Array(state.utf8)
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                // Nothing can be done about a service manager that does not listen.
                _ = sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), address, length)
            }
        }
    }
}
