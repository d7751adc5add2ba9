/// Who switches the RS-485 transmitter on and off.
public enum RS485Mode: Sendable, Hashable {
    /// The adapter switches by itself, as nearly all USB adapters do; or the line is RS-232.
    case none
    /// The kernel's driver does, by the port's RTS line (TIOCSRS485).
    case kernel(RTSSwitching)

    /// The kernel's mode as most transceivers want it: RTS high while sending, no delays.
    public static let kernel = RS485Mode.kernel(RTSSwitching())
}

/// How the kernel moves the RTS line around each frame (Linux, struct serial_rs485).
public struct RTSSwitching: Sendable, Hashable {
    /// The level of RTS while sending: true is high.
    public var rtsOnSend: Bool

    /// The level of RTS after sending: true is high.
    public var rtsAfterSend: Bool

    /// The time from the switch to the first character, in milliseconds; 0 to 100.
    public var delayBeforeSend: Int

    /// The time from the last character to the switch back, in milliseconds; 0 to 100.
    public var delayAfterSend: Int

    /// Whether the receiver stays on while sending, so that every request comes back as an echo.
    public var receivesWhileSending: Bool

    /// The delays that a driver takes: the kernel cuts what is longer.
    public static let delays = 0...100

    /// Describes the switching; what is not given is what most transceivers want.
    public init(
        rtsOnSend: Bool = true, rtsAfterSend: Bool = false, delayBeforeSend: Int = 0, delayAfterSend: Int = 0,
        receivesWhileSending: Bool = false
    ) {
        self.rtsOnSend = rtsOnSend
        self.rtsAfterSend = rtsAfterSend
        self.delayBeforeSend = delayBeforeSend
        self.delayAfterSend = delayAfterSend
        self.receivesWhileSending = receivesWhileSending
    }
}
