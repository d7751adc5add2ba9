/// Which messages are on their way, and how many more may go.
///
/// A message fills a slot from the moment it is offered until its removal is on disk, and not only until the broker took
/// it: so a crash can send no more messages twice than the window has slots. The last slot is kept free for what is just
/// being read, which therefore never waits behind a window full of older messages.
struct DeliveryWindow {
    /// How many messages may be under way.
    var size: Int

    /// Offered, and not answered yet.
    private(set) var inFlight: Set<Int64> = []
    /// Taken by the broker, and still to be removed from the spool.
    private(set) var confirmed: [Int64] = []
    /// Being removed from the spool.
    private var removing = 0

    init(size: Int) { self.size = size }

    /// How many more messages may be offered now.
    var room: Int { max(size - inFlight.count - confirmed.count - removing, 0) }

    /// How many more messages of the backlog may be offered now, while a fresh message is expected or not.
    func roomForBacklog(expectingFresh: Bool) -> Int { max(room - (expectingFresh && size > 1 ? 1 : 0), 0) }

    /// Whether the disk knows of everything that the broker took.
    var isSettled: Bool { confirmed.isEmpty && removing == 0 }

    /// Whether a message is under way, and must not be offered again.
    func holds(_ sequence: Int64) -> Bool { inFlight.contains(sequence) || confirmed.contains(sequence) }

    /// Notes that a message was handed to the link.
    mutating func offered(_ sequence: Int64) { inFlight.insert(sequence) }

    /// Notes that the broker took a message; it waits to be removed from the spool.
    mutating func took(_ sequence: Int64) {
        guard inFlight.remove(sequence) != nil else { return }
        confirmed.append(sequence)
    }

    /// Notes that the broker refused a message, and says whether it was under way; it stays in the spool.
    mutating func refused(_ sequence: Int64) -> Bool { inFlight.remove(sequence) != nil }

    /// The confirmed messages, to be removed from the spool now.
    mutating func takeConfirmed() -> [Int64] {
        defer { confirmed = [] }
        removing += confirmed.count
        return confirmed
    }

    /// Notes that so many messages were removed.
    mutating func removed(_ count: Int) { removing -= count }

    /// Puts back what could not be removed, so that it is tried again and never offered twice.
    mutating func putBack(_ sequences: [Int64]) {
        removing -= sequences.count
        confirmed = sequences + confirmed
    }

    /// Forgets what was in flight; only to be called when everything confirmed was removed.
    mutating func startOver() { inFlight = [] }
}
