import Glibc
import LineSimulator
import Testing

/// The simulated line behind a socket, judged byte by byte.
@Suite(.serialized) struct NetworkFaceTests {
    private static let tcp = SimulatedLineSettings.Face.tcp(host: "127.0.0.1", port: 0)
    private static let rtu = SimulatedLineSettings.Face.rtuOverTCP(host: "127.0.0.1", port: 0)

    private func line(_ face: SimulatedLineSettings.Face) throws -> SimulatedLine {
        var slave = SimulatedSlave(id: 7, turnaround: .milliseconds(2))
        slave.set(.holdingRegisters, 0, .fixed(0x1234, as: .uint16))
        slave.set(.holdingRegisters, 1, .fixed(0x5678, as: .uint16))
        return try SimulatedLine(SimulatedLineSettings(baud: 115_200, face: face), slaves: [slave])
    }

    private static func ask(_ transaction: UInt8) -> [UInt8] { [9, transaction, 0, 0, 0, 6, 7, 3, 0, 0, 0, 2] }
    private static func answer(_ transaction: UInt8) -> [UInt8] {
        [9, transaction, 0, 0, 0, 7, 7, 3, 4, 0x12, 0x34, 0x56, 0x78]
    }

    @Test func `a request with a header gets its answer with the same number`() throws {
        let line = try line(Self.tcp)
        #expect(line.path.hasPrefix("tcp://127.0.0.1:"))
        let client = try Client(line.path)
        client.send(Self.ask(1))
        #expect(client.receive(13) == Self.answer(1))
        // Two requests in one segment, and one in two.
        client.send(Self.ask(2) + Self.ask(3) + Self.ask(4).prefix(5))
        client.send(Array(Self.ask(4).dropFirst(5)))
        #expect(client.receive(39) == Self.answer(2) + Self.answer(3) + Self.answer(4))
        #expect(line.counters.requests == 4)
        #expect(line.exchanges.last?.words == [0x1234, 0x5678])
        // An exception: two registers from 1 on, where there is one.
        client.send([0, 5, 0, 0, 0, 6, 7, 3, 0, 1, 0, 2])
        #expect(client.receive(9) == [0, 5, 0, 0, 0, 3, 7, 0x83, 2])
    }

    @Test func `a serial server passes RTU frames on`() throws {
        let line = try line(Self.rtu)
        #expect(line.path.hasPrefix("rtu+tcp://"))
        let client = try Client(line.path)
        // Checksums by the specification's own arithmetic, worked out apart from this code.
        client.send([7, 3, 0, 0, 0, 2, 0xC4, 0x6D])
        #expect(client.receive(9) == [7, 3, 4, 0x12, 0x34, 0x56, 0x78, 0xE7, 0x07])
        client.send([7, 3, 0, 0, 0, 2, 0, 0])
        #expect(eventually { line.counters.brokenRequests == 1 })
        #expect(client.receive(1, within: 100).isEmpty)
    }

    @Test func `what only a network can do`() throws {
        let line = try line(Self.tcp)
        let client = try Client(line.path)
        line.inject(Fault(.wrongTransaction, .next(1)))
        client.send(Self.ask(1))
        let wrong = client.receive(13)
        #expect(wrong.count == 13 && wrong.prefix(2) != [9, 1] && wrong.dropFirst(2) == Self.answer(1).dropFirst(2))

        line.inject(Fault(.joined, .next(1)))
        client.send(Self.ask(2))
        #expect(client.receive(1, within: 60).isEmpty)
        client.send(Self.ask(3))
        #expect(client.receiveOnce() == Self.answer(2) + Self.answer(3))

        line.inject(Fault(.split(pause: .seconds(2)), .next(1)))
        client.send(Self.ask(4))
        let half = client.receiveOnce()
        #expect(half == Array(Self.answer(4).prefix(half.count)) && half.count < 13)
        #expect(half + client.receive(13 - half.count) == Self.answer(4))

        line.inject(Fault(.badCRC, .next(1)))
        client.send(Self.ask(5))
        #expect(eventually { line.exchanges.last?.faults == [.badCRC] })
        #expect(client.receive(1, within: 60).isEmpty, "a checksum that is wrong never gets a header")

        line.inject(Fault(.reset, .next(1)))
        client.send(Self.ask(6))
        #expect(client.ends() == ECONNRESET)
    }

    @Test func `a server that was away listens on the same port again, and a new master takes the old one's place`()
        throws
    {
        let line = try line(Self.tcp)
        let path = line.path
        let first = try Client(path)
        first.send(Self.ask(1))
        #expect(first.receive(13) == Self.answer(1))
        line.unplug()
        #expect(first.ends() != nil)
        #expect(throws: Client.Refused.self) { try Client(path) }
        try line.replug()
        #expect(line.path == path)
        let second = try Client(path)
        second.send(Self.ask(2))
        #expect(second.receive(13) == Self.answer(2))
        let third = try Client(path)
        third.send(Self.ask(3))
        #expect(third.receive(13) == Self.answer(3))
        #expect(second.ends() == 0)
        #expect(throws: SimulatorError.self) { try line.link(at: "/tmp/edge-agent-no-link") }
    }
}

/// A master without a library: one socket.
private final class Client {
    private let descriptor: Int32

    init(_ url: String) throws {
        let port = try #require(url.split(separator: ":").last.flatMap { UInt16($0) })
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { throw Refused() }
    }

    struct Refused: Error {}

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8]) { _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }

    /// So many bytes, or what came within some milliseconds.
    func receive(_ count: Int, within milliseconds: Int32 = 30_000) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count, isReadable(milliseconds) {
            var buffer = [UInt8](repeating: 0, count: count - bytes.count)
            let got = recv(descriptor, &buffer, buffer.count, 0)
            guard got > 0 else { break }
            bytes += buffer[..<got]
        }
        return bytes
    }

    /// What one look brings.
    func receiveOnce() -> [UInt8] {
        guard isReadable(30_000) else { return [] }
        var buffer = [UInt8](repeating: 0, count: 256)
        let got = recv(descriptor, &buffer, 256, 0)
        return Array(buffer.prefix(max(0, got)))
    }

    /// How the connection ended: 0 or the error; nil if it has not.
    func ends() -> Int32? {
        guard isReadable(30_000) else { return nil }
        var byte: UInt8 = 0
        let got = recv(descriptor, &byte, 1, 0)
        return got > 0 ? nil : got == 0 ? 0 : errno
    }

    private func isReadable(_ milliseconds: Int32) -> Bool {
        var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&state, 1, milliseconds) == 1
    }
}
