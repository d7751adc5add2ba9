internal import AgentConfiguration

/// What a baseline allows: of one slave, or of the port.
struct DriftNorm: Sendable {
    /// A share of less than one in a hundred is never called drift: retries make up for it.
    static let unimportant = 0.01

    /// What was measured of each mark: the share, and of how many.
    private let measured: [DriftMark: (share: Double, chances: Int)]

    /// Answers that begin later are late, or very late.
    let limits: [DriftMark: Duration]

    /// Takes a slave's figures.
    init(_ slave: LineBaseline.Slave) {
        let failed = Tally(bad: slave.asked - slave.answered, chances: slave.asked)
        measured = [
            .failed: (failed.share, slave.asked), .late: (0.05, slave.answered), .veryLate: (0.01, slave.answered),
        ]
        limits = [.late: Self.limit(slave.p95), .veryLate: Self.limit(slave.p99)]
    }

    /// Takes the port's figures; nil where its damaged characters were not counted.
    init?(port baseline: LineBaseline) {
        guard let errors = baseline.characterErrors else { return nil }
        let asked = baseline.slaves.reduce(0) { $0 + $1.asked }
        measured = [.noise: (Tally(bad: min(errors, asked), chances: asked).share, asked)]
        limits = [:]
    }

    /// Half as long again, and never by less than an adapter's timer and a busy machine may add.
    private static func limit(_ time: Duration) -> Duration { max(time * 3 / 2, time + .milliseconds(10)) }

    /// The share that was measured.
    func share(of mark: DriftMark) -> Double { measured[mark]?.share ?? 0 }

    /// The largest share that is no drift, of some together that were asked so often.
    ///
    /// What the measurements leave room for, weighed as they are asked now.
    static func allowed(_ mark: DriftMark, _ parts: [(norm: DriftNorm, chances: Int)]) -> Double {
        let all = Double(parts.reduce(0) { $0 + $1.chances })
        guard all > 0 else { return 1 }
        var share = 0.0
        var variance = 0.0
        for (norm, chances) in parts {
            guard let measured = norm.measured[mark], measured.chances > 0 else { return 1 }
            let weight = Double(chances) / all
            share += weight * measured.share
            variance += weight * weight / Double(measured.chances)
        }
        return max(Tally.upperBound(share: share, chances: 1 / variance), unimportant)
    }
}
