internal import AgentConfiguration
internal import ModbusKit
internal import ModbusModel
internal import SerialPorts

/// Holds what one line does against what was measured when it was installed.
///
/// Pure: time comes in with each cycle. It is forgotten with the process, so that a restart begins without a suspicion.
struct LineDrift: Sendable {
    /// What one cycle brought.
    struct Cycle: Sendable {
        /// What became of the requests, slave by slave in the order of the configuration.
        var outcomes: [[ExchangeOutcome]]
        /// Requests to all slaves.
        var requests: Int
        /// Characters that the kernel counted as damaged; nil where the port does not count.
        var characterErrors: Int?
    }

    /// An alarm that was raised or cleared.
    struct Change: Sendable, Hashable {
        let drift: Drift
        let isRaised: Bool
        /// What was counted and what would have been allowed.
        let finding: DriftWatch.Finding
        /// The share that was measured; of a line, nil.
        let measured: Double?
        /// Behind what an answer counts as late; nil where that is not the point, and of a line.
        let limit: Duration?
    }

    /// Requests without any answer in a row that are an outage: that has an alarm of its own, and is no loss.
    static let outage = 3

    /// The fewest requests of a look.
    static let enough = 50

    private struct Member {
        /// The slave's place in the configuration.
        let index: Int
        let address: SlaveAddress
        let norm: DriftNorm
        var watches: [DriftWatch]
        var sighting = Sighting()
        var since: ContinuousClock.Instant?
        /// Requests in a row that have not been answered yet.
        var unanswered = 0
    }

    private let window: Duration
    private var members: [Member]
    private var together: [DriftWatch]
    private var noise: DriftWatch?
    private let portNorm: DriftNorm?
    /// What was counted for the line since its last look, slave by slave.
    private var sightings: [Sighting]
    private var port = Sighting()
    private var since: ContinuousClock.Instant?

    /// Watches those slaves of a line that its baseline knows.
    init(_ baseline: LineBaseline, slaves: [SlaveAddress], window: Duration) {
        self.window = window
        members = slaves.enumerated().compactMap { index, address in
            guard baseline.knows(address), let slave = baseline.slave(address) else { return nil }
            let norm = DriftNorm(slave)
            return Member(
                index: index, address: address, norm: norm,
                watches: [.loss, .slow].map { DriftWatch($0, [norm]) })
        }
        let norms = members.map(\.norm)
        together = norms.count > 1 ? [.loss, .slow].map { DriftWatch($0, norms) } : []
        portNorm = DriftNorm(port: baseline)
        noise = portNorm.map { DriftWatch(.noise, [$0]) }
        sightings = norms.map { _ in Sighting() }
    }

    /// What has become worse, the line first and then slave by slave.
    var drifts: [Drift] {
        let line = (together + [noise].compactMap(\.self)).filter(\.isRaised).map { Drift(kind: $0.kind, slave: nil) }
        return line
            + members.flatMap { member in
                member.watches.filter(\.isRaised).map { Drift(kind: $0.kind, slave: member.address) }
            }
    }

    /// Takes what a cycle brought, and gives back what it has changed.
    mutating func note(_ cycle: Cycle, at now: ContinuousClock.Instant) -> [Change] {
        for place in members.indices where members[place].index < cycle.outcomes.count {
            for outcome in cycle.outcomes[members[place].index] { count(outcome, of: place) }
        }
        if let errors = cycle.characterErrors {
            // One disturbance damages many characters: what counts is how many requests it can have concerned.
            port[.noise] = port[.noise] + Tally(bad: min(errors, cycle.requests), chances: cycle.requests)
        }
        return lookAtLine(now) + lookAtSlaves(now)
    }

    private mutating func count(_ outcome: ExchangeOutcome, of place: Int) {
        if outcome == .lost {
            members[place].unanswered += 1
            return
        }
        var seen = Sighting()
        if members[place].unanswered < Self.outage {
            for _ in 0..<members[place].unanswered { seen[.failed].count(true) }
        }
        members[place].unanswered = 0
        seen[.failed].count(outcome == .broken)
        if case .answered(let time) = outcome {
            for mark in [DriftMark.late, .veryLate] {
                seen[mark].count(members[place].norm.limits[mark].map { time > $0 } ?? false)
            }
        }
        members[place].sighting = members[place].sighting + seen
        sightings[place] = sightings[place] + seen
    }

    private func isDue(_ since: ContinuousClock.Instant, _ now: ContinuousClock.Instant, requests: Int) -> Bool {
        requests >= Self.enough && since.duration(to: now) >= window
    }

    private mutating func lookAtLine(_ now: ContinuousClock.Instant) -> [Change] {
        let began = since ?? now
        since = began
        let requests = max(sightings.reduce(0) { $0 + $1.requests }, port[.noise].chances)
        guard isDue(began, now, requests: requests) else { return [] }
        defer {
            since = now
            port = Sighting()
            for place in sightings.indices { sightings[place] = Sighting() }
        }
        var changes: [Change] = []
        if port[.noise].chances > 0, let finding = noise?.note([port]) {
            let measured = portNorm?.share(of: .noise)
            changes.append(change(Drift(kind: .noise, slave: nil), noise?.isRaised, finding, measured))
        }
        for (number, watch) in together.enumerated() {
            let own = members.indices.filter { place in
                members[place].watches.contains { $0.kind == watch.kind && $0.isRaised }
            }
            guard let finding = together[number].note(sightings, without: Set(own)) else { continue }
            changes.append(change(Drift(kind: watch.kind, slave: nil), together[number].isRaised, finding, nil))
            // What the line's alarm was about is not said again of each slave, neither while it stands nor afterwards.
            for place in members.indices where !own.contains(place) { members[place].watches[number].forget() }
        }
        return changes
    }

    private mutating func lookAtSlaves(_ now: ContinuousClock.Instant) -> [Change] {
        var changes: [Change] = []
        for place in members.indices {
            let began = members[place].since ?? now
            members[place].since = began
            let look = members[place].sighting
            guard isDue(began, now, requests: look.requests) else { continue }
            members[place].since = now
            members[place].sighting = Sighting()
            for number in members[place].watches.indices {
                let isCovered = together.indices.contains(number) && together[number].isRaised
                if isCovered, !members[place].watches[number].isRaised { continue }
                guard let finding = members[place].watches[number].note([look]) else { continue }
                let watch = members[place].watches[number]
                let norm = members[place].norm
                // What was this slave's shall not count for the line now that it is well.
                if !watch.isRaised, together.indices.contains(number) { together[number].forget() }
                changes.append(
                    change(
                        Drift(kind: watch.kind, slave: members[place].address), watch.isRaised, finding,
                        norm.share(of: finding.mark), norm.limits[finding.mark]))
            }
        }
        return changes
    }

    private func change(
        _ drift: Drift, _ isRaised: Bool?, _ finding: DriftWatch.Finding, _ measured: Double?, _ limit: Duration? = nil
    ) -> Change {
        Change(drift: drift, isRaised: isRaised ?? false, finding: finding, measured: measured, limit: limit)
    }
}

extension LineDrift.Cycle {
    /// Takes what a cycle's report says.
    init(_ report: CycleReport) {
        self.init(
            outcomes: report.slaves.map(\.outcomes), requests: report.requests,
            characterErrors: report.portErrors.map { $0.framing + $0.parity })
    }
}
