extension Doctor {
    /// What a line's port or server is like.
    public enum LineFinding: Sendable, Hashable {
        /// The port is there and is a serial one.
        case port(device: String)
        /// There is no such port; the adapters that are there instead.
        case missing(others: [String])
        /// It is no serial port.
        case notSerial
        /// This user may open it.
        case rights(user: String)
        /// Only the members of a group may open it, and this user is in it but has not logged in since.
        case groupNotTaken(group: String, user: String)
        /// Only the members of a group may open it, and this user is not in it.
        case notInGroup(group: String, user: String)
        /// Nobody's group may open it.
        case noGroup(group: String, user: String)
        /// Nobody has it.
        case free
        /// Our own running agent has it.
        case agentHas(LineStanding, process: Int32)
        /// Another program has it, by name and number where that can be seen.
        case busy(holders: [Holder])
        /// It cannot be opened, with the errno.
        case notOpened(Int32)
        /// It was not tried, because this user may not open it.
        case notTried
        /// It is named so that it means the same adapter after every start.
        case lastingName
        /// It is named by the order in which adapters were found; a name that lasts, where there is one.
        case passingName(lasting: String?)
        /// What the adapter is.
        case adapter(Adapter)
        /// The kernel tells nothing of an adapter.
        case noAdapter
        /// The adapter hands bytes over soon enough.
        case quick
        /// The adapter holds every answer back.
        case slow(device: String, milliseconds: Int)
        /// The server takes our connection.
        case server
        /// The server does not.
        case noServer(ServerFault)
        /// The server was not asked, as was wished.
        case offline
    }

    /// A program that has a port open.
    public struct Holder: Sendable, Hashable {
        /// Its name.
        public let name: String
        /// Its process.
        public let process: Int32
    }

    /// Why a server on the network cannot be reached.
    public enum ServerFault: Sendable, Hashable {
        /// Its name has no address.
        case nameUnknown
        /// Nothing listens there.
        case refused
        /// Nothing answers, or something else failed, with the errno.
        case unreachable(Int32)
    }

    /// What the kernel knows of an adapter.
    public struct Adapter: Sendable, Hashable {
        /// The maker's and the product's number, as in `0403:6001`; nil for a port that is no USB adapter.
        public var numbers: String?
        /// What the adapter says of itself.
        public var product: String?
        /// The kernel's driver.
        public var driver: String?

        /// The chip behind the numbers, where it is a usual one.
        public var chip: String? { numbers.flatMap { Self.chips[$0] } }

        private static let chips: [String: String] = [
            "0403:6001": "FTDI FT232R", "0403:6010": "FTDI FT2232", "0403:6011": "FTDI FT4232",
            "0403:6014": "FTDI FT232H", "0403:6015": "FTDI FT-X", "1a86:7523": "WCH CH340", "1a86:5523": "WCH CH341",
            "1a86:55d3": "WCH CH343", "1a86:55d4": "WCH CH9102", "10c4:ea60": "Silicon Labs CP210x",
            "067b:2303": "Prolific PL2303", "067b:23a3": "Prolific PL2303G",
        ]
    }
}

extension Doctor.LineFinding: Observation {
    var check: String {
        switch self {
        case .port, .missing, .notSerial: "line.port"
        case .rights, .groupNotTaken, .notInGroup, .noGroup: "line.rights"
        case .free, .agentHas, .busy, .notOpened, .notTried: "line.use"
        case .lastingName, .passingName: "line.name"
        case .adapter, .noAdapter: "line.adapter"
        case .quick, .slow: "line.latency"
        case .server, .noServer, .offline: "line.server"
        }
    }

    var verdict: Doctor.Verdict {
        switch self {
        case .port, .rights, .free, .agentHas, .lastingName, .adapter, .noAdapter, .quick, .server: .ok
        case .passingName, .slow: .warning
        case .missing: .fault(.missingInput)
        case .notSerial: .fault(.configuration)
        case .groupNotTaken, .notInGroup, .noGroup: .fault(.notPermitted)
        case .busy: .fault(.temporary)
        case .notOpened: .fault(.inputOutput)
        case .noServer(.nameUnknown): .fault(.unknownHost)
        case .noServer: .fault(.unavailable)
        case .notTried, .offline: .skipped
        }
    }
}
