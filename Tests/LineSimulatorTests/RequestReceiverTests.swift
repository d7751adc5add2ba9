import Testing

@testable import LineSimulator

@Suite struct ReceivingRequests {
    private let wire = WireTime(baud: 9_600)
    private let request = sealed([1, 3, 0, 0, 0, 10])

    @Test func `a request ends when its last character has left the wire`() throws {
        var receiver = RequestReceiver(wire: wire)
        receiver.receive(request, at: 1_000)
        let frame = receiver.next(now: 1_000)
        #expect(frame?.start == 1_000)
        #expect(frame?.end == 8_334_334)
        #expect(receiver.next(now: 1_000) == nil)
    }

    @Test func `a request in two pieces is one request`() throws {
        var receiver = RequestReceiver(wire: wire)
        receiver.receive(Array(request[..<3]), at: 0)
        #expect(receiver.next(now: 0) == nil)
        receiver.receive(Array(request[3...]), at: 5_000_000)
        let frame = receiver.next(now: 5_000_000)
        #expect(frame?.request.bytes == request)
        #expect(frame?.end == 10_208_334)
    }

    @Test func `a request that was cut short is forgotten after silence`() throws {
        var receiver = RequestReceiver(wire: wire)
        receiver.receive(Array(request[..<5]), at: 0)
        receiver.receive(request, at: 20_000_000)
        #expect(receiver.next(now: 20_000_000)?.request.bytes == request)
        #expect(receiver.takeBrokenFrames() == 1)
    }

    @Test func `after a wrong checksum nothing is heard until silence`() throws {
        var receiver = RequestReceiver(wire: wire)
        var broken = request
        broken[7] ^= 1
        receiver.receive(broken + request, at: 0)
        #expect(receiver.next(now: 0) == nil)
        #expect(receiver.next(now: 0) == nil)
        #expect(receiver.takeBrokenFrames() == 1)
        receiver.receive(request, at: 30_000_000)
        #expect(receiver.next(now: 30_000_000)?.start == 30_000_000)
    }

    @Test func `a function that is not known ends by silence`() throws {
        var receiver = RequestReceiver(wire: wire)
        let identification = sealed([1, 43, 14, 1, 0])
        receiver.receive(identification, at: 0)
        let deadline = try #require(receiver.silenceDeadline)
        #expect(deadline == 7_291_667 + 4_010_417)
        #expect(receiver.next(now: deadline - 1) == nil)
        #expect(receiver.next(now: deadline)?.request.bytes == identification)
    }

    @Test func `a request behind another waits for the wire`() throws {
        var receiver = RequestReceiver(wire: wire)
        receiver.receive(request + request, at: 0)
        let first = receiver.next(now: 0)
        let second = receiver.next(now: 0)
        #expect(second?.start == first?.end)
        #expect(second?.end == 16_666_667)
    }

    @Test func `writing requests are as long as their byte count says`() {
        #expect(Request.length(of: [1, 16, 0, 0, 0, 2]) == nil)
        #expect(Request.length(of: [1, 16, 0, 0, 0, 2, 4]) == 13)
        #expect(Request.length(of: [1, 15, 0, 0, 0, 10, 2]) == 11)
        #expect(Request.length(of: [1, 6]) == 8)
    }
}
