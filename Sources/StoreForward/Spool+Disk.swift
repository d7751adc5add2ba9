import Glibc

/// How the spool goes on where the disk does not.
extension Spool {
    static let shortestRetry = Duration.seconds(1)
    static let longestRetry = Duration.seconds(30)
    /// Numbers that are given out before the disk was ever there begin here, far from every real one.
    static let provisional: Int64 = 1 << 40

    // MARK: - Opening

    /// Takes the lock and opens the file; numbers that were given out meanwhile follow those on disk.
    func openDisk() throws(SpoolFailure) {
        let action = "opening the spool"
        var isNew = false
        if lock == nil {
            let taken = try SpoolLock(spool: path, action: action)
            isNew = taken.isNew
            lock = taken
        }
        do throws(SpoolFailure) {
            let opened = try DiskStore.open(
                path, settings: settings, bootID: bootID, wasUsed: !isNew, action: action)
            adopt(opened.store)
            if let repair = opened.repair { repairs.append(repair) }
            openNotes()
        } catch {
            if isNew { lock?.withdraw() }
            lock = nil
            throw error
        }
    }

    private func adopt(_ store: DiskStore) {
        let last = store.lastSequence
        if lastSequence >= Self.provisional {
            shift = last - Self.provisional
            memory.renumber(by: shift)
            lastSequence += shift
            hasRestarted = memory.count > 0
        } else {
            lastSequence = max(lastSequence, last)
        }
        disk = store
        if let stamp = store.stock.highestStamp { lastStamp = max(lastStamp ?? stamp, stamp) }
        if let time = store.stock.goodTime { lastGoodTime = max(lastGoodTime ?? time, time) }
        let undated = try? store.undated(action: "reading undated cycles")
        lastUndatedID = max(lastUndatedID, undated?.last?.id ?? 0)
    }

    /// The number under which a message is known now.
    func resolve(_ sequence: Int64) -> Int64 {
        sequence > Self.provisional ? sequence + shift : sequence
    }

    // MARK: - Using the disk, or not

    /// Changes something on disk; nil where the disk takes nothing, which is then known as ``condition``.
    @discardableResult
    func write<Value>(_ body: (DiskStore) throws(SpoolFailure) -> Value) -> Value? {
        if let nextAttempt, ContinuousClock.now < nextAttempt { return nil }
        let value = attempt(body)
        guard value != nil else { return nil }
        if condition != .storing { notes?.allocate() }
        condition = .storing
        nextAttempt = nil
        retryDelay = Self.shortestRetry
        return value
    }

    /// Reads something from disk; nil where that cannot be.
    func read<Value>(_ body: (DiskStore) throws(SpoolFailure) -> Value) -> Value? {
        disk == nil ? nil : attempt(body)
    }

    private func attempt<Value>(_ body: (DiskStore) throws(SpoolFailure) -> Value) -> Value? {
        guard !isClosed else { return nil }
        do throws(SpoolFailure) {
            if disk == nil { try openDisk() }
            guard let disk else { return nil }
            do throws(SpoolFailure) {
                return try body(disk)
            } catch {
                guard error.isDamage else { throw error }
                try repair(because: error)
                guard let disk = self.disk else { return nil }
                return try body(disk)
            }
        } catch {
            note(error)
            return nil
        }
    }

    /// Puts the file aside while the spool is in use.
    ///
    /// What was counted stays counted.
    private func repair(because failure: SpoolFailure) throws(SpoolFailure) {
        guard let known = disk?.stock else { return }
        disk?.file.database.keepLogOnClose()
        // The connection must be gone before the file is.
        disk = nil
        let salvaged = try DiskStore.salvaged(
            path, known: known, because: failure.detail, settings, bootID, "salvaging the spool")
        adopt(salvaged.store)
        if let repair = salvaged.repair { repairs.append(repair) }
    }

    /// Notes that the disk takes nothing, and when to try again.
    func note(_ failure: SpoolFailure) {
        if case .inMemory(let since, _) = condition {
            condition = .inMemory(since: since, reason: failure)
        } else {
            condition = .inMemory(since: wallClock(), reason: failure)
        }
        nextAttempt = ContinuousClock.now + retryDelay
        retryDelay = min(retryDelay * 2, Self.longestRetry)
        schedule()
    }

    /// Why the disk takes nothing, for a caller who has to be told.
    func reason(for action: String) -> SpoolFailure {
        if case .inMemory(_, let reason) = condition { return reason }
        return SpoolFailure(.closed, action: action, path: path, detail: "the spool is closed")
    }

    // MARK: - Memory

    /// Takes a message over under the next number; it has to be on disk when the durability says so.
    func accept(_ payload: [UInt8], stamp: Int64) {
        let message = NewMessage(sequence: lastSequence + 1, stamp: stamp, payload: payload)
        lastSequence += 1
        lastStamp = stamp
        if disk?.mayGive(message.sequence) == false {
            // Where the number cannot be reserved the message stays in memory, and the condition says why.
            let settled = (memory.entries.first?.message.sequence ?? message.sequence) - 1
            write { (disk) throws(SpoolFailure) in
                try writeGone(to: disk)
                try disk.reserve(
                    from: message.sequence, settled: settled, stamp: stamp, action: "reserving sequences")
            }
        }
        var due = ContinuousClock.now
        if case .offlineOnly(let delay) = settings.durability { due += delay }
        memory.append(NewMessage(sequence: lastSequence, stamp: stamp, payload: payload), due: due)
    }

    /// Writes down what has to be on disk by now, or everything.
    func writeDown(all: Bool = false) {
        let isFull = memory.bytes > settings.memoryBytes
        let messages = memory.due(by: all || isFull ? nil : .now)
        if !messages.isEmpty || hasUnwrittenNotes { flush(messages) }
        // The messages of `offlineOnly` that are not due yet are in memory on a disk that is well.
        noteNumbers()
        let excess = memory.shrink(to: settings.memoryBytes)
        dropped += excess
        schedule()
    }

    private var hasUnwrittenNotes: Bool {
        !deliveredUnwritten.isEmpty || !resentUnwritten.isEmpty || !heldInMemory.isEmpty || gone != nil
    }

    private func flush(_ messages: [NewMessage]) {
        let before = shift
        write { (disk) throws(SpoolFailure) in
            try flushSide(to: disk)
            // Opening the disk just now may have given the messages other numbers.
            let raise = shift - before
            let messages = raise == 0 ? messages : messages.map { $0.raised(by: raise) }
            guard !messages.isEmpty else { return }
            try disk.store(messages, now: wallClock(), goodTime: lastGoodTime, action: "appending a message")
            memory.removeFirst(messages.count)
        }
    }

    /// Writes down, each by itself, what was noted while the disk took nothing.
    private func flushSide(to disk: DiskStore) throws(SpoolFailure) {
        try writeGone(to: disk)
        try writeDeliveries(to: disk)
        while let message = heldInMemory.first {
            try disk.hold(message, action: "keeping an undated cycle")
            heldInMemory.removeFirst()
        }
        disk.count(.dropped, dropped)
        disk.count(.undatedLost, undatedDropped)
        (dropped, undatedDropped) = (0, 0)
    }

    /// The messages on disk above a sequence, but those that the broker has taken meanwhile.
    func stored(
        _ count: Int, after sequence: Int64, but taken: SequenceSet,
        _ body: (DiskStore, _ count: Int, _ after: Int64) throws(SpoolFailure) -> [StoredMessage]
    ) -> [StoredMessage] {
        var found: [StoredMessage] = []
        var after = sequence
        while found.count < count {
            let wanted = count - found.count
            let messages = read { (disk) throws(SpoolFailure) in try body(disk, wanted, after) } ?? []
            found += messages.filter { !taken.contains($0.sequence) }
            guard messages.count == wanted, let last = messages.last else { break }
            after = last.sequence
        }
        return found
    }

    /// Looks whether another program has written, and takes in what it brought.
    func attendToOthers() {
        guard let disk, nextAttempt == nil else { return }
        let last = lastSequence
        let taken = read { (disk) throws(SpoolFailure) in
            try disk.refresh(action: "looking for changes")
            return try disk.takeIn(after: last, action: "taking in messages")
        }
        guard let taken, taken > 0 else { return }
        lastSequence += Int64(taken)
        disk.hasChangedOutside = true
        if let stamp = disk.stock.highestStamp { lastStamp = max(lastStamp ?? stamp, stamp) }
    }

    // MARK: - Waiting

    /// Sees to it that somebody comes when the next message has to be on disk, or the disk is to be tried again.
    func schedule() {
        timer?.cancel()
        timer = nil
        guard !isClosed else { return }
        let isWaiting = !memory.isEmpty || hasUnwrittenNotes || disk == nil
        guard isWaiting, let next = nextAttempt ?? memory.nextDue else { return }
        timer = Task { [weak self] in
            try? await Task.sleep(until: next, clock: .continuous)
            guard !Task.isCancelled else { return }
            await self?.comeBack()
        }
    }

    private func comeBack() {
        guard !isClosed else { return }
        if disk == nil { write { _ in } }
        writeDown()
    }
}
