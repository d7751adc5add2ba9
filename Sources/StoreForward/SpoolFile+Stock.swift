extension SpoolFile {
    /// Counts what the file holds by reading all of it, and so finds a page that is damaged.
    func takeStock(action: String) throws(SpoolFailure) -> Stock {
        var stock = Stock()
        stock.pageSize = Int(try database.integer("PRAGMA page_size", action: action) ?? 0)
        let heads = try database.prepare(
            "SELECT sequence, stamp, length(payload), state, lag, checksum FROM message ORDER BY sequence",
            action: action)
        var hasStrayMark = false
        try heads.forEachRow(action: action) { row in
            let head = Self.head(row)
            if stock.last?.isGone == true { hasStrayMark = true }
            stock.last = Stock.Last(sequence: head.sequence, stamp: head.stamp, isGone: head.bytes == 0)
            stock.highestStamp = max(stock.highestStamp ?? head.stamp, head.stamp)
            if let lag = head.lag { stock.goodTime = max(stock.goodTime ?? .min, head.stamp - lag) }
            if head.bytes > 0 { stock.add(head.state, payload: head.bytes) }
        }
        guard !hasStrayMark else {
            throw SpoolFailure(.corrupt, action: action, path: path, detail: "a message has lost its payload")
        }
        let side = try database.prepare(
            "SELECT 0, length(payload) FROM undated UNION ALL SELECT 1, length(payload) FROM inbox", action: action)
        try side.forEachRow(action: action) { row in
            let bytes = Int(row.integer(1))
            if row.integer(0) == 0 { stock.addUndated(payload: bytes) } else { stock.addToInbox(payload: bytes) }
        }
        guard let counters = try counters(action: action) else {
            throw SpoolFailure(.corrupt, action: action, path: path, detail: "both copies of the ledger are damaged")
        }
        stock.counters = counters
        stock.written = counters
        if counters[.goodTime] != .min { stock.goodTime = max(stock.goodTime ?? .min, counters[.goodTime]) }
        if counters[.stamp] != .min { stock.highestStamp = max(stock.highestStamp ?? .min, counters[.stamp]) }
        return stock
    }

    /// Asks SQLite whether every page of the file has its place; a row that silently vanished shows here.
    func verify(action: String) throws(SpoolFailure) {
        let statement = try database.prepare("PRAGMA quick_check(1)", action: action)
        var words = ""
        try statement.forEachRow(action: action) { words = $0.text(0) }
        guard words == "ok" else {
            throw SpoolFailure(.corrupt, action: action, path: path, detail: words)
        }
    }
}
