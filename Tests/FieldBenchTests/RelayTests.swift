import FieldBench
import Testing

@Suite(.timeLimit(.minutes(6))) struct RelayTests {
    private let callee: Callee
    private let relay: TCPRelay

    init() throws {
        callee = try Callee()
        relay = try TCPRelay(to: callee.port)
    }

    private func call() async throws -> (client: Caller, server: Caller) {
        let client = try Caller(to: relay.port)
        return (client, try await callee.answers())
    }

    @Test func `bytes pass both ways, and both ends hear that the other hangs up`() async throws {
        let (client, server) = try await call()
        client.say("ping")
        #expect(try await server.hears(4) == "ping")
        server.say("pong")
        #expect(try await client.hears(4) == "pong")
        client.hangUp()
        #expect(try await server.ends() == .inGoodOrder)
        server.say("!")
        #expect(try await client.hears(5) == "pong!")
        server.hangUp()
        #expect(try await client.ends() == .inGoodOrder)
        try await eventually("it is over") { relay.standing == 0 }
        let connection = try #require(relay.connections.first)
        #expect(connection.bytesToServer == 4 && connection.bytesToClient == 5)
        #expect(try #require(connection.end) > connection.start)
    }

    @Test func `a large transfer arrives to the byte`() async throws {
        let (client, server) = try await call()
        let text = String(repeating: "0123456789abcdef", count: 4_000)
        for _ in 0..<8 {
            let before = server.heard.count
            client.say(text)
            _ = try await server.hears(before + text.utf8.count)
        }
        #expect(String(decoding: server.heard, as: UTF8.self) == String(repeating: text, count: 8))
    }

    @Test(arguments: [(TCPRelay.Cut.reset, Caller.Leave.reset), (.close, .inGoodOrder)])
    func `a cut ends both ends, in the manner that was asked for`(_ cut: TCPRelay.Cut, _ leave: Caller.Leave)
        async throws
    {
        let (client, server) = try await call()
        relay.cut(cut)
        #expect(relay.standing == 0)
        #expect(try await client.ends() == leave)
        #expect(try await server.ends() == leave)
        let next = try await call()
        next.client.say("again")
        #expect(try await next.server.hears(5) == "again")
        #expect(relay.connections.count == 2)
    }

    @Test func `who is refused is told so by the kernel, and connections that stand go on`() async throws {
        let (client, server) = try await call()
        try relay.set(.refusing)
        #expect(throws: BenchError.self) { try Caller(to: relay.port) }
        client.say("still here")
        #expect(try await server.hears(10) == "still here")
        try relay.set(.perfect)
        _ = try await call()
        #expect(relay.connections.count == 2, "who was refused is not counted")
    }

    @Test func `who is hung up on is counted`() async throws {
        try relay.set(WireConditions(door: .hangsUp))
        for _ in 0..<3 { #expect(try await Caller(to: relay.port).ends() == .reset) }
        #expect(relay.connections.count == 3 && relay.connections.allSatisfy { $0.end != nil })
        let times = relay.connections.map(\.start)
        #expect(times == times.sorted())
    }

    @Test func `a server that is away resets who calls`() async throws {
        let alone = try TCPRelay(to: freePort())
        #expect(try await Caller(to: alone.port).ends() == .reset)
    }

    @Test func `what is swallowed never comes, a hang-up neither, and the next byte after it resets`() async throws {
        let (client, server) = try await call()
        try relay.set(.halfOpen)
        client.say("lost")
        server.say("lost too")
        try await eventually("it is swallowed") { relay.connections.first?.bytesSwallowed == 12 }
        client.hangUp()
        for end in [client, server] {
            end.listen()
            #expect(end.heard.isEmpty && end.leave == nil)
        }
        try relay.set(.perfect)
        server.say("is there anybody")
        #expect(try await server.ends() == .reset)
        #expect(try await client.ends() == .reset)
    }

    @Test func `one way alone can be swallowed`() async throws {
        let (client, server) = try await call()
        try relay.set(WireConditions(toClient: .init(.swallowed)))
        server.say("lost")
        client.say("arrives")
        #expect(try await server.hears(7) == "arrives")
        client.listen()
        #expect(client.heard.isEmpty)
    }

    @Test func `what is held comes later, all of it`() async throws {
        let (client, server) = try await call()
        try relay.set(.held)
        client.say("first ")
        try await Task.sleep(for: .milliseconds(50))
        server.listen()
        #expect(server.heard.isEmpty)
        client.say("second")
        client.hangUp()
        try relay.set(.perfect)
        #expect(try await server.hears(12) == "first second")
        #expect(try await server.ends() == .inGoodOrder)
    }

    @Test func `a delay is added to each way, and bytes do not overtake each other when it is shortened`() async throws
    {
        let (client, server) = try await call()
        try relay.set(.roundTrip(.milliseconds(100)))
        let start = ContinuousClock.now
        client.say("ping")
        _ = try await server.hears(4)
        server.say("pong")
        _ = try await client.hears(4)
        #expect(start.duration(to: .now) >= .milliseconds(100))
        client.say("slow")
        try await Task.sleep(for: .milliseconds(10))
        try relay.set(.perfect)
        client.say("fast")
        #expect(try await server.hears(12) == "pingslowfast")
    }

    @Test func `a throttle lets through so many bytes a second`() async throws {
        let (client, server) = try await call()
        try relay.set(.throttled(bytesPerSecond: 20_000))
        let start = ContinuousClock.now
        client.say(String(repeating: "x", count: 6_000))
        _ = try await server.hears(6_000)
        let time = start.duration(to: .now)
        #expect(time > .milliseconds(250), "\(time)")
        #expect(server.heard.count == 6_000)
    }
}
