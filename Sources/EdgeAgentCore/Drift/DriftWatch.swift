/// Raises and clears the alarm of one kind, for one slave, for the port, or for several slaves together.
///
/// It is given looks: what was counted in a stretch of time, and in at least fifty requests. It knows no clock.
struct DriftWatch: Sendable {
    /// Looks in a row that have to agree before anything changes.
    static let agreement = 3

    /// Over how many looks the counts are added up: the few show a great change soon, the many a small one at all.
    static let lengths = [4, 16, 64]

    /// The evidence that raises: a chance of 1 in 100 million, at each look and length.
    static let raising = 18.42

    /// The evidence that clears: a chance of 1 in 1000.
    static let clearing = 6.91

    /// What made a change: the mark, what was counted, and what would have been allowed.
    struct Finding: Sendable, Hashable {
        let mark: DriftMark
        let seen: Tally
        let allowed: Double
    }

    let kind: DriftKind
    private let norms: [DriftNorm]
    private var looks: [[Sighting]] = []
    private var streak = 0

    /// Whether the alarm is raised.
    private(set) var isRaised = false

    /// Watches those that have these norms; of several, the worst is left out, which is not yet all of them.
    init(_ kind: DriftKind, _ norms: [DriftNorm]) {
        self.kind = kind
        self.norms = norms
    }

    /// Begins anew; the alarm stays as it is.
    mutating func forget() {
        looks = []
        streak = 0
    }

    /// Takes a look, one sighting for each norm; gives back what changed the alarm, or nil.
    ///
    /// - Parameter excluded: Those that have an alarm of their own.
    mutating func note(_ look: [Sighting], without excluded: Set<Int> = []) -> Finding? {
        if looks.count == Self.lengths.last { looks.removeFirst() }
        looks.append(look)
        guard let finding = isRaised ? recovery(excluded) : worsening(excluded) else {
            streak = 0
            return nil
        }
        streak += 1
        guard streak >= Self.agreement else { return nil }
        forget()
        isRaised.toggle()
        return finding
    }

    /// The first mark that is worse than allowed.
    private func worsening(_ excluded: Set<Int>) -> Finding? {
        for mark in DriftMark.of(kind) {
            if let finding = worse(mark, excluded) { return finding }
        }
        return nil
    }

    /// That all marks are well; nil as long as one may not be.
    private func recovery(_ excluded: Set<Int>) -> Finding? {
        var first: Finding?
        for mark in DriftMark.of(kind) {
            guard let finding = wellness(of: mark, excluded) else { return nil }
            first = first ?? finding
        }
        return first
    }

    /// Why a mark is worse than allowed; the last look has to say so by itself, so that one bad hour is one look.
    private func worse(_ mark: DriftMark, _ excluded: Set<Int>) -> Finding? {
        guard let last = finding(mark, over: 1, excluded), last.seen.share > last.allowed else { return nil }
        return lengths.compactMap { finding(mark, over: $0, excluded) }
            .map { (finding: $0, evidence: $0.seen.evidence(above: $0.allowed)) }
            .filter { $0.evidence >= Self.raising }
            .max { $0.evidence < $1.evidence }?.finding
    }

    /// That a mark is within what is allowed; nil where that is not sure.
    private func wellness(of mark: DriftMark, _ excluded: Set<Int>) -> Finding? {
        guard let last = finding(mark, over: 1, excluded), last.seen.share <= last.allowed else { return nil }
        return lengths.compactMap { finding(mark, over: $0, excluded) }
            .first { $0.seen.evidence(below: $0.allowed) >= Self.clearing }
    }

    private var lengths: [Int] {
        let shorter = Self.lengths.filter { $0 < looks.count }
        return shorter + [min(looks.count, Self.lengths.last ?? looks.count)]
    }

    /// The sum of the last looks; nil where nothing was counted.
    private func finding(_ mark: DriftMark, over length: Int, _ excluded: Set<Int>) -> Finding? {
        var parts = norms.indices.filter { !excluded.contains($0) }.map { index in
            (norm: norms[index], seen: looks.suffix(length).reduce(Tally()) { $0 + $1[index][mark] })
        }.filter { $0.seen.chances > 0 }
        if norms.count > 1 {
            func excess(_ part: (norm: DriftNorm, seen: Tally)) -> Double {
                Double(part.seen.bad) - part.norm.share(of: mark) * Double(part.seen.chances)
            }
            guard let worst = parts.indices.max(by: { excess(parts[$0]) < excess(parts[$1]) }) else { return nil }
            parts.remove(at: worst)
        }
        guard !parts.isEmpty else { return nil }
        let seen = parts.reduce(Tally()) { $0 + $1.seen }
        return Finding(
            mark: mark, seen: seen, allowed: DriftNorm.allowed(mark, parts.map { ($0.norm, $0.seen.chances) }))
    }
}
