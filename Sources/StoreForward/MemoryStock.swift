/// Messages that are not on disk: because it takes nothing, or because they may be delivered before they have to be.
struct MemoryStock {
    struct Entry {
        var message: NewMessage
        /// When it has to be on disk at the latest.
        var due: ContinuousClock.Instant
    }

    private(set) var entries: [Entry] = []
    private(set) var bytes = 0

    var isEmpty: Bool { entries.isEmpty }
    var count: Int { entries.count }

    /// When the next message has to be on disk.
    var nextDue: ContinuousClock.Instant? { entries.first?.due }

    mutating func append(_ message: NewMessage, due: ContinuousClock.Instant) {
        entries.append(Entry(message: message, due: due))
        bytes += message.payload.count
    }

    /// Gives up the oldest messages until the rest is within the bytes, and says how many they were.
    mutating func shrink(to limit: Int) -> Int {
        var count = 0
        while bytes > limit, count < entries.count {
            bytes -= entries[count].message.payload.count
            count += 1
        }
        entries.removeFirst(count)
        return count
    }

    /// Takes a message out; false where it is not here.
    mutating func remove(_ sequence: Int64) -> Bool {
        guard let index = index(of: sequence) else { return false }
        bytes -= entries[index].message.payload.count
        entries.remove(at: index)
        return true
    }

    /// Notes a refusal; false where the message is not here.
    mutating func refuse(_ sequence: Int64, reason: UInt8) -> Bool {
        guard let index = index(of: sequence) else { return false }
        entries[index].message.refusal = reason
        return true
    }

    /// The messages that have to be on disk by an instant, the oldest first; all of them where none is given.
    func due(by instant: ContinuousClock.Instant?) -> [NewMessage] {
        guard let instant else { return entries.map(\.message) }
        return entries.prefix { $0.due <= instant }.map(\.message)
    }

    /// Gives every message another number.
    mutating func renumber(by shift: Int64) {
        for index in entries.indices { entries[index].message.sequence += shift }
    }

    /// Drops the oldest messages, which are on disk now.
    mutating func removeFirst(_ count: Int) {
        for entry in entries.prefix(count) { bytes -= entry.message.payload.count }
        entries.removeFirst(count)
    }

    /// The oldest messages above a sequence.
    func messages(_ count: Int, after sequence: Int64) -> [StoredMessage] {
        entries.lazy.filter { $0.message.sequence > sequence }.prefix(count).map(\.message).map {
            StoredMessage(sequence: $0.sequence, stamp: $0.stamp, payload: $0.payload, refusal: $0.refusal)
        }
    }

    private func index(of sequence: Int64) -> Int? {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].message.sequence < sequence { low = middle + 1 } else { high = middle }
        }
        return low < entries.count && entries[low].message.sequence == sequence ? low : nil
    }
}
