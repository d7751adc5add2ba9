import AgentConfiguration
import MachineClock
import Testing

@testable import EdgeAgentCore

/// Which clock is believed, for every machine that there may be.
@Suite struct ClockJudgeTests {
    private static let release: Int64 = 1_788_220_800
    private static let now: Int64 = 1_800_000_000

    /// A reading so many seconds after the release's clock, or at a second of the wall clock.
    private func reading(
        wall: Int64 = now, uptime: Int64 = 60, synchronised: Bool = false, hardware: Bool = false, service: Bool = false
    ) -> ClockReading {
        ClockReading(
            wall: wall * 1_000_000_000, uptime: uptime * 1_000_000_000, isSynchronised: synchronised,
            hasHardwareClock: hardware, hasTimeService: service)
    }

    private func judge(_ trust: AgentConfiguration.Clock.Trust = .auto, lastGood: Int64 = 0) -> ClockJudge {
        ClockJudge(trust: trust, release: Self.release, lastGood: lastGood)
    }

    @Test(arguments: [
        (false, false, false, ClockState.unattended), (false, false, true, .waiting), (false, true, false, .kept),
        (false, true, true, .kept), (true, false, false, .synchronised), (true, true, true, .synchronised),
    ])
    func `auto believes what is synchronised, kept, or left to itself`(
        synchronised: Bool, hardware: Bool, service: Bool, state: ClockState
    ) {
        var judge = judge()
        #expect(
            judge.judge(reading(synchronised: synchronised, hardware: hardware, service: service)) == state)
    }

    @Test(arguments: [
        (AgentConfiguration.Clock.Trust.always, false, ClockState.assumed), (.always, true, .synchronised),
        (.synchronised, false, .waiting), (.synchronised, true, .synchronised),
    ])
    func `the configuration may say otherwise`(
        trust: AgentConfiguration.Clock.Trust, synchronised: Bool, state: ClockState
    ) {
        var judge = judge(trust)
        #expect(judge.judge(reading(synchronised: synchronised, service: true)) == state)
    }

    @Test(arguments: [AgentConfiguration.Clock.Trust.auto, .always, .synchronised])
    func `a clock before the release is never believed, whoever vouches for it`(
        trust: AgentConfiguration.Clock.Trust
    ) {
        for wall in [0, 3_600, Self.release - 1] {
            var judge = judge(trust)
            #expect(judge.judge(reading(wall: wall, synchronised: true, hardware: true)) == .past)
        }
        var judge = judge(trust)
        #expect(judge.judge(reading(wall: Self.release, synchronised: true)).isTrusted)
    }

    @Test func `a clock before the last good time is behind, unless it is synchronised now`() {
        var judge = judge(lastGood: Self.now)
        #expect(judge.judge(reading(wall: Self.now - 1)) == .past)
        #expect(judge.judge(reading(wall: Self.now - 1, hardware: true)) == .past)
        #expect(judge.judge(reading(wall: Self.now - 1_209_600, synchronised: true)) == .synchronised)
        #expect(judge.lastGood == Self.now - 1_209_600, "the new time is the right one")
    }

    @Test func `a clock that nobody sets never shuts out the right time`() {
        var judge = judge()
        #expect(judge.judge(reading(wall: Self.now + 400_000_000)) == .unattended)
        #expect(judge.judge(reading(wall: Self.now)) == .unattended)
        #expect(judge.lastGood == 0)
    }

    @Test func `a gateway that wakes up in 1970 waits for the jump`() {
        var judge = judge()
        #expect(judge.judge(reading(wall: 10, uptime: 10)) == .past)
        #expect(judge.judge(reading(wall: 20, uptime: 20)) == .past)
        #expect(judge.step == nil)
        #expect(judge.judge(reading(wall: Self.now, uptime: 30)) == .unattended)
        #expect(judge.step == .seconds(Self.now - 30))
    }

    @Test func `a step is told from a clock that is slewed`() {
        var judge = judge()
        _ = judge.judge(reading(uptime: 100))
        #expect(judge.step == nil)
        _ = judge.judge(reading(wall: Self.now + 301, uptime: 400))
        #expect(judge.step == nil)
        _ = judge.judge(reading(wall: Self.now + 301 - 1_209_600, uptime: 400))
        #expect(judge.step == .seconds(-1_209_600))
    }

    @Test func `seconds are rounded down before 1970 too`() {
        #expect([-1, 0, 1_999_999_999].map { ($0 as Int64).seconds } == [-1, 0, 1])
    }
}
