/// Where a Modbus TCP device or a serial server listens, and in which form the frames travel to it.
public struct NetworkEndpoint: Sendable, Hashable, CustomStringConvertible {
    /// The form of the frames on the connection.
    public enum Framing: String, Sendable, Hashable, CaseIterable {
        /// Modbus TCP: a header with a transaction number, no checksum (Modbus on TCP/IP V1.0b §3.1.3).
        case tcp
        /// RTU frames, checksum included, through a serial server that passes bytes on.
        case rtuOverTCP = "rtu+tcp"

        /// The port where a URL names none: 502 is Modbus TCP's own, 4001 the first port of most serial servers.
        public var usualPort: UInt16 { self == .tcp ? 502 : 4001 }
    }

    /// The form of the frames.
    public let framing: Framing

    /// A name, an IPv4 address or an IPv6 address without brackets.
    public let host: String

    /// The TCP port.
    public let port: UInt16

    /// Names an endpoint; without a port the framing's usual one is taken.
    public init(_ framing: Framing, host: String, port: UInt16? = nil) {
        self.framing = framing
        self.host = host
        self.port = port ?? framing.usualPort
    }

    /// Reads `tcp://host:502`, `rtu+tcp://host:4001`, `tcp://[2001:db8::7]`; the port may be left out.
    public init(url: String) throws(EndpointFault) {
        let parts = url.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].hasPrefix("//") else { throw .noScheme }
        guard let framing = Framing(rawValue: String(parts[0])) else { throw .unknownScheme }
        let rest = parts[1].dropFirst(2)
        if rest.utf8.contains(where: { "/?#@".utf8.contains($0) }) { throw .moreThanHostAndPort }
        let (host, port) = try Self.parts(of: rest)
        guard Self.isHost(host) else { throw .noHost }
        self.init(framing, host: String(host), port: try port.map(Self.number))
    }

    private static func parts(of text: Substring) throws(EndpointFault) -> (host: Substring, port: Substring?) {
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { throw .openBracket }
            let host = text[text.index(after: text.startIndex)..<end]
            guard host.contains(":") else { throw .noHost }
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.first == ":" else { throw .openBracket }
            return (host, rest.isEmpty ? nil : rest.dropFirst())
        }
        let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        // More than one colon is an IPv6 address, and nobody can tell where its port would begin.
        guard parts.count < 3 else { throw .bareIPv6 }
        return (parts[0], parts.count == 2 ? parts[1] : nil)
    }

    private static func number(_ text: Substring) throws(EndpointFault) -> UInt16 {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let port = UInt16(text), port > 0
        else { throw .noPort }
        return port
    }

    /// Letters, digits and what stands between them in names and addresses.
    private static func isHost(_ host: Substring) -> Bool {
        (1...253).contains(host.utf8.count)
            && host.utf8.allSatisfy { byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || ".-_:%".utf8.contains(byte)
            }
    }

    /// The URL, with the port, an IPv6 address in brackets.
    public var description: String {
        "\(framing.rawValue)://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }
}

/// Why a text names no endpoint.
public enum EndpointFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// There is no `://`.
    case noScheme
    /// The part before `://` is neither `tcp` nor `rtu+tcp`.
    case unknownScheme
    /// The host is missing or holds characters that no host has.
    case noHost
    /// What stands after the host is no port from 1 to 65535.
    case noPort
    /// A bracket is not closed, or something else than a port follows it.
    case openBracket
    /// An IPv6 address stands without brackets.
    case bareIPv6
    /// A user, a path or a query stands in the URL.
    case moreThanHostAndPort

    /// What is wrong and what would be right.
    public var description: String {
        switch self {
        case .noScheme: "it begins with neither tcp:// nor rtu+tcp://"
        case .unknownScheme: "the ways are tcp:// (Modbus TCP) and rtu+tcp:// (RTU through a serial server)"
        case .noHost: "a host name or an address is missing, as in tcp://192.168.1.20:502"
        case .noPort: "a port is a number from 1 to 65535"
        case .openBracket: "an IPv6 address stands in brackets, as in tcp://[2001:db8::7]:502"
        case .bareIPv6: "an IPv6 address stands in brackets, as in tcp://[2001:db8::7]:502"
        case .moreThanHostAndPort: "only a host and a port may follow, as in tcp://192.168.1.20:502"
        }
    }
}
