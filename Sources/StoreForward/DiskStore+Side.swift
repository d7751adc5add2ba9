/// What has no sequence yet: cycles without a time, and what another program put in.
extension DiskStore {
    /// Keeps a cycle whose time is not known.
    func hold(_ message: UndatedMessage, action: String) throws(SpoolFailure) {
        let limit = roomLimit(action: action)
        try change(action) { (stock) throws(SpoolFailure) in
            let cost = Spool.estimatedBytes(payload: message.payload.count, pageSize: stock.pageSize)
            try makeRoom(for: cost, limit: limit, in: &stock, action: action)
            try file.insert(message, action: action)
            stock.addUndated(payload: message.payload.count)
        }
    }

    /// The cycles whose time is not known; those that are damaged are dropped and counted.
    func undated(action: String) throws(SpoolFailure) -> [UndatedMessage] {
        guard stock.undated > 0 else { return [] }
        let found = try file.undated(action: action)
        if !found.damaged.isEmpty {
            try change(action) { (stock) throws(SpoolFailure) in
                for id in found.damaged {
                    try forgetUndated(id, cause: .damaged, in: &stock, action: action)
                }
            }
        }
        return found.messages
    }

    /// Makes messages of undated cycles in one transaction; gives back the last number that was used.
    ///
    /// What is not kept any more is passed over, and `held` in memory is taken as if it were on disk.
    func date(
        _ messages: [DatedMessage], alsoHeld held: Set<Int64>, after last: Int64, goodTime: Int64?, action: String
    ) throws(SpoolFailure) -> [Int64] {
        try change(action) { (stock) throws(SpoolFailure) in
            var sequences: [Int64] = []
            for message in messages {
                if let bytes = try file.deleteUndated(message.id, action: action) {
                    stock.takeUndated(payload: bytes)
                } else if !held.contains(message.id) {
                    continue
                }
                let sequence = last + Int64(sequences.count) + 1
                var row = MessageRow(sequence: sequence, stamp: message.stamp, payload: message.payload)
                row.lag = goodTime.map { message.stamp - $0 }
                try insert(row, into: &stock, action: action)
                sequences.append(sequence)
            }
            return sequences
        }
    }

    /// Lets the oldest undated cycle go; false where there is none.
    func dropUndated(
        cause: Counters.Column, from stock: inout Stock, action: String
    ) throws(SpoolFailure) -> Bool {
        guard stock.undated > 0,
            let id = try file.database.integer("SELECT min(id) FROM undated", action: action)
        else { return false }
        try forgetUndated(id, cause: cause, in: &stock, action: action)
        return true
    }

    private func forgetUndated(
        _ id: Int64, cause: Counters.Column, in stock: inout Stock, action: String
    ) throws(SpoolFailure) {
        guard let bytes = try file.deleteUndated(id, action: action) else { return }
        stock.takeUndated(payload: bytes)
        stock.counters[cause] += 1
        stock.counters[.undatedLost] += 1
    }

    /// Gives sequences to what another program put in, oldest stamp first; returns how many.
    func takeIn(after last: Int64, action: String) throws(SpoolFailure) -> Int {
        guard stock.inbox > 0 else { return 0 }
        return try change(action) { (stock) throws(SpoolFailure) in
            var count: Int64 = 0
            for arrival in try file.inbox(count: 1_000, action: action) {
                try file.deleteFromInbox(arrival.id, action: action)
                stock.takeFromInbox(payload: arrival.payload.count)
                // What was damaged in the inbox was never accepted: whoever put it in has it still.
                guard arrival.isIntact else { continue }
                count += 1
                let row = MessageRow(sequence: last + count, stamp: arrival.stamp, payload: arrival.payload)
                try insert(row, into: &stock, action: action)
            }
            return Int(count)
        }
    }

    /// Puts in what another program brings, for the owner to take in.
    func putIntoInbox(
        _ messages: [(stamp: Int64, payload: [UInt8])], action: String
    ) throws(SpoolFailure) -> SpoolVisit.ImportResult {
        try change(action) { (stock) throws(SpoolFailure) in
            var result = SpoolVisit.ImportResult()
            var known = try file.stamps(action: action)
            for message in messages {
                guard known.insert(message.stamp).inserted else {
                    result.duplicates += 1
                    continue
                }
                guard !message.payload.isEmpty else {
                    throw SpoolFailure(
                        .payloadSize(bytes: 0), action: action, path: file.path, detail: "an empty payload")
                }
                try file.putIntoInbox(stamp: message.stamp, payload: message.payload, action: action)
                stock.addToInbox(payload: message.payload.count)
                result.taken += 1
            }
            guard result.taken == 0 || stock.estimatedBytes <= settings.maxBytes else {
                throw SpoolFailure(
                    .noRoom, action: action, path: file.path,
                    detail: "with them the spool would hold \(stock.estimatedBytes) bytes of \(settings.maxBytes)")
            }
            return result
        }
    }

    /// Whether the path still names the file that is open.
    var isSameFile: Bool { FileStatus(file.path).inode == inode }
}
