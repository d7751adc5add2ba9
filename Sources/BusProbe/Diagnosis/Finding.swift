/// What may be wrong with a line, or nothing.
public enum Finding: Sendable, Hashable {
    /// Every question was answered, cleanly.
    case fine
    /// Another master is at work on the line.
    case anotherMaster(asks: [UInt8])
    /// The line rests at the wrong level: A and B are swapped.
    case swappedWires
    /// Nothing holds the line at rest: bias resistors are missing.
    case noBias
    /// Reflections: the terminating resistors are missing, or there are too many; or a joint is bad.
    case termination
    /// These slaves answer at another speed; nil where none of those that were tried is theirs.
    case wrongSpeed(ProbeSetting?, slaves: [UInt8])
    /// These slaves answer with another parity; nil where none of those that were tried is theirs.
    case wrongParity(ProbeSetting?, slaves: [UInt8])
    /// Two slaves have this address.
    case twoSlaves(UInt8)
    /// The adapter gives back what it sends.
    case echo
    /// The adapter hands over late, so many milliseconds.
    case latency(milliseconds: Int)
    /// Nobody is heard at all: no wire, no power, or A and B swapped on a line with bias.
    case nothingConnected
    /// This slave is not heard, others are: its power, its own joints, its address.
    case slaveSilent(UInt8)
    /// Slaves are there, but not at the address that was asked.
    case otherAddress([UInt8])
    /// This slave is heard, but often not in time or not at all.
    case losesAnswers(UInt8)
    /// This slave needs longer than is usual.
    case slow(UInt8, milliseconds: Int)
    /// Bytes come and go that belong to nobody: a disturbance from outside, or a slave that babbles.
    case disturbance

    /// A name for machines, which never changes.
    public var name: String {
        switch self {
        case .fine: "fine"
        case .anotherMaster: "another_master"
        case .swappedWires: "swapped_wires"
        case .noBias: "no_bias"
        case .termination: "termination"
        case .wrongSpeed: "wrong_speed"
        case .wrongParity: "wrong_parity"
        case .twoSlaves: "two_slaves"
        case .echo: "echo"
        case .latency: "latency"
        case .nothingConnected: "nothing_connected"
        case .slaveSilent: "slave_silent"
        case .otherAddress: "other_address"
        case .losesAnswers: "loses_answers"
        case .slow: "slow"
        case .disturbance: "disturbance"
        }
    }
}
