import BrokerLink
import Testing

@testable import EdgeAgentCore

@Suite struct RefusalsTests {
    private let start = ContinuousClock.now

    private func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test func `one message that the broker never takes stops nobody, and is tried ever more rarely`() {
        var refusals = Refusals(pause: .seconds(30))
        var tries: [Int] = []
        for second in 0..<20_000 {
            #expect(refusals.leave(at: at(second), inFlight: 0) == .everything)
            let isDue = second == 0 || refusals.due(at: at(second), besides: { _ in false }) == 7
            if isDue {
                tries.append(second)
                refusals.offered(7, at: at(second))
                refusals.refused(7, for: ReasonCode(rawValue: 131), at: at(second))
            }
            refusals.accepted(8, at: at(second))
        }
        #expect(tries == [0, 30, 90, 210, 450, 930, 1_890, 3_810, 7_410, 11_010, 14_610, 18_210])
    }

    @Test(arguments: [135, 151, 16, 128] as [UInt8])
    func `where everything is refused one message is tried per pause`(_ code: UInt8) {
        var refusals = Refusals(pause: .seconds(30))
        var offered = 0
        var sequence: Int64 = 0
        for second in 0..<3_600 {
            // As eagerly as a window of 20 lets it.
            while refusals.leave(at: at(second), inFlight: 0) != .nothing, offered < 10_000 {
                offered += 1
                sequence += 1
                refusals.probed()
                refusals.refused(sequence, for: ReasonCode(rawValue: code), at: at(second))
            }
        }
        #expect((120...125).contains(offered), "\(offered)")
    }

    @Test func `a message too large never holds the others, however many there are`() {
        var refusals = Refusals(pause: .seconds(30))
        for sequence in 1...5_000 as ClosedRange<Int64> {
            refusals.refused(sequence, for: .packetTooLarge, at: start)
            #expect(refusals.leave(at: start, inFlight: 3) == .everything)
        }
        #expect(refusals.count == Refusals.mostResting, "memory is bounded")
        #expect(refusals.reasons == [.packetTooLarge])
    }

    @Test func `one message that is taken ends the hold, and what rested is tried again, oldest first`() {
        var refusals = Refusals(pause: .seconds(30))
        for sequence in [5, 4, 9] as [Int64] { refusals.refused(sequence, for: .notAuthorized, at: start) }
        #expect(refusals.leave(at: at(29), inFlight: 0) == .nothing)
        #expect(refusals.leave(at: at(30), inFlight: 1) == .nothing, "one at a time")
        #expect(refusals.leave(at: at(30), inFlight: 0) == .one(resting: true))
        #expect(refusals.probe() == 4)
        refusals.probed()
        #expect(refusals.leave(at: at(30), inFlight: 0) == .one(resting: false), "an old one and a new one by turns")
        refusals.accepted(4, at: at(31))
        #expect(refusals.leave(at: at(31), inFlight: 7) == .everything)
        #expect(refusals.due(at: at(31), besides: { _ in false }) == 5)
        #expect(refusals.due(at: at(31), besides: { $0 == 5 }) == 9)
        #expect(refusals.reasons == [.notAuthorized])
        refusals.accepted(5, at: at(32))
        refusals.accepted(9, at: at(32))
        #expect(refusals.reasons.isEmpty && refusals.wait(at: at(32)) == nil)
    }

    @Test func `a session has its own limits: everything may be tried at once`() {
        var refusals = Refusals(pause: .seconds(3600))
        refusals.refused(1, for: .packetTooLarge, at: start)
        refusals.refused(2, for: ReasonCode(rawValue: 151), at: start)
        #expect(refusals.leave(at: at(1), inFlight: 0) == .nothing)
        refusals.startOver(at: at(1))
        #expect(refusals.leave(at: at(1), inFlight: 0) == .one(resting: true))
        #expect(refusals.due(at: at(1), besides: { _ in false }) == 1)
    }
}
