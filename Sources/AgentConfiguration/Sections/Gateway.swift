public import TelemetryContract

extension AgentConfiguration {
    /// Who this gateway is.
    public struct Gateway: Sendable, Hashable {
        /// The MAC address, the gateway's name; nil by default, which means the certificate's common name.
        public let mac: MACAddress?

        init(mac: MACAddress?) { self.mac = mac }

        init(_ mapping: MappingReader) {
            mac = mapping.optional("mac", .mac)
        }
    }
}
