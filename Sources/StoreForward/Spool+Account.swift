extension Spool {
    /// Does several things in one go, so that the spool's thread is woken once for all of them.
    public func together<Value: Sendable, Failure: Error>(
        _ body: @Sendable (isolated Spool) throws(Failure) -> Value
    ) throws(Failure) -> Value { try body(self) }

    /// What became of every message.
    public var ledger: Ledger {
        let stock = disk?.stock ?? Stock()
        var ledger = Ledger(stock)
        let numbers = lastSequence >= Self.provisional ? lastSequence - Self.provisional : lastSequence
        ledger.waiting += memory.count - deliveredUnwritten.count
        ledger.undated += heldInMemory.count
        ledger.resent.delivered += resentUnwritten.count
        ledger.resent.waiting -= resentUnwritten.count
        ledger.dropped += dropped
        ledger.unknown += Int(gone?.count ?? 0)
        for entry in memory.entries {
            if let reason = entry.message.refusal { ledger.refused[reason, default: 0] += 1 }
        }
        ledger.accept(sequences: numbers, undatedLost: Int(stock.counters[.undatedLost]) + undatedDropped, stock)
        return ledger
    }

    /// What the spool holds and has done; it costs the reading of one row.
    public func statistics() -> SpoolStatistics {
        let ledger = ledger
        return SpoolStatistics(
            messages: ledger.waiting,
            payloadBytes: (disk?.stock.payloadBytes ?? 0) + memory.bytes,
            estimatedBytes: disk?.stock.estimatedBytes ?? 0,
            fileBytes: disk?.file.bytesOnDisk ?? 0,
            inMemory: memory.count,
            oldestStamp: oldest(1).first?.stamp,
            evicted: ledger.evicted.total
        )
    }

    func check(_ payload: [UInt8], action: String) throws(SpoolFailure) {
        guard !isClosed else {
            throw SpoolFailure(.closed, action: action, path: path, detail: "the spool is closed")
        }
        let cost = Self.estimatedBytes(payload: payload.count, pageSize: disk?.stock.pageSize ?? SpoolSchema.pageSize)
        guard !payload.isEmpty, cost <= settings.maxBytes else {
            throw SpoolFailure(
                .payloadSize(bytes: payload.count), action: action, path: path,
                detail: "a payload of \(payload.count) bytes (\(cost) on disk, the spool may hold \(settings.maxBytes))"
            )
        }
    }

    func check(_ stamp: Int64, action: String) throws(SpoolFailure) {
        guard let lastStamp, stamp <= lastStamp else { return }
        throw SpoolFailure(
            .stampNotIncreasing(last: lastStamp, given: stamp), action: action, path: path,
            detail: "the stamp \(stamp) is not above the last one, \(lastStamp)")
    }
}

extension Ledger {
    /// What the file says; the sum does not yet hold.
    init(_ stock: Stock) {
        self.init()
        waiting = stock.waiting + stock.inbox
        undated = stock.undated
        evicted.size = Int(stock.counters[.evictedSize])
        evicted.age = Int(stock.counters[.evictedAge])
        evicted.disk = Int(stock.counters[.evictedDisk])
        damaged = Int(stock.counters[.damaged])
        dropped = Int(stock.counters[.dropped])
        unknown = Int(stock.counters[.unknown])
        refused = stock.refused
        kept = stock.kept + stock.wanted
        resent.requested = Int(stock.counters[.resentRequested])
        resent.delivered = Int(stock.counters[.resentDelivered])
        resent.waiting = stock.wanted
    }

    /// Completes the sum: sequences are given out one after the other, so that what is in no other place was delivered.
    mutating func accept(sequences: Int64, undatedLost: Int, _ stock: Stock) {
        accepted = Int(sequences) + undated + stock.inbox + undatedLost
        delivered = accepted - waiting - undated - evicted.total - damaged - dropped - unknown
    }
}
