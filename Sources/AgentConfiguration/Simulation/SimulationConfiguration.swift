/// The line of slaves that a simulator plays, read from a file of the same form as the agent's.
///
/// An agent's file can be simulated as it is: what concerns the agent alone is not looked at, and no file is opened
/// but the configuration itself.
public struct SimulationConfiguration: Sendable {
    /// The most slaves that a line has addresses for.
    public static let mostSlaves = 247

    /// A line as the agent's file describes it.
    public typealias Line = AgentConfiguration.Line

    /// The line; its port is where the agent will open it.
    public let line: Line

    /// The slaves, 1 to 247, in the order of the file.
    public let slaves: [Slave]

    /// Reads a simulation from text alone.
    ///
    /// - Parameter file: The name for the faults; relative paths in the text count from its folder.
    public static func parse(_ text: [UInt8], file: String) throws(ConfigurationFaults) -> SimulationConfiguration {
        let surroundings = Surroundings(of: file)
        return try ConfigurationFile.read(text, file: file) { SimulationConfiguration($0, surroundings) }.value
    }

    /// Reads a simulation from a file of at most 1 MiB.
    public static func load(path: String) throws(ConfigurationFaults) -> SimulationConfiguration {
        try parse(ConfigurationFile.bytes(path), file: path)
    }

    private init?(_ root: MappingReader, _ surroundings: Surroundings) {
        root.ignore("gateway")
        let line = root.section("line") { Line($0, surroundings) }
        root.ignore("poll")
        slaves = Slave.list(root)
        root.ignore("broker", "spool", "log")
        guard let line else { return nil }
        self.line = line
    }
}
