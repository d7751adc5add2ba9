import AgentConfiguration
import Testing

/// docs/configuration.md says what the code does.
@Suite struct Documentation {
    @Test func `what the example marks as default can be left out`() throws {
        let whole = try Sample(try Sample.documented(0)).parsed()
        let lines = try Sample.documented(0).split(separator: "\n").filter { line in
            !line.hasSuffix("# default") && !line.contains("# default;")
        }
        // A section of which nothing is left goes as a whole.
        let kept = lines.indices.filter { index in
            !lines[index].hasSuffix(":") || lines[index].hasPrefix(" ")
                || (index + 1 < lines.count && lines[index + 1].hasPrefix(" "))
        }
        #expect(kept.count < lines.count)
        let short = try Sample(kept.map { lines[$0] }.joined(separator: "\n")).parsed()
        #expect(short.gateway == whole.gateway)
        #expect(short.buses.map(\.line) == whole.buses.map(\.line))
        #expect(short.poll == whole.poll)
        #expect(short.slaves == whole.slaves)
        #expect(short.broker == whole.broker)
        #expect(short.spool == whole.spool)
        #expect(short.clock == whole.clock)
        #expect(short.logLevel == whole.logLevel)
    }

    @Test func `every key that is read is described`() throws {
        let page = try Sample.documentation()
        let text = """
            line: { zzzz: 1 }
            gateway: { zzzz: 1 }
            poll: { zzzz: 1 }
            slaves: [{ zzzz: 1, points: [{ zzzz: 1, counts: { zzzz: 1 }, waves: { zzzz: 1 } }] }]
            broker: { zzzz: 1 }
            spool: { zzzz: 1 }
            clock: { zzzz: 1 }
            log: { zzzz: 1 }
            zzzz: 1
            """
        let bytes = Array(text.utf8)
        let faults = [
            try #require(throws: ConfigurationFaults.self) { _ = try AgentConfiguration.parse(bytes, file: "f") },
            try #require(throws: ConfigurationFaults.self) { _ = try SimulationConfiguration.parse(bytes, file: "f") },
        ]
        let lists = faults.flatMap(\.faults).filter { $0.message == "unknown key" }.compactMap(\.hint)
        #expect(lists.count == 10 + 6)
        for key in Set(lists.flatMap { $0.dropFirst("valid keys: ".count).split(separator: ", ") }) {
            #expect(page.contains("`\(key)`") || page.contains("### \(key)\n"), "\(key) is not described")
        }
    }
}
