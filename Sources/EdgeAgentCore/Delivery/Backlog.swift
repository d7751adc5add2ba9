/// The stored messages in the order of their sequence, read ahead a few at a time.
///
/// It holds what was read and not yet offered. Where to read on is known by the sequence alone, so nothing is read twice
/// in a session and memory stays the same however much is stored.
struct Backlog {
    /// The most bytes that are read ahead, as far as the last reading tells.
    private static let mostBytes = 256 * 1024

    private var ahead: ArraySlice<Outgoing> = []
    private var typicalBytes = 1_000

    /// After which sequence to read on.
    private(set) var readUpTo: Int64 = 0

    /// Whether all that is stored was read, so that the disk need not be asked before something new is there.
    private(set) var isExhausted = false

    /// Whether nothing that was read is left.
    var isEmpty: Bool { ahead.isEmpty }

    /// How many messages to read now for a window of this size; 0 while there is enough.
    func wanted(for window: Int) -> Int {
        let enough = min(max(4 * window, 32), max(Self.mostBytes / typicalBytes, 1))
        return isExhausted || ahead.count > enough / 2 ? 0 : enough - ahead.count
    }

    /// Says that the disk is about to be asked: a message that is stored meanwhile takes it back.
    mutating func isReading() { isExhausted = true }

    /// Says that something was stored that will not go out by another way.
    mutating func stored() { isExhausted = false }

    /// Takes what the disk gave for a question of so many.
    ///
    /// - Parameter isElsewhere: Whether a message is under way already, or rests.
    mutating func read(_ messages: [Outgoing], asked: Int, where isElsewhere: (Int64) -> Bool) {
        if messages.count == asked { isExhausted = false }
        guard let last = messages.last else { return }
        readUpTo = max(readUpTo, last.sequence)
        typicalBytes = max(messages.reduce(0) { $0 + $1.payload.count } / messages.count, 1)
        ahead = ArraySlice(Array(ahead) + messages.filter { !isElsewhere($0.sequence) })
    }

    /// The next message to offer.
    var first: Outgoing? { ahead.first }

    /// Forgets a message that is on its way.
    mutating func drop(_ sequence: Int64) {
        guard let first = ahead.first, first.sequence <= sequence else { return }
        if first.sequence == sequence {
            ahead.removeFirst()
            return
        }
        ahead.removeAll { $0.sequence == sequence }
    }

    /// Begins again with the oldest.
    mutating func startOver() {
        ahead = []
        readUpTo = 0
        isExhausted = false
    }
}
