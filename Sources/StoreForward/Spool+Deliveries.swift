/// Deliveries and numbers of which the database could not be told: in mind for this life, and in a file beside it for the next.
extension Spool {
    /// Opens the notes once the database is open, and takes up what an earlier life could only note.
    func openNotes() {
        guard notes == nil, let disk else { return }
        notes = DeliveryNotes(spool: path)
        if let given = notes?.given { takeUp(given, from: disk) }
        for stretch in notes?.stretches ?? [] { takeUp(stretch, from: disk) }
        if deliveredUnwritten.isEmpty, resentUnwritten.isEmpty { clearNotes() }
    }

    /// Takes up that an earlier life gave numbers to messages that were only in memory: they are not given again.
    private func takeUp(_ given: DeliveryNotes.Given, from disk: DiskStore) {
        guard given.stamp > 0 else { return }
        lastStamp = max(lastStamp ?? given.stamp, given.stamp)
        guard given.stored <= disk.lastSequence, given.sequence > disk.lastSequence else { return }
        if memory.isEmpty, lastSequence == disk.lastSequence {
            gone = Gone(upTo: given.sequence, count: given.sequence - disk.lastSequence)
            lastSequence = given.sequence
        }
    }

    /// Takes up what still waits of a stretch; all of it may be gone, when the life ended before the notes were cleared.
    private func takeUp(_ stretch: DeliveryNotes.Stretch, from disk: DiskStore) {
        let ends = [(stretch.first, stretch.firstStamp), (stretch.last, stretch.lastStamp)]
        let found = ends.compactMap { sequence, stamp in head(sequence, in: disk).map { $0.stamp == stamp } }
        // Another database has others under these numbers: one that was put back, or made anew.
        guard found.contains(true), !found.contains(false) else { return }
        var sequence = stretch.first
        while sequence <= min(stretch.last, disk.lastSequence) {
            keepInMind(sequence, in: disk)
            sequence += 1
        }
    }

    /// Keeps in mind that messages need not be offered again although they are on disk, and notes it for the next life.
    func rememberDelivered(_ sequences: [Int64]) {
        let before = deliveredUnwritten.count + resentUnwritten.count
        for sequence in sequences {
            guard let disk else {
                deliveredUnwritten.insert(sequence)
                continue
            }
            keepInMind(sequence, in: disk)
        }
        guard deliveredUnwritten.count + resentUnwritten.count > before else { return }
        writeNotes()
        schedule()
    }

    private func keepInMind(_ sequence: Int64, in disk: DiskStore) {
        do throws(SpoolFailure) {
            switch try disk.file.head(sequence, action: "removing delivered messages")?.state {
            case .waiting, .refused: deliveredUnwritten.insert(sequence)
            case .wanted: resentUnwritten.insert(sequence)
            case .delivered, .damaged, nil: break
            }
        } catch {
            deliveredUnwritten.insert(sequence)
        }
    }

    private func writeNotes() {
        guard let disk, let notes, !isFailing else { return }
        let ranges = deliveredUnwritten.ranges + resentUnwritten.ranges
        // Where the disk takes not even this, a kill sends again what was delivered since.
        notes.write(
            ranges.compactMap { range in
                guard let first = head(range.lowerBound, in: disk), let last = head(range.upperBound, in: disk)
                else { return nil }
                return DeliveryNotes.Stretch(
                    first: first.sequence, last: last.sequence, firstStamp: first.stamp, lastStamp: last.stamp)
            },
            given: notes.given)
    }

    /// Notes the last numbers where the disk did not take their message, before anybody can send it.
    func noteNumbers() {
        guard case .inMemory = condition, let disk, let notes, !isFailing, let lastStamp,
            lastStamp > notes.given.stamp || lastSequence > notes.given.sequence
        else { return }
        notes.write(
            notes.stretches,
            given: DeliveryNotes.Given(sequence: lastSequence, stamp: lastStamp, stored: disk.lastSequence))
    }

    /// Tells the database of numbers that an earlier life gave and nobody can say the fate of.
    func writeGone(to disk: DiskStore) throws(SpoolFailure) {
        guard let gone else { return }
        try disk.giveUp(gone, stamp: lastStamp, action: "noting sequences that are gone")
        self.gone = nil
    }

    /// Whether the disk may take half a minute to refuse: it is asked when it is its turn, and not more.
    private var isFailing: Bool {
        if case .inMemory(_, let reason) = condition { reason.kind == .ioError } else { false }
    }

    /// Tells the database what it could not be told, and clears the notes.
    func writeDeliveries(to disk: DiskStore) throws(SpoolFailure) {
        guard !deliveredUnwritten.isEmpty || !resentUnwritten.isEmpty else { return }
        let sequences = deliveredUnwritten.sequences + resentUnwritten.sequences
        try disk.deliver(sequences, action: "removing delivered messages")
        deliveredUnwritten.removeAll()
        resentUnwritten.removeAll()
        clearNotes()
    }

    private func clearNotes() {
        guard let notes, !notes.stretches.isEmpty else { return }
        notes.write([], given: notes.given)
    }

    private func head(_ sequence: Int64, in disk: DiskStore) -> SpoolFile.Head? {
        try? disk.file.head(sequence, action: "looking for a delivered message")
    }
}
