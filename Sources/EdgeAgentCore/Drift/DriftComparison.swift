public import AgentConfiguration
public import ModbusModel

/// One measurement of a line held against an earlier one, at once.
public struct DriftComparison: Sendable {
    /// What was measured now of one slave.
    public struct Measured: Sendable {
        let slave: SlaveAddress
        let asked: Int
        let answered: Int
        let times: [Duration]

        /// - Parameter times: How long the answers took to begin.
        public init(slave: SlaveAddress, asked: Int, answered: Int, times: [Duration]) {
            self.slave = slave
            self.asked = asked
            self.answered = answered
            self.times = times
        }
    }

    /// One thing that has become worse, in figures.
    public struct Finding: Sendable {
        /// What and where.
        public let drift: Drift
        /// How often it was so now.
        public let bad: Int
        /// Among how many.
        public let chances: Int
        /// The largest share that would have been no drift.
        public let allowed: Double
        /// Behind what an answer counts as late; nil where that is not the point.
        public let limit: Duration?
    }

    /// What has become worse; empty for nothing.
    public let findings: [Finding]

    /// The slaves of which the earlier measurement says nothing.
    public let unknown: [SlaveAddress]

    /// The evidence that it takes: a chance of 1 in 10 000 for each figure, since this is one look and not a year of them.
    static let enough = 9.21

    /// Compares two measurements of one line.
    public init(_ now: [Measured], characterErrors: Int?, against baseline: LineBaseline) {
        var findings: [Finding] = []
        var parts: [(norm: DriftNorm, sighting: Sighting)] = []
        func look(_ kind: DriftKind, _ slave: SlaveAddress?, _ parts: [(norm: DriftNorm, sighting: Sighting)]) {
            let worst = DriftMark.of(kind).map { mark in
                let seen = parts.reduce(Tally()) { $0 + $1.sighting[mark] }
                let allowed = DriftNorm.allowed(mark, parts.map { ($0.norm, $0.sighting[mark].chances) })
                return (mark: mark, seen: seen, allowed: allowed, evidence: seen.evidence(above: allowed))
            }.max { $0.evidence < $1.evidence }
            guard let worst, worst.evidence >= Self.enough else { return }
            findings.append(
                Finding(
                    drift: Drift(kind: kind, slave: slave), bad: worst.seen.bad, chances: worst.seen.chances,
                    allowed: worst.allowed, limit: slave == nil ? nil : parts.first?.norm.limits[worst.mark]))
        }
        for slave in now {
            guard baseline.knows(slave.slave), let known = baseline.slave(slave.slave) else { continue }
            let norm = DriftNorm(known)
            var sighting = Sighting()
            sighting[.failed] = Tally(bad: slave.asked - slave.answered, chances: slave.asked)
            for mark in [DriftMark.late, .veryLate] {
                let limit = norm.limits[mark] ?? .zero
                sighting[mark] = Tally(bad: slave.times.count { $0 > limit }, chances: slave.times.count)
            }
            parts.append((norm, sighting))
            for kind in [DriftKind.loss, .slow] { look(kind, slave.slave, [(norm, sighting)]) }
        }
        if parts.count > 1 {
            for kind in [DriftKind.loss, .slow] where !findings.contains(where: { $0.drift.kind == kind }) {
                look(kind, nil, parts)
            }
        }
        if let characterErrors, let norm = DriftNorm(port: baseline) {
            let asked = now.reduce(0) { $0 + $1.asked }
            var sighting = Sighting()
            sighting[.noise] = Tally(bad: min(characterErrors, asked), chances: asked)
            look(.noise, nil, [(norm, sighting)])
        }
        self.findings = findings
        unknown = now.map(\.slave).filter { !baseline.knows($0) }
    }
}
