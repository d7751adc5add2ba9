/// What a stored row stands for.
enum RowState: Equatable {
    /// It waits for the broker.
    case waiting
    /// It waits, and the broker refused it last with this reason, 128 to 255.
    case refused(UInt8)
    /// The broker took it, and it is kept.
    case delivered
    /// The broker took it, and it is asked for again.
    case wanted
    /// Its bytes are not those that were stored.
    case damaged

    init?(number: Int64) {
        switch number {
        case 0: self = .waiting
        case 128...255: self = .refused(UInt8(number))
        case -1: self = .delivered
        case -2: self = .wanted
        case -3: self = .damaged
        default: return nil
        }
    }

    /// As it stands in the column `state`; waiting costs no byte there.
    var number: Int64 {
        switch self {
        case .waiting: 0
        case .refused(let reason): Int64(reason)
        case .delivered: -1
        case .wanted: -2
        case .damaged: -3
        }
    }

    /// Whether the row is one that the broker has still to take.
    var isWaiting: Bool {
        switch self {
        case .waiting, .refused: true
        case .delivered, .wanted, .damaged: false
        }
    }

    /// The reason of the last refusal, if there was one.
    var refusal: UInt8? {
        if case .refused(let reason) = self { reason } else { nil }
    }
}

/// One row of the table of messages.
///
/// An empty payload is a mark: the message is gone, and the row keeps its sequence and its stamp.
struct MessageRow: Equatable {
    var sequence: Int64
    var stamp: Int64
    var payload: [UInt8]
    var state: RowState = .waiting
    /// By how much the last good time lay below the stamp; nil where none was known.
    ///
    /// Mostly 0, which costs no byte.
    var lag: Int64?

    /// What the row's checksum must be: over its numbers and its payload, and over its state by a sum of its own, so
    /// that the state can change without the payload being read.
    var checksum: Int64 {
        var sum = Checksum()
        sum.add(sequence)
        sum.add(stamp)
        sum.add(lag ?? .min)
        sum.add(payload)
        return Int64(sum.value ^ Self.mixed(state))
    }

    /// The checksum of the same row after a change of its state.
    static func checksum(_ checksum: Int64, from before: RowState, to after: RowState) -> Int64 {
        Int64(UInt32(truncatingIfNeeded: checksum) ^ mixed(before) ^ mixed(after))
    }

    /// Spreads a state over all bits, so that no single flipped bit turns one into another.
    private static func mixed(_ state: RowState) -> UInt32 {
        UInt32(truncatingIfNeeded: state.number) &* 0x9e37_79b1
    }
}

/// Sequences that were given to messages of which nothing is left: what became of them nobody knows.
struct Gone: Equatable {
    /// The last of them.
    let upTo: Int64
    let count: Int64
}
