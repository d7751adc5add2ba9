// Its sources are safe to use from any thread and not marked so.
@preconcurrency internal import Dispatch
import Glibc
internal import Logging
internal import ServiceLifecycle

/// Lends the agent's serial ports to a probe on the same machine, and tells the doctor how things stand.
///
/// One request a connection:
/// - `lend DEVICE`, answered with `lent` or `no`. The loan lasts as long as the connection, so a probe that is killed
///   gives the port back like one that ends well.
/// - `line DEVICE` or `line URL`, answered with what the agent does with that line, or `no`; it changes nothing.
/// - `clock`, answered with the agent's judgement of its clock.
///
/// Who may connect is a matter of the socket's file: its owner, and the group that may open serial ports.
struct ControlSocket: Service {
    let lines: Lines
    let board: StatusBoard
    let log: Logger

    func run() async throws {
        guard let listener = ControlListener() else {
            log.warning("no place for a control socket; a probe has to wait until the agent is stopped")
            return try await gracefulShutdown()
        }
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for await _ in listener.arrivals {
                    while let connection = listener.accept() {
                        group.addTask { await serve(connection) }
                    }
                }
                group.cancelAll()
            }
        }
        listener.remove()
    }

    private func serve(_ connection: Int32) async {
        let readability = Readability(of: connection)
        defer { readability.end() }
        let words = await readability.line()?.split(separator: " ", maxSplits: 1) ?? []
        switch (words.first, words.dropFirst().first) {
        case ("lend", let device?):
            guard let device = DeviceNumber(text: device), let loan = await lines.lend(device) else {
                return say("no", on: connection)
            }
            say("lent", on: connection)
            // Nothing more is expected: the next thing that is heard is the end.
            while await readability.line() != nil {}
            await lines.takeBack(loan)
        case ("line", let place?): say(await lines.standing(of: place)?.rawValue ?? "no", on: connection)
        case ("clock", nil): say(board.clockState?.rawValue ?? "unknown", on: connection)
        default: say("no", on: connection)
        }
    }

    private func say(_ word: String, on connection: Int32) {
        _ = send(connection, "\(word)\n", word.utf8.count + 1, Int32(MSG_NOSIGNAL))
    }
}

/// The listening socket in the file system.
private final class ControlListener: Sendable {
    let arrivals: AsyncStream<Void>
    private let descriptor: Int32
    private let path: String
    private let source: any DispatchSourceRead

    init?() {
        guard let folder = ControlFolder.writable() else { return nil }
        let path = "\(folder)/control-\(getpid()).sock"
        let socket = Glibc.socket(
            AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        unlink(path)
        guard socket >= 0, let address = sockaddr_un(path: path),
            address.withAddress({ bind(socket, $0, $1) }) == 0, listen(socket, 8) == 0
        else {
            if socket >= 0 { close(socket) }
            return nil
        }
        // Whoever may open serial ports may borrow one.
        if let group = getgrnam("dialout") { chown(path, uid_t.max, group.pointee.gr_gid) }
        chmod(path, 0o660)
        let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let source = DispatchSource.makeReadSource(fileDescriptor: socket, queue: .global())
        source.setEventHandler { arrival.yield() }
        source.setCancelHandler {
            arrival.finish()
            close(socket)
        }
        source.activate()
        self.path = path
        self.arrivals = arrivals
        self.source = source
        descriptor = socket
    }

    func accept() -> Int32? {
        let connection = Glibc.accept(descriptor, nil, nil)
        guard connection >= 0 else { return nil }
        _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
        _ = fcntl(connection, F_SETFL, O_NONBLOCK)
        return connection
    }

    func remove() {
        unlink(path)
        source.cancel()
    }
}

/// What comes on a connection, as lines, without a thread that waits for it.
private final class Readability: Sendable {
    private let arrivals: AsyncStream<Void>
    private let descriptor: Int32
    private let source: any DispatchSourceRead

    init(of descriptor: Int32) {
        self.descriptor = descriptor
        let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.arrivals = arrivals
        source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: .global())
        source.setEventHandler { arrival.yield() }
        source.setCancelHandler {
            arrival.finish()
            close(descriptor)
        }
        source.activate()
    }

    /// The next line, without its end; nil at the end of the connection, and when the task is cancelled.
    func line() async -> String? {
        for await _ in arrivals {
            var buffer = [UInt8](repeating: 0, count: 512)
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EAGAIN { continue }
            guard count > 0 else { return nil }
            return String(decoding: buffer.prefix(count).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        }
        return nil
    }

    func end() { source.cancel() }
}
