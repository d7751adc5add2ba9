/// Which stored messages are on their way, and which is the next to offer.
///
/// Messages are offered in the order of their sequence. A lost link voids what was in flight: everything that the
/// broker has not confirmed is offered again, oldest first.
struct DeliveryWindow {
    /// How many messages may be in flight.
    var size: Int

    private(set) var inFlight: Set<Int64> = []
    private(set) var confirmed: [Int64] = []
    private var cursor: Int64 = 0

    init(size: Int) { self.size = size }

    /// How many more messages may be offered now.
    var room: Int { max(size - inFlight.count, 0) }

    /// After which sequence the next message is to be looked for.
    var offeredUpTo: Int64 { cursor }

    /// Notes that a message was handed to the link.
    mutating func offered(_ sequence: Int64) {
        inFlight.insert(sequence)
        cursor = max(cursor, sequence)
    }

    /// Notes that the broker took a message; it waits to be removed from the spool.
    mutating func took(_ sequence: Int64) {
        guard inFlight.remove(sequence) != nil else { return }
        confirmed.append(sequence)
    }

    /// Notes that the broker refused a message; it stays in the spool.
    mutating func refused(_ sequence: Int64) { inFlight.remove(sequence) }

    /// The confirmed messages, to be removed from the spool now.
    mutating func takeConfirmed() -> [Int64] {
        defer { confirmed = [] }
        return confirmed
    }

    /// Puts back what could not be removed, so that it is tried again and never offered twice.
    mutating func putBack(_ sequences: [Int64]) { confirmed = sequences + confirmed }

    /// Starts again from the oldest message; only to be called when nothing confirmed waits to be removed.
    mutating func startOver() {
        inFlight = []
        cursor = 0
    }
}
