/// The lines of slaves that a simulator plays, read from a file of the same form as the agent's.
///
/// An agent's file can be simulated as it is: what concerns the agent alone is not looked at, and no file is opened
/// but the configuration itself and the profiles that it names.
public struct SimulationConfiguration: Sendable {
    /// The lines with their slaves, 1 to 16; each is where the agent will look for it.
    public let buses: [Bus<Slave>]

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
        root.ignore("gateway", "line", "lines", "poll")
        let codes = FirstPlaces<String>()
        let profiles = ProfileLibrary(root, surroundings)
        buses = Bus.list(root, surroundings) { Slave.list($0, codes: codes, profiles: profiles) }
        root.ignore("broker", "spool", "clock", "log")
        guard !buses.isEmpty else { return nil }
    }
}
