/// Why a port cannot be probed.
public struct ProbeFault: Error, Sendable, Hashable {
    /// What stands in the way.
    public enum Kind: Sendable, Hashable {
        /// There is no such port.
        case missing
        /// Another program has it.
        case busy
        /// This user may not open it.
        case notPermitted
        /// The path names something that is no serial port.
        case notASerialPort
        /// It does not know this speed.
        case speed(Int)
        /// It failed in use, most likely unplugged.
        case lost
    }

    /// What stands in the way.
    public let kind: Kind
    /// The port's path.
    public let port: String
    /// The system's number for it (errno).
    public let code: Int32

    init(_ kind: Kind, port: String, code: Int32 = 0) {
        self.kind = kind
        self.port = port
        self.code = code
    }
}
