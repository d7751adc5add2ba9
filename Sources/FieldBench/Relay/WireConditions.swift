/// What a wire does to what is sent over it, each way apart.
public struct WireConditions: Sendable, Hashable {
    /// What becomes of the bytes of one way.
    public enum Passage: Sendable, Hashable {
        /// They pass.
        case open
        /// They wait, and pass when the way is open again: a short outage, mended by the network itself.
        case held
        /// They are gone, and so is the news that a side has hung up: a half-open connection.
        ///
        /// A connection that has lost something never works again. Once the way is open, its next byte or hang-up resets
        /// it, as a router does that has forgotten it.
        case swallowed
    }

    /// What happens to who comes anew.
    public enum Door: Sendable, Hashable {
        /// The connection is taken and led to the server.
        case open
        /// The connection is taken, counted and reset at once.
        case hangsUp
        /// Nobody listens.
        case refuses
    }

    /// One of the two ways.
    public struct Way: Sendable, Hashable {
        /// What becomes of the bytes.
        public var passage: Passage
        /// How long each byte takes: half of a round trip, where both ways are alike.
        public var delay: Duration
        /// How many bytes pass in a second; nil for as many as come.
        public var bytesPerSecond: Int?

        /// A way; what is not given is as good as the loopback.
        public init(_ passage: Passage = .open, delay: Duration = .zero, bytesPerSecond: Int? = nil) {
            self.passage = passage
            self.delay = delay
            self.bytesPerSecond = bytesPerSecond
        }
    }

    /// From the client that connected to the server.
    public var toServer: Way
    /// From the server to the client.
    public var toClient: Way
    /// What happens to new connections.
    public var door: Door

    /// Conditions; what is not given is as good as the loopback.
    public init(toServer: Way = Way(), toClient: Way = Way(), door: Door = .open) {
        self.toServer = toServer
        self.toClient = toClient
        self.door = door
    }

    /// As good as the loopback.
    public static let perfect = Self()

    /// Each way takes half of this time.
    public static func roundTrip(_ time: Duration) -> Self {
        Self(toServer: Way(delay: time / 2), toClient: Way(delay: time / 2))
    }

    /// Both ways pass no more than this in a second.
    public static func throttled(bytesPerSecond: Int) -> Self {
        Self(toServer: Way(bytesPerSecond: bytesPerSecond), toClient: Way(bytesPerSecond: bytesPerSecond))
    }

    /// Both ways are swallowed: connections stay open, and nobody hears anything.
    public static let halfOpen = Self(toServer: Way(.swallowed), toClient: Way(.swallowed))

    /// Both ways wait.
    public static let held = Self(toServer: Way(.held), toClient: Way(.held))

    /// Nobody listens any more; connections that stand go on.
    public static let refusing = Self(door: .refuses)
}
