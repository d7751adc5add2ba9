/// A name and a value that travel beside a payload (MQTT 5, 3.3.2.3.7), for whoever receives the message.
public struct UserProperty: Sendable, Hashable {
    /// The name, valid UTF-8 without U+0000.
    public var name: String

    /// The value, valid UTF-8 without U+0000.
    public var value: String

    /// Makes a property.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}
