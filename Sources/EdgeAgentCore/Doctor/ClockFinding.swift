internal import AgentConfiguration
internal import MachineClock

extension Doctor {
    /// What the clock is like.
    public enum ClockFinding: Sendable, Hashable {
        /// How it is judged, by a running agent or as one would, and what it says, in seconds since 1970.
        case judged(ClockState, byAgent: Bool, now: Int64)
        /// A hardware clock is there and says the same.
        case hardwareClock
        /// A hardware clock is there and is so many seconds apart: its battery, or the wall clock.
        case hardwareClockApart(seconds: Int64)
        /// None is there, and something else sets the clock after a start.
        case noHardwareClock
        /// None is there, and nothing sets the clock.
        case nothingKeepsTime
    }

    /// Judges the clock as the running agent does; where one runs, it was asked.
    static func judgeClock(
        _ reading: ClockReading, agent: ClockState?, trust: AgentConfiguration.Clock.Trust, release: Int64,
        lastGood: Int64?, sysfs: String
    ) -> [ClockFinding] {
        var judge = ClockJudge(trust: trust, release: release, lastGood: lastGood ?? 0)
        let now = reading.wall.seconds
        let state = agent ?? judge.judge(reading)
        let hardware = (0..<4).compactMap { number in
            SystemFiles.text(of: "\(sysfs)/class/rtc/rtc\(number)/since_epoch").flatMap { Int64($0) }
        }
        // The same measure as the agent's own.
        let apart = hardware.map { abs($0 - now) }.min()
        let kept: ClockFinding =
            switch apart {
            case let seconds? where seconds <= 600: .hardwareClock
            case let seconds?: .hardwareClockApart(seconds: seconds)
            case nil: reading.isSynchronised || reading.hasTimeService ? .noHardwareClock : .nothingKeepsTime
            }
        return [.judged(state, byAgent: agent != nil, now: now), kept]
    }
}

extension Doctor.ClockFinding: Observation {
    var check: String {
        if case .judged = self { "clock.trust" } else { "clock.hardware" }
    }

    var verdict: Doctor.Verdict {
        switch self {
        case .judged(.unattended, _, _): .warning
        case .judged(let state, _, _): state.isTrusted ? .ok : .fault(.temporary)
        case .hardwareClock, .noHardwareClock: .ok
        case .hardwareClockApart, .nothingKeepsTime: .warning
        }
    }
}
