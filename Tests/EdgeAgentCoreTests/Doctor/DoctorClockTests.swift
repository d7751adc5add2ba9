import AgentConfiguration
import FieldBench
import MachineClock
import Testing

@testable import EdgeAgentCore

@Suite struct DoctorClockTests {
    private static let now: Int64 = 1_790_000_000
    private static let release: Int64 = 1_788_220_800

    private func judge(
        _ change: (inout ClockReading) -> Void = { _ in }, agent: ClockState? = nil,
        trust: AgentConfiguration.Clock.Trust = .auto, lastGood: Int64? = nil, rtc: Int64? = nil
    ) throws -> [Doctor.ClockFinding] {
        let machine = try FakeMachine()
        if let rtc { try machine.folder.write("\(rtc)\n", to: "sys/class/rtc/rtc0/since_epoch") }
        var reading = ClockReading(wall: Self.now * 1_000_000_000, uptime: 1)
        change(&reading)
        return Doctor.judgeClock(
            reading, agent: agent, trust: trust, release: Self.release, lastGood: lastGood,
            sysfs: machine.surroundings.sysfs)
    }

    @Test func `each judgement of the agent's is the doctor's, with its verdict`() throws {
        func first(_ findings: [Doctor.ClockFinding]) -> ClockState? {
            if case .judged(let state, false, Self.now) = findings[0] { state } else { nil }
        }
        let synchronised = try judge { $0.isSynchronised = true }
        #expect(first(synchronised) == .synchronised && synchronised[0].verdict == .ok)
        let kept = try judge { $0.hasHardwareClock = true }
        #expect(first(kept) == .kept && kept[0].verdict == .ok)
        let waiting = try judge { $0.hasTimeService = true }
        #expect(first(waiting) == .waiting && waiting[0].verdict == .fault(.temporary))
        let unattended = try judge()
        #expect(first(unattended) == .unattended && unattended[0].verdict == .warning)
        #expect(first(try judge(trust: .always)) == .assumed)
        #expect(first(try judge(trust: .synchronised)) == .waiting)
        // Behind what the spool knows.
        let past = try judge({ $0.hasHardwareClock = true }, lastGood: Self.now + 60)
        #expect(first(past) == .past && past[0].verdict == .fault(.temporary))
    }

    @Test func `a running agent's own word counts more`() throws {
        let findings = try judge({ $0.isSynchronised = true }, agent: .waiting)
        #expect(findings[0] == .judged(.waiting, byAgent: true, now: Self.now))
    }

    @Test func `a hardware clock is there, apart, or not there`() throws {
        #expect(try judge(rtc: Self.now + 600)[1] == .hardwareClock)
        let apart = try judge(rtc: 0)[1]
        #expect(apart == .hardwareClockApart(seconds: Self.now) && apart.verdict == .warning)
        #expect(try judge { $0.hasTimeService = true }[1] == .noHardwareClock)
        #expect(try judge { $0.isSynchronised = true }[1].verdict == .ok)
        #expect(try judge()[1] == .nothingKeepsTime && judge()[1].verdict == .warning)
    }
}
