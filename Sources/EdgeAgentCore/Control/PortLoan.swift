import Glibc

/// A serial port that a running agent has lent, until the loan ends or its holder dies.
public struct PortLoan: ~Copyable {
    private let connection: Int32

    /// How long an agent may take: an exchange that is under way is finished first.
    private static let patience: Int32 = 8_000

    /// Asks every running agent for a port; nil where none of them has it.
    ///
    /// The agent that has it stops polling that line and gives the port up. It goes on by itself as soon as the loan
    /// ends, also when this process is killed.
    public init?(port: String) {
        guard let device = DeviceNumber(port: port) else { return nil }
        for path in ControlFolder.sockets {
            guard let connection = Self.ask("lend \(device.text)\n", at: path) else { continue }
            self.connection = connection
            return
        }
        return nil
    }

    deinit { close(connection) }

    private static func ask(_ request: String, at path: String) -> Int32? {
        guard let address = sockaddr_un(path: path) else { return nil }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        let bytes = Array(request.utf8)
        guard address.withAddress({ connect(descriptor, $0, $1) }) == 0,
            send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
        else {
            close(descriptor)
            return nil
        }
        var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        var answer = [UInt8](repeating: 0, count: 32)
        guard poll(&wanted, 1, patience) == 1, case let count = read(descriptor, &answer, answer.count), count > 0,
            String(decoding: answer.prefix(count), as: UTF8.self) == "lent\n"
        else {
            close(descriptor)
            return nil
        }
        return descriptor
    }
}
