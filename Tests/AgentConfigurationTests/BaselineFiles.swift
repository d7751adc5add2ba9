import AgentConfiguration
import Glibc
import Testing

/// What is said of the measurement that a line is held against.
@Suite struct BaselineFiles {
    private static let good = """
        {
          "at": "2026-11-21T12:00:00Z", "baud": 9600, "format": "8N1", "port": "/dev/ttyUSB0", "stray_bytes": 0,
          "slaves": [
            { "slave": 1, "asked": 1000, "answered": 998, "broken": 1, "lost": 1, "median_milliseconds": 20.2,
              "p95_milliseconds": 22.5, "p99_milliseconds": 23, "proposed_gap": 20,
              "proposed_timeout_milliseconds": 90 }
          ]
        }
        """

    /// A folder with a configuration for one slave whose line has a baseline.
    private func folder(_ baseline: String?, line: String = "port: /dev/ttyUSB0") -> ScratchFolder {
        let folder = ScratchFolder()
        let text = Sample.shortest.text.replacing(
            "line:\n  port: /dev/ttyUSB0\n", with: "line: { \(line), baseline: line.json }\n")
        folder.write("agent.yaml", text)
        for name in ["ca.crt", "device.crt", "device.key"] { folder.write(name, name, mode: 0o600) }
        if let baseline { folder.write("line.json", baseline) }
        return folder
    }

    private func warnings(_ folder: borrowing ScratchFolder) throws -> [String] {
        let path = folder.path
        return try AgentConfiguration.load(path: "\(path)/agent.yaml").warnings.map {
            $0.description.replacing("\(path)/", with: "")
        }
    }

    @Test func `a measurement that fits is taken`() throws {
        let folder = folder(Self.good)
        let configuration = try AgentConfiguration.load(path: "\(folder.path)/agent.yaml")
        #expect(configuration.warnings.isEmpty, "\(configuration.warnings)")
        let baseline = try #require(configuration.baselines.first ?? nil)
        let slave = try #require(baseline.slaves.first)
        #expect(slave.asked == 1000 && slave.answered == 998 && baseline.characterErrors == nil)
        #expect(slave.p95 == .microseconds(22_500) && slave.p99 == .milliseconds(23))
        #expect(configuration.buses[0].line.watch?.window == .seconds(600))
        #expect(configuration.buses[0].line.watch?.baseline == "\(folder.path)/line.json")
    }

    @Test func `one that is gone is a warning, and the line is polled unwatched`() throws {
        let folder = folder(nil)
        let lines = try warnings(folder)
        #expect(lines.count == 2)
        #expect(lines[0].hasPrefix("agent.yaml:1:"))
        #expect(lines[0].contains("line.baseline: line.json cannot be used, so the line is not watched for drift; "))
        #expect(lines[0].contains("edge-agent probe quality --config agent.yaml --times 1000 --save line.json"))
        #expect(lines[1] == "line.json: the baseline cannot be opened: No such file or directory (errno 2)")
        #expect(try AgentConfiguration.load(path: "\(folder.path)/agent.yaml").baselines == [nil])
    }

    @Test(arguments: [
        (#""baud": 9600"#, #""baud": "fast""#, "line.json:2:41: baud: \"fast\" stands where one of"),
        (#""format": "8N1""#, #""format": "7N1""#, "format: \"7N1\" stands where one of 8N1, "),
        (#""asked": 1000"#, #""asked": 10"#, "slaves[0].answered: 998 stands where a number up to 10"),
        (#""p95_milliseconds": 22.5,"#, "", "slaves[0].p95_milliseconds: the key is missing"),
        (#""slave": 1,"#, #""slave": 0,"#, "slaves[0].slave: \"0\" stands where a slave's address from 1 to 247"),
        (#""stray_bytes": 0"#, #""stray_bites": 0"#, "stray_bites: unknown key; did you mean \"stray_bytes\"?"),
        ("}\n  ]\n}", "}\n", "line.json:"),
    ])
    func `a mistake in it is told with line, key and what was expected`(
        part: String, mistake: String, expected: String
    ) throws {
        let lines = try warnings(folder(Self.good.replacing(part, with: mistake)))
        #expect(lines.first?.contains("cannot be used") == true, "\(lines)")
        #expect(lines.dropFirst().contains { $0.hasPrefix("line.json:") && $0.contains(expected) }, "\(lines)")
    }

    @Test func `one of another setting or port is not used, and both are named`() throws {
        let baud = try warnings(folder(Self.good.replacing("9600", with: "19200")))
        #expect(baud.count == 1 && baud[0].contains("it was measured at 19200 8N1 and the line runs at 9600 8N1"))
        let port = try warnings(folder(Self.good.replacing("ttyUSB0", with: "ttyUSB7")))
        #expect(port.count == 1 && port[0].contains("on /dev/ttyUSB7 and the line's port is /dev/ttyUSB0"), "\(port)")
        // Two names of one device are one port.
        let folder = folder(Self.good.replacing("/dev/ttyUSB0", with: "/dev/null"), line: "port: adapter")
        #expect(symlink("/dev/null", "\(folder.path)/adapter") == 0)
        #expect(try warnings(folder).isEmpty)
    }

    @Test func `a slave that was not measured, or did not answer, is named`() throws {
        let other = try warnings(folder(Self.good.replacing(#""slave": 1,"#, with: #""slave": 7,"#)))
        #expect(other.count == 1 && other[0].contains("slave 1 is not watched for drift: in line.json it was not"))
        let silent = try warnings(folder(Self.good.replacing("998", with: "0")))
        #expect(silent.count == 1 && silent[0].contains("it did not answer"))
    }

    @Test func `a line over the network has none, and a window alone is a mistake`() throws {
        func faults(_ line: String) throws -> [String] {
            let text = Sample.shortest.text.replacing("line:\n  port: /dev/ttyUSB0\n", with: "line: { \(line) }\n")
            let faults = try #require(throws: ConfigurationFaults.self) { try Sample(text).parsed() }
            return faults.faults.map(\.description)
        }
        #expect(
            try faults("url: \"tcp://10.0.0.1:502\", baseline: b.json").first?.contains(
                "a line over the network has no baseline") == true)
        #expect(
            try faults("port: /dev/ttyUSB0, drift_window: 1m").first?.contains("drift_window is given and no baseline")
                == true)
        #expect(
            try faults("port: /dev/ttyUSB0, baseline: b, drift_window: 1s").first?.contains("from 5s to 24h") == true)
    }
}
