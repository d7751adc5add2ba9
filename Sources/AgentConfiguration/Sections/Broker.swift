extension AgentConfiguration {
    /// The broker, and the certificate that proves to it who this gateway is.
    public struct Broker: Sendable, Hashable {
        /// The host name or IP address; the broker's certificate must name it.
        public let host: String

        /// The TCP port, 1 to 65535; 8883 by default.
        public let port: Int

        /// The path of the CA's certificate, which the broker's is checked against.
        public let ca: String

        /// The path of this gateway's certificate.
        public let certificate: String

        /// The path of the certificate's private key.
        public let key: String

        /// The MQTT keep alive, 5 s to 18 h in whole seconds; 60 s by default.
        public let keepAlive: Duration

        /// The most messages that wait for the broker's acknowledgement at a time, 1 to 1000; 20 by default.
        public let inFlight: Int

        /// What becomes of a message that the broker took and nobody listens to; `accept` by default.
        public let noSubscriber: NoSubscriber

        /// How long refused messages rest before the broker is asked again, 1 s to 1 h; 30 s by default.
        public let refusalPause: Duration

        /// How many messages of the backlog go out in a second, 1 to 100000, nil for no limit; 5 by default.
        public let backlogRate: Int?

        /// How many messages of the backlog go out at once before the rate counts, 1 to 100000; 50 by default.
        public let backlogBurst: Int

        /// Within what time after a connect the backlog begins, at a moment of this gateway's own, up to 1 h; 60 s by
        /// default.
        public let backlogJitter: Duration

        init?(_ mapping: MappingReader, _ surroundings: Surroundings) {
            let host = mapping.required("host", .host)
            port = mapping.optional("port", .integer(.port, 1...65535), default: 8883)
            let ca = mapping.required("ca", .credential(.authority, isSecret: false, in: surroundings))
            let certificate = mapping.required(
                "certificate",
                .credential(.certificate, isSecret: false, in: surroundings)
            )
            let key = mapping.required("key", .credential(.privateKey, isSecret: true, in: surroundings))
            // MQTT counts the keep alive in seconds, in 16 bits.
            keepAlive = mapping.optional(
                "keep_alive",
                .duration(.seconds(5) ... .seconds(64_800), wholeSeconds: true),
                default: .seconds(60)
            )
            inFlight = mapping.optional("in_flight", .integer(.messages, 1...1000), default: 20)
            noSubscriber = mapping.optional("no_subscriber", .word, default: .accept)
            refusalPause = mapping.optional(
                "refusal_pause",
                .duration(.seconds(1) ... .seconds(3600)),
                default: .seconds(30)
            )
            backlogRate = mapping.optional(
                "backlog_rate",
                .integerOrNone(.messagesPerSecond, 1...100_000),
                default: 5
            )
            backlogBurst = mapping.optional(
                "backlog_burst",
                .integer(.messages, 1...100_000),
                default: 50
            )
            backlogJitter = mapping.optional(
                "backlog_jitter",
                .duration(.zero ... .seconds(3600)),
                default: .seconds(60)
            )
            guard let host, let ca, let certificate, let key else { return nil }
            self.host = host
            self.ca = ca
            self.certificate = certificate
            self.key = key
        }
    }

    /// What becomes of a message that the broker took and nobody listens to (MQTT 5, reason 16).
    public enum NoSubscriber: String, Sendable, Hashable, CaseIterable {
        /// It counts as delivered: the broker took it.
        case accept
        /// It is kept and offered again, so that nothing goes to nobody.
        case keep
    }
}
