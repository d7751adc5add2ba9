/// A message that the broker keeps for whoever subscribes later: what a gateway says of itself.
///
/// It is always sent with QoS 1 and the retain flag. The link does not look into it.
public struct RetainedMessage: Sendable, Hashable {
    /// The topic, without wildcards.
    public var topic: String

    /// The payload.
    public var payload: [UInt8]

    /// Makes a message.
    public init(topic: String, payload: [UInt8]) {
        self.topic = topic
        self.payload = payload
    }
}
