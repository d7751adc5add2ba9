public import FieldBench

/// What else goes wrong around a kill.
public enum Disturbance: Sendable, Hashable {
    /// The victim's connection is cut.
    case cut(TCPRelay.Cut)
    /// The victim's wire gets worse, and is mended after so long.
    case wire(WireConditions, Duration)
    /// The broker stands still for so long.
    case brokerPauses(Duration)
    /// The broker is stopped in good order, is away for so long, and comes back with what it kept.
    case brokerRestarts(Duration)
    /// The broker is killed, after it has handed on what it had acknowledged.
    case brokerDies
    /// The victim's wall clock is set to so many seconds from the true time.
    case clock(Int64)
    /// The victim's file system is full to the last byte for so long.
    case diskFull(Duration)
    /// So many bits of the victim's spool are turned over while nobody has it open; the places follow from the number.
    case damage(bits: Int, places: UInt64)

    /// Its short name, by which a plan is counted.
    public var name: String {
        switch self {
        case .cut(.reset): "reset"
        case .cut(.close): "hang-up"
        case .wire(let wire, _) where wire.door == .refuses: "refused"
        case .wire(let wire, _) where wire.toServer.passage == .swallowed && wire.toClient.passage == .swallowed:
            "half-open"
        case .wire(let wire, _) where wire.toServer.passage == .swallowed: "half-open, to the broker"
        case .wire(let wire, _) where wire.toClient.passage == .swallowed: "half-open, to the gateway"
        case .wire(let wire, _) where wire.toServer.passage == .held: "held"
        case .wire(let wire, _) where wire.toServer.bytesPerSecond != nil: "throttled"
        case .wire: "slow"
        case .brokerPauses: "broker pauses"
        case .brokerRestarts: "broker restarts"
        case .brokerDies: "broker dies"
        case .clock: "clock set"
        case .diskFull: "disk full"
        case .damage: "spool damaged"
        }
    }
}

extension Disturbance: CustomStringConvertible {
    /// The disturbance with its numbers.
    public var description: String {
        switch self {
        case .wire(_, let time), .brokerPauses(let time), .brokerRestarts(let time), .diskFull(let time):
            "\(name) for \(time.milliseconds)"
        case .clock(let offset): "\(name) \(offset) s from the truth"
        case .damage(let bits, let places): "\(name), \(bits) bits at \(places)"
        case .cut, .brokerDies: name
        }
    }
}
