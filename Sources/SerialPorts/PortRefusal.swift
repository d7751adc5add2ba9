import Glibc

/// Why a serial port cannot be had; whoever asked for it says it in his own words.
public struct PortRefusal: Error, Sendable, Hashable {
    /// What stands in the way.
    public enum Reason: Sendable, Hashable, CaseIterable {
        /// There is no such port.
        case missing
        /// Another program has it.
        case busy
        /// This user may not open it.
        case notPermitted
        /// The path names something that is no serial port.
        case notASerialPort
        /// It failed otherwise, most likely unplugged just now.
        case failed
    }

    /// What stands in the way.
    public let reason: Reason

    /// The kernel's number for it (errno).
    public let code: Int32

    init(_ reason: Reason, code: Int32) {
        self.reason = reason
        self.code = code
    }

    /// The refusal that open(2) meant.
    init(openError code: Int32) {
        let reason: Reason =
            switch code {
            case ENOENT, ENXIO, ENODEV, ENOTDIR: .missing
            case EBUSY: .busy
            case EACCES, EPERM: .notPermitted
            case EISDIR: .notASerialPort
            default: .failed
            }
        self.init(reason, code: code)
    }
}
