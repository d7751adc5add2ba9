/// How a simulated line runs.
public struct SimulatedLineSettings: Sendable, Hashable {
    /// How a master reaches the line.
    public enum Face: Sendable, Hashable {
        /// A device that is opened.
        case pseudoTerminal
        /// A Modbus TCP server at an address; with port 0 the system chooses one.
        case tcp(host: String, port: UInt16)
        /// A serial server at an address, which passes RTU frames on; with port 0 the system chooses one.
        case rtuOverTCP(host: String, port: UInt16)
    }

    /// How a master reaches the line.
    public var face: Face
    /// The speed in bits per second.
    public var baud: Int
    /// The form of one character.
    public var format: WireTime.Format
    /// The bytes that reach the master together, as USB adapters collect them; 1 is a plain port.
    public var packetSize: Int
    /// Whether slaves ignore a request that begins before t3.5 of silence has passed.
    public var enforcesSilence: Bool
    /// Whether slaves ignore requests from a master that has set another speed on the device.
    ///
    /// A pseudo-terminal carries the speed.
    public var enforcesSpeed: Bool
    /// Whether slaves ignore requests from a master that has set odd parity where they have none, or the reverse.
    ///
    /// A pseudo-terminal shows of the parity only whether it is odd.
    public var enforcesOddParity: Bool
    /// Where the generator of noise and probabilities begins: the same seed, the same run.
    public var seed: UInt64
    /// The number of exchanges that are kept; older ones are forgotten.
    public var recordLimit: Int

    /// Makes settings; what is not given is a plain line of 9600 baud, 8N1.
    public init(
        baud: Int = 9_600,
        face: Face = .pseudoTerminal,
        format: WireTime.Format = .eightN1,
        packetSize: Int = 1,
        enforcesSilence: Bool = false,
        enforcesSpeed: Bool = false,
        enforcesOddParity: Bool = false,
        seed: UInt64 = 1,
        recordLimit: Int = 100_000
    ) {
        self.baud = baud
        self.face = face
        self.format = format
        self.packetSize = packetSize
        self.enforcesSilence = enforcesSilence
        self.enforcesSpeed = enforcesSpeed
        self.enforcesOddParity = enforcesOddParity
        self.seed = seed
        self.recordLimit = recordLimit
    }

    func check(_ slaves: [SimulatedSlave]) throws(SimulatorError) {
        guard baud > 0 else { throw .settings("the speed must be above zero, not \(baud)") }
        guard packetSize > 0 else { throw .settings("the packet size must be above zero, not \(packetSize)") }
        var seen: Set<UInt8> = []
        for slave in slaves {
            guard 1...247 ~= slave.id else { throw .settings("slave \(slave.id) is outside 1 to 247") }
            guard seen.insert(slave.id).inserted else { throw .settings("slave \(slave.id) is there twice") }
        }
    }

    /// Whether the master numbers its requests, and no silence parts them.
    var numbersRequests: Bool {
        if case .tcp = face { true } else { false }
    }

    /// A frame with a header is handed over whole.
    var packetSizeOnWire: Int { numbersRequests ? 1024 : packetSize }

    /// Opens the way to the master; a socket that was there before listens on the same port again.
    func openPort(atPort port: UInt16? = nil) throws(SimulatorError) -> any MasterPort {
        face == .pseudoTerminal ? try PseudoTerminal() : try NetworkPort(self.face, port: port)
    }
}
