/// What became of a write: what is known, and not more.
public enum WriteOutcome: Sendable, Hashable {
    /// The slave acknowledged it, and the registers read back as they were written.
    case confirmed
    /// The slave acknowledged it, and the registers read back as something else.
    case differs(readBack: [UInt16])
    /// The slave acknowledged it, and the registers cannot be read back.
    case unverified(ModbusFailure)
    /// The slave refused it with an exception; nothing was written.
    case refused(ModbusFailure)
    /// No usable acknowledgement came: it may or may not have been written, and it is not sent again.
    ///
    /// `readBack` is what the registers hold now, nil where that cannot be read. Words as they were to be written do not
    /// prove that this write put them there.
    case unknown(ModbusFailure, readBack: [UInt16]?)
}

extension WriteOutcome: CustomStringConvertible {
    /// What happened, and what to do.
    public var description: String {
        switch self {
        case .confirmed: "written, and reads back as written"
        case .differs(let words):
            "written, but reads back as \(words.map(String.init).joined(separator: ",")); "
                + "is the register writable, and does another master write it?"
        case .unverified(let failure): "written, but cannot be read back: \(failure)"
        case .refused(let failure): "refused: \(failure)"
        case .unknown(let failure, let words?):
            "unknown: \(failure); it now reads as \(words.map(String.init).joined(separator: ","))"
        case .unknown(let failure, nil): "unknown: \(failure); read the registers before it is written again"
        }
    }
}
