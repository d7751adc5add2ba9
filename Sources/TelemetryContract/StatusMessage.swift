/// What a gateway says about itself: its birth, its health and its last will.
public enum StatusMessage: Sendable, Hashable {
    /// The gateway has a session; `sequence` counts its status messages, `agent` is the program and its version.
    case online(gateway: MACAddress, at: UTCSecond, sequence: UInt64, agent: String, health: Health = Health())

    /// The gateway has no session: the last will, which the broker sends and which therefore knows no time.
    case offline(gateway: MACAddress)

    /// The bytes of the message, in the contract's one form.
    public func encoded() -> [UInt8] {
        var writer = JSONWriter(reserving: 160)
        switch self {
        case .online(let gateway, let at, let sequence, let agent, let health):
            writer.json(#"{"gateway_mac":""#)
            writer.json(gateway.description)
            writer.json(#"","state":"online","at":""#)
            writer.json(at.description)
            writer.json(#"","seq":"#)
            writer.json(String(sequence))
            writer.json(#","agent":"#)
            writer.string(agent)
            health.write(to: &writer)
            writer.json("}")
        case .offline(let gateway):
            writer.json(#"{"gateway_mac":""#)
            writer.json(gateway.description)
            writer.json(#"","state":"offline"}"#)
        }
        return writer.bytes
    }
}
