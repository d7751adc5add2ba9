public import ModbusModel

/// Who switches the RS-485 transmitter on and off.
public enum RS485Mode: String, Sendable, Hashable, CaseIterable {
    /// The adapter switches by itself, as nearly all USB adapters do; or the line is RS-232.
    case none
    /// The kernel's driver does, by the port's RTS line (TIOCSRS485).
    case kernel
}

/// What a line is: the port, its speed and the form of its characters.
public struct LineSettings: Sendable, Hashable {
    /// The port's path, best one below /dev/serial/by-id, which stays the same when the adapter is plugged in again.
    public let port: String

    /// Speed and format.
    public let timing: SerialTiming

    /// Who switches the transmitter.
    public let rs485: RS485Mode

    /// Describes a line.
    public init(port: String, timing: SerialTiming, rs485: RS485Mode = .none) {
        self.port = port
        self.timing = timing
        self.rs485 = rs485
    }
}
