import Glibc

/// A connection to a running agent's control socket, for one question; it is closed with its owner.
struct ControlConversation: ~Copyable {
    private let descriptor: Int32

    /// Connects; nil where no agent listens (any more), or this user may not ask.
    init?(at path: String) {
        guard let address = sockaddr_un(path: path) else { return nil }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        guard address.withAddress({ connect(descriptor, $0, $1) }) == 0 else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Asks, and gives the answer without its line end; nil where none comes in so many milliseconds.
    func ask(_ question: String, within milliseconds: Int32) -> String? {
        let bytes = Array("\(question)\n".utf8)
        guard send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else { return nil }
        var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        var answer = [UInt8](repeating: 0, count: 64)
        guard poll(&wanted, 1, milliseconds) == 1, case let count = read(descriptor, &answer, answer.count), count > 0
        else { return nil }
        return String(decoding: answer.prefix(count).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
