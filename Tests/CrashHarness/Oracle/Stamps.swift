/// Whether every stamp is the moment of its reading: each its own, growing, never in the future.
enum Stamps {
    /// How far a stamp may lie from the moment at which the meter was asked, in seconds.
    ///
    /// It is taken first and cut to whole ones, and the machine may halt between: the agents are held still while a
    /// broker is killed. It is never in the future.
    private static let tolerance: ClosedRange<Int64> = -5...0

    static func faults(_ firsts: [Arrivals.First], _ evidence: Evidence) -> [String] {
        let walls = Dictionary(evidence.cycles.map { ($0.reading, $0.wall) }) { first, _ in first }
        var faults: [String] = []
        let ordered = firsts.sorted { $0.reading < $1.reading }
        for (before, after) in zip(ordered, ordered.dropFirst()) where after.stamp <= before.stamp {
            faults.append(
                after.stamp == before.stamp
                    ? "readings \(before.reading) and \(after.reading) share the stamp \(after.stamp)"
                    : "reading \(after.reading) is stamped before reading \(before.reading)")
        }
        for first in ordered {
            if evidence.backlog.indices.contains(first.reading) {
                if evidence.backlog[first.reading] != first.stamp {
                    faults.append("reading \(first.reading) of the backlog was stamped anew: \(first.stamp)")
                }
            } else if evidence.hasTrueClock, let wall = walls[first.reading],
                !Self.tolerance.contains(first.stamp - wall)
            {
                let side = first.stamp > wall ? "in the future" : "in the past"
                faults.append("reading \(first.reading) is stamped \(abs(first.stamp - wall)) s \(side)")
            }
        }
        return faults
    }
}
