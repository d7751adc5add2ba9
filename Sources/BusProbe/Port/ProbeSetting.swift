/// How the probe speaks on a line: the speed and the form of a character.
///
/// Stop bits hardly count: a receiver looks at the first one only, so a slave with two is understood by a master with
/// one, and mostly the other way round.
public struct ProbeSetting: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The parity of a character.
    public enum Parity: String, Sendable, Codable, Hashable, CaseIterable {
        /// No parity bit.
        case none = "N"
        /// Even, the specification's default.
        case even = "E"
        /// Odd.
        case odd = "O"
    }

    /// The speed in bits per second.
    public let baud: Int

    /// The parity.
    public let parity: Parity

    /// One or two.
    public let stopBits: Int

    /// A speed and a form of character.
    public init(baud: Int, parity: Parity, stopBits: Int = 1) {
        self.baud = baud
        self.parity = parity
        self.stopBits = stopBits
    }

    /// Reads `8N1`, `8E1`, `8O2` and the like; nil for anything else.
    public init?(baud: Int, format: String) {
        let letters = Array(format.uppercased())
        guard letters.count == 3, letters[0] == "8", let parity = Parity(rawValue: String(letters[1])),
            let stopBits = Int(String(letters[2])), (1...2).contains(stopBits), Self.speeds.contains(baud)
        else { return nil }
        self.init(baud: baud, parity: parity, stopBits: stopBits)
    }

    /// The form of a character as configuration files write it.
    public var format: String { "8\(parity.rawValue)\(stopBits)" }

    /// Speed and form, as people say it.
    public var description: String { "\(baud) \(format)" }

    /// Bits of a character on the wire, start bit included.
    public var bitsPerCharacter: Int { 1 + 8 + (parity == .none ? 0 : 1) + stopBits }

    /// The time that a run of characters takes on the wire.
    public func time(ofCharacters count: Int) -> Duration {
        .nanoseconds(count * bitsPerCharacter * 1_000_000_000 / baud)
    }

    /// The silence between two frames (Modbus over serial line V1.02 §2.5.1.1).
    public var frameSilence: Duration {
        baud > 19200 ? .microseconds(1750) : .nanoseconds(35 * 11 * 100_000_000 / baud)
    }

    /// The speeds that meters are sold with, the likeliest first.
    public static let speeds = [9600, 19200, 115200, 38400, 4800, 57600, 2400, 1200]

    /// What most meters leave the factory with, the likeliest first.
    public static let common = [
        ProbeSetting(baud: 9600, parity: .none), ProbeSetting(baud: 9600, parity: .even),
        ProbeSetting(baud: 19200, parity: .even), ProbeSetting(baud: 19200, parity: .none),
        ProbeSetting(baud: 2400, parity: .none), ProbeSetting(baud: 4800, parity: .none),
        ProbeSetting(baud: 38400, parity: .none), ProbeSetting(baud: 115200, parity: .none),
    ]

    /// Eight speeds with each parity, and without parity also with two stop bits.
    ///
    /// They reach a slave with any of the 48 settings of eight speeds, three parities and one or two stop bits.
    public static let all =
        common
        + speeds.flatMap { baud in Parity.allCases.map { ProbeSetting(baud: baud, parity: $0) } }
        .filter { !common.contains($0) } + speeds.map { ProbeSetting(baud: $0, parity: .none, stopBits: 2) }
}
