/// How a character stands on the wire: data bits, parity, stop bits (Modbus over serial line V1.02 §2.5.1).
public enum SerialFormat: String, Sendable, Hashable, CaseIterable {
    /// No parity, one stop bit: not what the specification asks for, and what most meters ship with.
    case eightN1 = "8N1"
    /// Even parity, one stop bit: the specification's default.
    case eightE1 = "8E1"
    /// Odd parity, one stop bit.
    case eightO1 = "8O1"
    /// No parity, two stop bits: the specification's form without parity.
    case eightN2 = "8N2"

    /// Bits of one character on the wire, start bit included: 10 or 11.
    public var bitsPerCharacter: Int { self == .eightN1 ? 10 : 11 }
}

/// The times of a line, derived from its speed and format.
public struct SerialTiming: Sendable, Hashable {
    /// The speed in bits per second.
    public let baud: Int

    /// The form of a character.
    public let format: SerialFormat

    /// The speeds that the serial driver and libmodbus both know.
    public static let speeds = [
        1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 500000, 576000, 921600, 1_000_000,
    ]

    /// Describes a line of this speed and format.
    ///
    /// - Precondition: `baud` is positive; every speed in `speeds` is.
    public init(baud: Int, format: SerialFormat) {
        precondition(baud > 0, "a line of \(baud) bit/s has no times")
        self.baud = baud
        self.format = format
    }

    /// The time that a run of characters takes up on the wire.
    public func time(ofCharacters count: Int) -> Duration {
        .nanoseconds(count * format.bitsPerCharacter * 1_000_000_000 / baud)
    }

    /// The silence between two frames: 3.5 characters of 11 bits, fixed at 1.75 ms above 19200 bit/s.
    ///
    /// Modbus over serial line V1.02 §2.5.1.1.
    public var frameSilence: Duration {
        baud > 19200 ? .microseconds(1750) : .nanoseconds(35 * 11 * 100_000_000 / baud)
    }
}
