/// Everything that an agent is told by its configuration file, checked and with every default filled in.
///
/// There is no way to one but through `load(path:)` or `parse(_:file:)`: who holds one holds a valid one.
public struct AgentConfiguration: Sendable {
    /// The slaves on one line that were tested; more are a warning.
    public static let testedSlaves = 8

    /// Who this gateway is.
    public let gateway: Gateway

    /// The lines with their slaves, 1 to 16, in the order of the file.
    public let buses: [Bus<Slave>]

    /// When and how patiently the slaves are read.
    public let poll: Poll

    /// The slaves of all lines, in the order of the file.
    public var slaves: [Slave] { buses.flatMap(\.slaves) }

    /// The broker and how to prove to it who this is.
    public let broker: Broker

    /// The store on disk.
    public let spool: Spool

    /// When the wall clock is believed.
    public let clock: Clock

    /// The least level that is logged; `info` by default.
    public let logLevel: LogLevel

    /// What is allowed and probably not meant, in the order of the file.
    public private(set) var warnings: [ConfigurationFault]

    /// What each line is held against, in the order of the lines; nil where there is nothing, or nothing that fits.
    public private(set) var baselines: [LineBaseline?]

    private var places: [String: Place] = [:]

    /// Where the value of a key stands, for a check that comes later; nil for a key that the file does not give.
    ///
    /// The key is a path as faults have it: `gateway.mac`, `slaves[0].points[2].scale`.
    public func place(of key: String) -> Place? { places[key] }

    /// Reads a configuration from text alone: of the files that it names, only profiles are read.
    ///
    /// - Parameter file: The name for the faults; relative paths in the text count from its folder.
    public static func parse(_ text: [UInt8], file: String) throws(ConfigurationFaults) -> AgentConfiguration {
        try read(text, file: file, surroundings: Surroundings(of: file))
    }

    /// Reads a configuration file, and checks that the CA, the certificate and the key it names can be read.
    ///
    /// The key must not be open to everybody. A baseline that does not do is a warning. Nothing is written, and neither a port nor a socket is opened.
    ///
    /// - Parameter withFiles: False for a gateway that has not got those three files yet: they are not looked at.
    public static func load(path: String, withFiles: Bool = true) throws(ConfigurationFaults) -> AgentConfiguration {
        let surroundings = withFiles ? Surroundings.inspecting(of: path) : Surroundings(of: path)
        var configuration = try read(ConfigurationFile.bytes(path), file: path, surroundings: surroundings)
        if withFiles { configuration.takeBaselines() }
        return configuration
    }

    private mutating func takeBaselines() {
        let (baselines, warnings) = Self.baselines(of: buses) { place(of: $0) }
        self.baselines = baselines
        self.warnings += warnings
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
        // In the order in which a message about an unknown key lists them.
        root.ignore("line", "lines")
        let poll = root.section("poll") { Poll($0) }
        let codes = FirstPlaces<String>()
        let profiles = ProfileLibrary(root, surroundings)
        let buses = Bus.list(root, surroundings) {
            Slave.list($0, default: poll, codes: codes, profiles: profiles)
        }
        let broker = root.section("broker") { Broker($0, surroundings) }
        let spool = root.section("spool") { Spool($0, surroundings) }
        let clock = root.section("clock") { Clock($0) }
        let logLevel = root.section("log") { LogLevel($0) }
        // Only after every section was asked, so that every fault is known.
        guard !buses.isEmpty, let poll, let broker, let spool, let clock, let logLevel else { return nil }
        self.gateway = gateway ?? Gateway(mac: nil)
        self.buses = buses
        self.poll = poll
        self.broker = broker
        self.spool = spool
        self.clock = clock
        self.logLevel = logLevel
        warnings = root.report.warnings
        baselines = buses.map { _ in nil }
    }
}
