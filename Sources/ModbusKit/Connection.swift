import Glibc
internal import ModbusModel

/// The owner of one TCP connection to a Modbus device or a serial server.
struct Connection: ~Copyable {
    /// The connected socket; it blocks for one second at the most when it is written to.
    let descriptor: Int32

    /// Where it leads.
    let endpoint: NetworkEndpoint

    /// Connects within a time, name look-up included; a name's addresses are tried one after the other.
    init(to endpoint: NetworkEndpoint, within time: Duration) throws(ModbusFailure) {
        let deadline = ContinuousClock.now + time
        let addresses: [NameLookup.Address]
        switch NameLookup.addresses(of: endpoint.host, port: endpoint.port, within: time) {
        case .found(let found): addresses = found
        case .failed(let code): throw ModbusFailure(.hostUnknown, code: code, at: endpoint.description)
        case .tookTooLong: throw ModbusFailure(.hostUnknown, code: EAI_AGAIN, at: endpoint.description)
        }
        var failure = ModbusFailure(.unreachable, code: ETIMEDOUT, at: endpoint.description)
        for (index, address) in addresses.enumerated() {
            // An address that swallows everything must leave time for the next one.
            let share = ContinuousClock.now.duration(to: deadline) / (addresses.count - index)
            guard share > .zero else { break }
            let code: Int32
            switch Self.connect(to: address, within: share) {
            case .connected(let descriptor):
                self.descriptor = descriptor
                self.endpoint = endpoint
                return
            case .failed(let number): code = number
            }
            let kind: ModbusFailure.Kind = code == ECONNREFUSED ? .connectionRefused : .unreachable
            failure = ModbusFailure(kind, code: code, at: endpoint.description)
        }
        throw failure
    }

    deinit { close(descriptor) }

    /// Whether the other side has neither closed nor reset the connection.
    var isOpen: Bool {
        var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&state, 1, 0) == 1 else { return true }
        guard state.revents & Int16(POLLERR | POLLHUP | POLLNVAL) == 0 else { return false }
        var byte: UInt8 = 0
        // 0 is the end of the stream; what waits to be read is a late answer.
        return recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) != 0
    }

    /// The failure of the connection while it is in use; `code` is 0 where the other side has closed it.
    func lost(_ code: Int32) -> ModbusFailure { ModbusFailure(.connectionLost, code: code, at: endpoint.description) }

    /// Sends all of some bytes.
    func send(_ bytes: [UInt8]) throws(ModbusFailure) {
        let sent = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        guard sent == bytes.count else { throw lost(sent < 0 ? errno : 0) }
    }

    /// As read(2), without waiting: with EAGAIN where nothing has come.
    func receive(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
    }

    private enum Attempt {
        case connected(Int32)
        case failed(Int32)
    }

    private static func connect(to address: NameLookup.Address, within time: Duration) -> Attempt {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.family, type, 0)
        guard descriptor >= 0 else { return .failed(errno) }
        let code = finish(descriptor, address, within: time)
        guard code == 0 else {
            close(descriptor)
            return .failed(code)
        }
        configure(descriptor)
        return .connected(descriptor)
    }

    private static func finish(_ descriptor: Int32, _ address: NameLookup.Address, within time: Duration) -> Int32 {
        let begun = address.bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return Int32(-1) }
            return Glibc.connect(
                descriptor, base.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
        if begun == 0 { return 0 }
        guard errno == EINPROGRESS else { return errno }
        var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard poll(&state, 1, Int32(clamping: Int64(time / .milliseconds(1)) + 1)) == 1 else { return ETIMEDOUT }
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) == 0 ? code : errno
    }

    /// Small frames go out at once, and a server that has vanished is noticed between two cycles.
    private static func configure(_ descriptor: Int32) {
        let flags = fcntl(descriptor, F_GETFL)
        _ = fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK)
        set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1)
        // Asked after 10 s of silence, and given up after three questions 3 s apart; unanswered data likewise.
        set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPIDLE, 10)
        set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPINTVL, 3)
        set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPCNT, 3)
        set(descriptor, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, 10_000)
        var second = timeval(tv_sec: 1, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &second, socklen_t(MemoryLayout<timeval>.size))
    }

    private static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
