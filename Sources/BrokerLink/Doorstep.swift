import Glibc

/// The way to the broker as far as its door: whether its name has an address, and whether it takes a connection.
///
/// It needs no certificate, and says nothing to the broker.
public enum Doorstep {
    /// Looks the name up and connects, for as long as an attempt may take; gives back what failed.
    ///
    /// It blocks, for the name as long as the system's resolver does.
    public static func failure(_ settings: BrokerSettings) -> LinkFailure? {
        let addresses: [String]
        do throws(LinkFailure) {
            addresses = try AddressLookup.addresses(of: settings.host)
        } catch {
            return error
        }
        let deadline = ContinuousClock.now + settings.connectTimeout
        var failure: LinkFailure?
        for (index, address) in addresses.enumerated() {
            let share = (deadline - .now) / (addresses.count - index)
            let code = connect(to: address, settings.port, within: share)
            guard code != 0 else { return nil }
            let peer = address.contains(":") ? "[\(address)]:\(settings.port)" : "\(address):\(settings.port)"
            failure = Explanation(settings: settings, peer: peer, record: ConnectionRecord(serverName: nil))
                .notOpened(code)
        }
        return failure
    }

    /// Connects and closes; gives back the errno, 0 for none.
    private static func connect(to address: String, _ port: UInt16, within time: Duration) -> Int32 {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(address, String(port), &hints, &list) == 0, let entry = list?.pointee else { return EINVAL }
        defer { freeaddrinfo(list) }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(entry.ai_family, type, 0)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        if Glibc.connect(descriptor, entry.ai_addr, entry.ai_addrlen) == 0 { return 0 }
        guard errno == EINPROGRESS else { return errno }
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard poll(&waiting, 1, time.pollTimeout) == 1 else { return ETIMEDOUT }
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) == 0 ? code : errno
    }
}
