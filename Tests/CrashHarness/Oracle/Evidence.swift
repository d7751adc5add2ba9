/// A moment in nanoseconds of `CLOCK_MONOTONIC`, on which all witnesses agree.
public typealias Moment = Int64

/// Everything that was seen of one gateway from outside: on its line, in its spool at each death, at the subscriber.
public struct Evidence: Sendable {
    /// One answer that the meter gave.
    public struct Cycle: Sendable {
        /// Its number; the backlog has the numbers below the first.
        public var reading: Int
        /// When it was asked for.
        public var moment: Moment
        /// The true time of day of that moment, in seconds since 1970.
        public var wall: Int64

        /// An answer.
        public init(reading: Int, moment: Moment, wall: Int64) {
            (self.reading, self.moment, self.wall) = (reading, moment, wall)
        }
    }

    /// One life of the agent, from its start to the kill.
    public struct Life: Sendable {
        /// When it began and when it was over.
        public var span: Range<Moment>
        /// The readings that were in the spool when it was over, the backlog left out.
        public var stored: Set<Int>
        /// Whether the agent was stopped in good order.
        public var endedWell: Bool
        /// When the disk had no room: what was read then, and is not in the spool, was never promised.
        public var withoutDisk: [Range<Moment>]

        /// A life.
        public init(
            span: Range<Moment>, stored: Set<Int> = [], endedWell: Bool = false, withoutDisk: [Range<Moment>] = []
        ) {
            (self.span, self.stored, self.endedWell, self.withoutDisk) = (span, stored, endedWell, withoutDisk)
        }
    }

    /// One message as the subscriber got it.
    public struct Delivery: Sendable {
        /// Its bytes.
        public var payload: [UInt8]
        /// The broker's number for it, which stays the same if the broker itself repeats it.
        public var messageID: Int
        /// When it came.
        public var moment: Moment

        /// A delivery.
        public init(payload: [UInt8], messageID: Int, moment: Moment) {
            (self.payload, self.messageID, self.moment) = (payload, messageID, moment)
        }
    }

    /// The gateway's name.
    public var mac: String
    /// How many messages it may have in flight.
    public var window: Int
    /// The stamps of what was stored before the run; their places are their numbers.
    public var backlog: [Int64]
    /// What the meter answered, in that order.
    public var cycles: [Cycle] = []
    /// The agent's lives, in their order.
    public var lives: [Life] = []
    /// What arrived, in that order.
    public var deliveries: [Delivery] = []
    /// The moments at which the gateway connected anew, after a connection that had carried messages.
    public var reconnects: [Moment] = []
    /// How many growing streams the deliveries may consist of: one, or two where fresh messages overtake old ones.
    public var streams = 2
    /// Whether the gateway's clock was right all the time.
    public var hasTrueClock = true
    /// What a damaged spool had held: it may be lost, and nothing else may.
    public var damaged: Set<Int> = []
    /// What went wrong with the agent itself: it ended without being asked to.
    public var ends: [String] = []

    /// Evidence of a gateway that has not begun.
    public init(mac: String, window: Int, backlog: [Int64]) {
        (self.mac, self.window, self.backlog) = (mac, window, backlog)
    }
}
