/// Cycles that were read before the time was known.
extension Spool {
    /// Keeps a cycle that was read before the time was known, and returns the number under which it is kept.
    ///
    /// It waits apart from the messages until ``date(_:)`` makes one of it. A disk that takes nothing is no failure.
    @discardableResult
    public func hold(undated payload: [UInt8], bootID: String, uptime: Duration) throws(SpoolFailure) -> Int64 {
        try check(payload, action: "keeping an undated cycle")
        lastUndatedID += 1
        heldInMemory.append(
            UndatedMessage(
                id: lastUndatedID, payload: payload, bootID: bootID,
                // As it will be after a restart.
                uptime: .microseconds(uptime.microseconds)))
        writeDown()
        var bytes = heldInMemory.reduce(0) { $0 + $1.payload.count }
        while bytes > settings.memoryBytes, let oldest = heldInMemory.first {
            bytes -= oldest.payload.count
            heldInMemory.removeFirst()
            dropped += 1
            undatedDropped += 1
        }
        return lastUndatedID
    }

    /// The cycles whose time is not known, in the order in which they were read.
    public func undated() -> [UndatedMessage] {
        let onDisk =
            read { (disk) throws(SpoolFailure) in try disk.undated(action: "reading undated cycles") } ?? []
        return onDisk + heldInMemory
    }

    /// Makes messages of undated cycles, in the given order and in one transaction; returns their sequences.
    ///
    /// Every stamp must be above the one before, and the first above ``lastStamp``; else nothing is changed. A number
    /// that is not kept any more is passed over. Where the disk takes nothing it throws and nothing is changed: the
    /// cycles stay undated, to be dated later.
    @discardableResult
    public func date(_ messages: [DatedMessage]) throws(SpoolFailure) -> [Int64] {
        let action = "dating cycles"
        var last = lastStamp
        for message in messages {
            try check(message.payload, action: action)
            if let last, message.stamp <= last {
                throw SpoolFailure(
                    .stampNotIncreasing(last: last, given: message.stamp), action: action, path: path,
                    detail: "the stamp \(message.stamp) is not above the one before, \(last)")
            }
            last = message.stamp
        }
        guard !messages.isEmpty else { return [] }
        let held = Set(heldInMemory.map(\.id))
        let (sequence, goodTime) = (lastSequence, lastGoodTime)
        let dated = write { (disk) throws(SpoolFailure) in
            try disk.date(messages, alsoHeld: held, after: sequence, goodTime: goodTime, action: action)
        }
        guard let dated else { throw reason(for: action) }
        let done = Set(messages.map(\.id))
        heldInMemory.removeAll { done.contains($0.id) }
        if let newest = dated.last {
            lastSequence = newest
            lastStamp = last
        }
        return dated
    }
}
