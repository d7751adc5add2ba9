import AgentConfiguration
import Glibc
import Testing

/// The folders of bad configurations, each with the text that must be said about it.
@Suite struct FaultFolders {
    @Test(arguments: TestFiles.folders(in: "Faults"))
    func `a bad configuration gets exactly the faults that stand beside it`(folder: String) throws {
        let text = try TestFiles.bytes("Faults/\(folder)/config.yaml")
        let faults = try #require(throws: ConfigurationFaults.self) {
            if folder.hasPrefix("simulation-") {
                _ = try SimulationConfiguration.parse(text, file: "config.yaml")
            } else {
                _ = try AgentConfiguration.parse(text, file: "config.yaml")
            }
        }
        let expected = String(decoding: try TestFiles.bytes("Faults/\(folder)/expected.txt"), as: UTF8.self)
        #expect(faults.description + "\n" == expected)
        #expect(faults.kind == .invalid)
        #expect(faults.faults == faults.faults.sorted { $0.place < $1.place })
    }

    @Test func `there are bad configurations to be tested`() {
        #expect(TestFiles.folders(in: "Faults").count >= 101)
    }
}
