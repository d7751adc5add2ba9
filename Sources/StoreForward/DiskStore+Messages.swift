/// A message that is to be written down.
struct NewMessage {
    var sequence: Int64
    var stamp: Int64
    var payload: [UInt8]
    var refusal: UInt8?

    /// The same message under another number.
    func raised(by shift: Int64) -> NewMessage {
        NewMessage(sequence: sequence + shift, stamp: stamp, payload: payload, refusal: refusal)
    }
}

extension DiskStore {
    /// Writes messages down, in the order of their sequences; the oldest leave where there is too little room.
    func store(
        _ messages: [NewMessage], now: Int64?, goodTime: Int64?, action: String
    ) throws(SpoolFailure) {
        let limit = roomLimit(action: action)
        try change(action) { (stock) throws(SpoolFailure) in
            try expire(now: now, from: &stock, action: action)
            for message in messages {
                let cost = Spool.estimatedBytes(payload: message.payload.count, pageSize: stock.pageSize)
                try makeRoom(for: cost, limit: limit, in: &stock, action: action)
                var row = MessageRow(sequence: message.sequence, stamp: message.stamp, payload: message.payload)
                row.state = message.refusal.map { .refused($0) } ?? .waiting
                row.lag = goodTime.map { message.stamp - $0 }
                try insert(row, into: &stock, action: action)
            }
            if let goodTime { stock.goodTime = max(stock.goodTime ?? .min, goodTime) }
        }
    }

    /// Inserts a row, and drops the mark that it takes the place of.
    func insert(_ row: MessageRow, into stock: inout Stock, action: String) throws(SpoolFailure) {
        guard try file.insert(row, action: action) else { return }
        stock.add(row.state, payload: row.payload.count)
        stock.highestStamp = max(stock.highestStamp ?? row.stamp, row.stamp)
        guard row.sequence > stock.last?.sequence ?? 0 else { return }
        if let last = stock.last, last.isGone { try file.delete(last.sequence, action: action) }
        stock.last = Stock.Last(sequence: row.sequence, stamp: row.stamp, isGone: false)
        // The highest stamp must stay on disk, also when its row goes.
        if let highest = stock.highestStamp, highest > row.stamp { stock.counters[.stamp] = highest }
    }

    /// Takes a row away for good; the last one of all is only emptied.
    func remove(_ head: SpoolFile.Head, from stock: inout Stock, action: String) throws(SpoolFailure) {
        if head.sequence == stock.last?.sequence {
            try file.empty(head, action: action)
            stock.last?.isGone = true
        } else {
            try file.delete(head.sequence, action: action)
        }
        stock.take(head.state, payload: head.bytes)
    }

    /// Notes that the broker took messages; what is not stored is passed over.
    func deliver(_ sequences: [Int64], action: String) throws(SpoolFailure) {
        let keeps = settings.keepDelivered != nil
        try change(action) { (stock) throws(SpoolFailure) in
            for sequence in sequences {
                guard let head = try file.head(sequence, action: action) else { continue }
                switch head.state {
                case .waiting, .refused: break
                case .wanted: stock.counters[.resentDelivered] += 1
                case .delivered, .damaged: continue
                }
                if keeps {
                    try set(.delivered, of: head, in: &stock, action: action)
                } else {
                    try remove(head, from: &stock, action: action)
                }
            }
        }
    }

    /// Keeps the reason of a refusal, unless it is the one that is kept already.
    func refuse(_ sequence: Int64, reason: UInt8, action: String) throws(SpoolFailure) {
        guard let before = try file.head(sequence, action: action), before.state.isWaiting,
            before.state != .refused(reason)
        else { return }
        try change(action) { (stock) throws(SpoolFailure) in
            guard let head = try file.head(sequence, action: action), head.state.isWaiting else { return }
            try set(.refused(reason), of: head, in: &stock, action: action)
        }
    }

    /// Asks for delivered messages again, and returns how many.
    func want(_ condition: String, action: String) throws(SpoolFailure) -> Int {
        let heads = try file.database.prepare(
            """
            SELECT sequence, stamp, length(payload), state, lag, checksum FROM message
            WHERE state = -1 AND length(payload) > 0 AND \(condition)
            """,
            action: action)
        return try change(action) { (stock) throws(SpoolFailure) in
            var found: [SpoolFile.Head] = []
            try heads.forEachRow(action: action) { found.append(SpoolFile.head($0)) }
            for head in found { try set(.wanted, of: head, in: &stock, action: action) }
            stock.counters[.resentRequested] += Int64(found.count)
            return found.count
        }
    }

    private func set(
        _ state: RowState, of head: SpoolFile.Head, in stock: inout Stock, action: String
    ) throws(SpoolFailure) {
        try file.set(state, of: head, action: action)
        stock.take(head.state, payload: head.bytes)
        stock.add(state, payload: head.bytes)
    }
}
