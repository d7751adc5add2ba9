/// The two tables beside the messages: what has no time yet, and what another program put in.
extension SpoolFile {
    /// A message that another program put in.
    struct Arrival {
        let id: Int64
        let stamp: Int64
        let payload: [UInt8]
        /// Whether the bytes are those that were put in.
        let isIntact: Bool
    }

    func insert(_ message: UndatedMessage, action: String) throws(SpoolFailure) {
        let statement = try database.prepare("INSERT OR REPLACE INTO undated VALUES (?, ?, ?, ?, ?)", action: action)
        try statement.run(
            .integer(message.id), .blob(Array(message.bootID.utf8)), .integer(message.uptime.microseconds),
            .blob(message.payload), .integer(message.checksum), action: action)
    }

    /// The undated messages that are whole, in order, and the numbers of those that are not.
    func undated(action: String) throws(SpoolFailure) -> (messages: [UndatedMessage], damaged: [Int64]) {
        let statement = try database.prepare("SELECT * FROM undated ORDER BY id", action: action)
        var messages: [UndatedMessage] = []
        var damaged: [Int64] = []
        try statement.forEachRow(action: action) { row in
            let message = UndatedMessage(
                id: row.integer(0), payload: row.blob(3), bootID: String(decoding: row.blob(1), as: UTF8.self),
                uptime: .microseconds(row.integer(2)))
            if row.integer(4) == message.checksum { messages.append(message) } else { damaged.append(message.id) }
        }
        return (messages, damaged)
    }

    /// Deletes an undated message and gives back the bytes of its payload; nil where there is none.
    func deleteUndated(_ id: Int64, action: String) throws(SpoolFailure) -> Int? {
        let bytes = try database.integer("SELECT length(payload) FROM undated WHERE id = \(id)", action: action)
        guard let bytes else { return nil }
        try database.execute("DELETE FROM undated WHERE id = \(id)", action: action)
        return Int(bytes)
    }

    func putIntoInbox(stamp: Int64, payload: [UInt8], action: String) throws(SpoolFailure) {
        let statement = try database.prepare(
            "INSERT INTO inbox(stamp, payload, checksum) VALUES (?, ?, ?)", action: action)
        try statement.run(
            .integer(stamp), .blob(payload), .integer(Self.checksum(stamp: stamp, payload)), action: action)
    }

    func inbox(count: Int, action: String) throws(SpoolFailure) -> [Arrival] {
        let statement = try database.prepare("SELECT * FROM inbox ORDER BY id LIMIT ?", action: action)
        var arrivals: [Arrival] = []
        try statement.forEachRow(.integer(Int64(count)), action: action) { row in
            let payload = row.blob(2)
            arrivals.append(
                Arrival(
                    id: row.integer(0), stamp: row.integer(1), payload: payload,
                    isIntact: row.integer(3) == Self.checksum(stamp: row.integer(1), payload)))
        }
        return arrivals
    }

    func deleteFromInbox(_ id: Int64, action: String) throws(SpoolFailure) {
        try database.execute("DELETE FROM inbox WHERE id = \(id)", action: action)
    }

    /// Every row with a message, oldest first; nil in place of a row whose bytes are not what was stored.
    func forEachRow(
        action: String, _ body: (_ sequence: Int64, _ row: MessageRow?) -> Void
    ) throws(SpoolFailure) {
        let rows = try database.prepare(
            """
            SELECT sequence, stamp, payload, state, lag, checksum FROM message WHERE length(payload) > 0
            ORDER BY sequence
            """,
            action: action)
        try rows.forEachRow(action: action) { body($0.integer(0), Self.row($0)) }
    }

    /// The stamps of everything that has one.
    func stamps(action: String) throws(SpoolFailure) -> Set<Int64> {
        var stamps: Set<Int64> = []
        let rows = try database.prepare("SELECT stamp FROM message UNION ALL SELECT stamp FROM inbox", action: action)
        try rows.forEachRow(action: action) { stamps.insert($0.integer(0)) }
        return stamps
    }

    /// The checksum of a row of the inbox.
    static func checksum(stamp: Int64, _ payload: [UInt8]) -> Int64 {
        MessageRow(sequence: 0, stamp: stamp, payload: payload).checksum
    }
}

extension UndatedMessage {
    /// The checksum of its row.
    var checksum: Int64 {
        var sum = Checksum()
        sum.add(id)
        sum.add(Array(bootID.utf8))
        sum.add(uptime.microseconds)
        sum.add(payload)
        return Int64(sum.value)
    }
}

extension Duration {
    /// Whole microseconds, those of three hundred thousand years at the most.
    var microseconds: Int64 {
        components.seconds.multipliedReportingOverflow(by: 1_000_000).partialValue
            + components.attoseconds / 1_000_000_000_000
    }
}
