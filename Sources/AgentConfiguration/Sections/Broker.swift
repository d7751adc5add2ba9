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

        init?(_ mapping: MappingReader, _ surroundings: Surroundings) {
            let host = mapping.required("host", .host)
            port = mapping.optional("port", .integer("a port", 1...65535), default: 8883)
            let ca = mapping.required("ca", .credential("the CA's certificate", isSecret: false, in: surroundings))
            let certificate = mapping.required(
                "certificate",
                .credential("the gateway's certificate", isSecret: false, in: surroundings)
            )
            let key = mapping.required("key", .credential("the private key", isSecret: true, in: surroundings))
            // MQTT counts the keep alive in seconds, in 16 bits.
            keepAlive = mapping.optional(
                "keep_alive",
                .duration(.seconds(5) ... .seconds(64_800), wholeSeconds: true),
                default: .seconds(60)
            )
            inFlight = mapping.optional("in_flight", .integer("a number of messages", 1...1000), default: 20)
            guard let host, let ca, let certificate, let key else { return nil }
            self.host = host
            self.ca = ca
            self.certificate = certificate
            self.key = key
        }
    }
}
