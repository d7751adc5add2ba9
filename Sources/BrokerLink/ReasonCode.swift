/// A reason code of MQTT 5 (section 2.4): what the broker thinks of a connection or of a message.
public struct ReasonCode: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    /// The byte as it went over the wire.
    public let rawValue: UInt8

    /// Makes a reason code of its byte.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Whether the broker took the message, or said yes; only then may a message leave the store.
    public var isPositive: Bool { rawValue < 0x80 }

    /// The name that the standard gives, in lower-case words.
    public var name: String { Self.names[rawValue] ?? "unknown reason" }

    /// What is usually behind it in this system, where that is known.
    public var likelyCause: String? { Self.causes[rawValue] }

    /// The number and the name.
    public var description: String { "\(rawValue) (\(name))" }

    /// Success, normal disconnection or granted QoS 0.
    public static let success = ReasonCode(rawValue: 0)
    /// Taken, but nobody subscribes to the topic.
    public static let noMatchingSubscribers = ReasonCode(rawValue: 16)
    /// The access list denies it.
    public static let notAuthorized = ReasonCode(rawValue: 135)
    /// Another client connected with the same client id.
    public static let sessionTakenOver = ReasonCode(rawValue: 142)
    /// The topic filter cannot be subscribed to.
    public static let topicFilterInvalid = ReasonCode(rawValue: 143)
    /// The topic cannot be published to.
    public static let topicNameInvalid = ReasonCode(rawValue: 144)
    /// The message is larger than the broker takes.
    public static let packetTooLarge = ReasonCode(rawValue: 149)
    /// The broker does not offer the quality of service.
    public static let qosNotSupported = ReasonCode(rawValue: 155)

    private static let names: [UInt8: String] = [
        0: "success", 1: "granted QoS 1", 2: "granted QoS 2", 4: "disconnect with will message",
        16: "no matching subscribers", 17: "no subscription existed", 24: "continue authentication",
        25: "re-authenticate", 128: "unspecified error", 129: "malformed packet", 130: "protocol error",
        131: "implementation specific error", 132: "unsupported protocol version",
        133: "client identifier not valid", 134: "bad user name or password", 135: "not authorized",
        136: "server unavailable", 137: "server busy", 138: "banned", 139: "server shutting down",
        140: "bad authentication method", 141: "keep alive timeout", 142: "session taken over",
        143: "topic filter invalid", 144: "topic name invalid", 145: "packet identifier in use",
        146: "packet identifier not found", 147: "receive maximum exceeded", 148: "topic alias invalid",
        149: "packet too large", 150: "message rate too high", 151: "quota exceeded",
        152: "administrative action", 153: "payload format invalid", 154: "retain not supported",
        155: "QoS not supported", 156: "use another server", 157: "server moved",
        158: "shared subscriptions not supported", 159: "connection rate exceeded",
        160: "maximum connect time", 161: "subscription identifiers not supported",
        162: "wildcard subscriptions not supported",
    ]

    private static let causes: [UInt8: String] = [
        16: "the message was taken, but no consumer listens to its topic",
        129: "something between the gateway and the broker changes what is sent",
        131: "the broker refused for a reason of its own: its log says which",
        132: "the broker does not speak MQTT 5",
        133: "the broker does not accept this client id",
        134: "the broker does not take the certificate's name for a user name",
        135:
            "the broker's access list denies it: the certificate's name, the client id and the topic must carry the same"
            + " MAC, in lower case with colons",
        136: "the broker is starting or overloaded",
        137: "the broker is overloaded",
        139: "the broker is being restarted",
        141: "the line was silent for too long",
        142:
            "another client connected with the same client id: two gateways with one MAC, or two agents on one gateway",
        144: "the topic is empty, has a wildcard, or is not UTF-8",
        149: "the message is larger than the broker's maximum packet size",
        150: "the broker limits how often a client may publish",
        151: "the broker's queue for a consumer is full, or its quota for this client is used up",
        152: "an operator of the broker ended the session",
        153: "the broker looks into messages and does not take the form of this one",
        154: "the broker is set not to keep retained messages",
        155: "the broker is set to a maximum QoS below 1",
    ]
}
