internal import Synchronization

/// A wire between clients and a server on the loopback, that can be cut, delayed, throttled and swallowed.
///
/// It carries bytes and knows nothing of them. One thread of its own does the work. A change of the conditions holds
/// for every connection, and from the moment at which the call returns.
///
/// A server that is away shows to a client as a connection that is taken and reset at once; `refuses` shows as a port
/// on which nobody listens.
public final class TCPRelay: Sendable {
    /// The port on which it listens, the same for its whole life.
    public let port: Int

    private let hub: RelayHub

    /// Listens, and leads every connection to a port of the loopback.
    public init(to target: Int, port: Int = freePort(), conditions: WireConditions = .perfect) throws {
        self.port = port
        hub = try RelayHub(RelayEngine(port: port, target: target, conditions: conditions))
        try hub.start()
    }

    deinit {
        hub.change { $0.end() }
    }

    /// What the wire does; new conditions hold at once, also for connections that stand.
    public var conditions: WireConditions { hub.engine.withLock { $0.conditions } }

    /// Changes what the wire does.
    public func set(_ conditions: WireConditions) throws {
        try hub.change { try $0.apply(conditions) }
    }

    /// How a connection is cut.
    public enum Cut: Sendable, Hashable {
        /// Both sides get a reset.
        case reset
        /// Both sides are told, in good order, that the other has hung up.
        case close
    }

    /// Cuts every connection that stands, and returns when it is done; what was on its way is lost.
    public func cut(_ manner: Cut = .reset) {
        hub.change { $0.cut(manner) }
    }

    /// Every connection that was ever taken, in that order.
    public var connections: [RelayedConnection] { hub.engine.withLock { $0.records } }

    /// How many connections stand.
    public var standing: Int { hub.engine.withLock { $0.standing } }
}

/// What a relay knows of one connection.
public struct RelayedConnection: Sendable, Hashable {
    /// When it was taken.
    public let start: ContinuousClock.Instant
    /// When it was over; nil while it stands.
    public internal(set) var end: ContinuousClock.Instant?
    /// How many bytes were handed to the server.
    public internal(set) var bytesToServer = 0
    /// How many bytes were handed to the client.
    public internal(set) var bytesToClient = 0
    /// How many bytes of both ways were swallowed.
    public internal(set) var bytesSwallowed = 0
}
