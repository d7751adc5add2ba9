/// What happens on a link, in the order in which it happened.
public enum LinkEvent: Sendable, Hashable {
    /// The broker welcomed us; from now on messages are taken.
    case connected(Connection)

    /// The broker answered to the birth message; it should be positive.
    case announced(reason: ReasonCode)

    /// The broker answered to a message; only a positive reason means that it took it.
    case acknowledged(token: Int64, reason: ReasonCode)

    /// The broker answered to a subscription; a positive reason is the quality of service that it grants.
    ///
    /// It is no proof that messages will come: Mosquitto's access list is asked for each message, and not here.
    case subscribed(token: Int64, reason: ReasonCode)

    /// An attempt or a session came to an end; every token in flight is void and must be offered again.
    case failed(LinkFailure, retryIn: Duration)

    /// The link was stopped; nothing follows.
    case stopped
}

/// What was agreed with the broker when it welcomed us.
public struct Connection: Sendable, Hashable {
    /// The broker's address and port.
    public let peer: String

    /// The version of TLS and the cipher.
    public let security: String

    /// How many messages may be in flight: the smaller of our window and the broker's receive maximum.
    public let window: Int

    /// When the broker's certificate ends, in seconds since 1970.
    public let certificateEnds: Int64?
}
