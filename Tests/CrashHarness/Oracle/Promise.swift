/// Which readings have to arrive: the backlog, and every cycle that is known to have been stored.
///
/// An agent begins a cycle when the one before it is on disk. So each answer is promised that another one followed in
/// the same life. The last one of a life is promised if it was in the spool after the kill.
struct Promise {
    /// What has to arrive.
    private(set) var readings: Set<Int>
    /// What was in the spool when the last life was over.
    let kept: Set<Int>
    /// Answers that were given while the disk had no room, and were not stored.
    private(set) var neverStored = 0

    init(_ evidence: Evidence) {
        readings = Set(evidence.backlog.indices)
        kept = evidence.lives.last?.stored ?? []
        var cycles = evidence.cycles[...]
        for life in evidence.lives {
            let own = cycles.prefix { $0.moment < life.span.upperBound }
            cycles = cycles.dropFirst(own.count)
            readings.formUnion(life.stored)
            for (index, cycle) in zip(own.indices, own) where !life.stored.contains(cycle.reading) {
                let next = index + 1 < own.endIndex ? own[index + 1].moment : life.span.upperBound
                if life.withoutDisk.contains(where: { $0.overlaps(cycle.moment..<max(next, cycle.moment + 1)) }) {
                    neverStored += 1
                } else if index + 1 < own.endIndex || life.endedWell {
                    readings.insert(cycle.reading)
                }
            }
        }
    }

    /// Where a lost reading was seen last.
    func story(of reading: Int, in evidence: Evidence) -> String {
        guard reading >= evidence.backlog.count else { return "reading \(reading), of the backlog" }
        let lives = evidence.lives.indices.filter { evidence.lives[$0].stored.contains(reading) }
        guard let last = lives.last else {
            return "reading \(reading), which was answered and followed by another in the same life"
        }
        return "reading \(reading), last seen in the spool at the end of life \(last + 1) of \(evidence.lives.count)"
    }
}
