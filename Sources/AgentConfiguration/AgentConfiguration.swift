/// Everything that an agent is told by its configuration file, checked and with every default filled in.
///
/// There is no way to one but through `load(path:)` or `parse(_:file:)`: who holds one holds a valid one.
public struct AgentConfiguration: Sendable {
    /// The most slaves on the agent's line.
    public static let mostSlaves = 8

    /// Who this gateway is.
    public let gateway: Gateway

    /// The serial line.
    public let line: Line

    /// When and how patiently the slaves are read.
    public let poll: Poll

    /// The slaves, 1 to 8, in the order of the file.
    public let slaves: [Slave]

    /// The broker and how to prove to it who this is.
    public let broker: Broker

    /// The store on disk.
    public let spool: Spool

    /// The least level that is logged; `info` by default.
    public let logLevel: LogLevel

    /// What is allowed and probably not meant, in the order of the file.
    public let warnings: [ConfigurationFault]

    private var places: [String: Place] = [:]

    /// Where the value of a key stands, for a check that comes later; nil for a key that the file does not give.
    ///
    /// The key is a path as faults have it: `gateway.mac`, `slaves[0].points[2].scale`.
    public func place(of key: String) -> Place? { places[key] }

    /// Reads a configuration from text alone: no file that it names is looked at.
    ///
    /// - Parameter file: The name for the faults; relative paths in the text count from its folder.
    public static func parse(_ text: [UInt8], file: String) throws(ConfigurationFaults) -> AgentConfiguration {
        try read(text, file: file, surroundings: Surroundings(of: file))
    }

    /// Reads a configuration file, and checks that the CA, the certificate and the key it names can be read.
    ///
    /// The key must not be open to everybody. Nothing is written, and neither a port nor a socket is opened.
    public static func load(path: String) throws(ConfigurationFaults) -> AgentConfiguration {
        try read(ConfigurationFile.bytes(path), file: path, surroundings: .inspecting(of: path))
    }

    private static func read(
        _ text: [UInt8],
        file: String,
        surroundings: Surroundings
    ) throws(ConfigurationFaults) -> AgentConfiguration {
        var (root, configuration) = try ConfigurationFile.read(text, file: file) {
            AgentConfiguration($0, surroundings)
        }
        root.places(into: &configuration.places)
        return configuration
    }

    private init?(_ root: MappingReader, _ surroundings: Surroundings) {
        let gateway = root["gateway"]?.mapping { Gateway($0) }
        let line = root.section("line") { Line($0, surroundings) }
        let poll = root.section("poll") { Poll($0) }
        let slaves = Slave.list(root, default: poll)
        let broker = root.section("broker") { Broker($0, surroundings) }
        let spool = root.section("spool") { Spool($0, surroundings) }
        let logLevel = root.section("log") { LogLevel($0) }
        // Only after every section was asked, so that every fault is known.
        guard let line, let poll, let broker, let spool, let logLevel else { return nil }
        self.gateway = gateway ?? Gateway(mac: nil)
        self.line = line
        self.poll = poll
        self.slaves = slaves
        self.broker = broker
        self.spool = spool
        self.logLevel = logLevel
        warnings = root.report.warnings
    }
}
