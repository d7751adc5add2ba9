/// The topics of one gateway.
public struct Topics: Sendable, Hashable {
    /// Where telemetry messages go: QoS 1, not retained.
    public let telemetry: String

    /// Where birth, last will and health go: QoS 1, retained.
    public let status: String

    /// Where the answer to each command goes: QoS 1, not retained.
    public let acks: String

    /// What a gateway subscribes to: every kind of command to it.
    public let commandsFilter: String

    /// The topics of the gateway with this MAC.
    public init(_ gateway: MACAddress) {
        let root = "tds_new/devices/\(gateway)/"
        telemetry = root + "telemetry"
        status = root + "status"
        acks = root + "acks"
        commandsFilter = root + "commands/#"
    }
}
