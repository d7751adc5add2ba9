/// What a link must know of the broker and of itself.
public struct BrokerSettings: Sendable, Hashable {
    /// The broker's name or address, as its certificate has it.
    public var host: String

    /// The broker's port.
    public var port: UInt16

    /// The MQTT client id, which for a gateway is its MAC.
    public var clientID: String

    /// The PEM file of the only authorities by which the broker may be signed.
    public var caFile: String

    /// The PEM file of our certificate, followed by intermediates if there are any.
    public var certificateFile: String

    /// The PEM file of our private key, not encrypted.
    public var keyFile: String

    /// How long the line may be silent before the broker is asked for a sign of life, 5 s at the least.
    ///
    /// A peer that has vanished without a word is given up after at most twice this time.
    public var keepAlive: Duration

    /// How long an attempt may take from the first address tried to the broker's welcome.
    public var connectTimeout: Duration

    /// How long the broker may say nothing at all while it owes us an answer.
    ///
    /// A connection into nowhere is given up after this time and not only after the keep-alive, which may be hours.
    public var answerTimeout: Duration

    /// How many messages may wait for their acknowledgement, 1 to 65535; the broker may lower it.
    public var window: Int

    /// The latest moment that is known to have passed, in seconds since 1970, or 0.
    ///
    /// A gateway without a battery clock wakes up in the past, where every certificate is not yet valid. Where the
    /// clock is behind this moment (the build's, or the last good one stored), certificates are judged by it instead.
    public var clockFloor: Int64

    /// Makes settings, with the defaults of a gateway in the field.
    public init(
        host: String,
        port: UInt16 = 8883,
        clientID: String,
        caFile: String,
        certificateFile: String,
        keyFile: String,
        keepAlive: Duration = .seconds(60),
        connectTimeout: Duration = .seconds(20),
        answerTimeout: Duration = .seconds(20),
        window: Int = 20,
        clockFloor: Int64 = 0
    ) {
        self.host = host
        self.port = port
        self.clientID = clientID
        self.caFile = caFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.keepAlive = keepAlive
        self.connectTimeout = connectTimeout
        self.answerTimeout = answerTimeout
        self.window = window
        self.clockFloor = clockFloor
    }
}
