import FieldBench
import Foundation
import Testing

/// A line that `edge-agent simulate` plays from profiles, and the built probe on it.
final class ProbeField {
    let folder: TemporaryFolder
    let simulator: ChildProcess

    var port: String { folder.path("line") }

    init() async throws {
        folder = try TemporaryFolder(prefix: "probe")
        let configuration = try folder.write(
            """
            line: { port: \(folder.path("line")), baud: 115200, format: 8N1 }
            slaves:
              - { id: 1, profile: eastron/sdm120, codes: { voltage: D01, energy_import: D02 }, turnaround: 2ms }
              - id: 7
                turnaround: 2ms
                points:
                  - { code: X, register: 40001, type: uint16, unit: "", value: 77 }
                  - { code: Y, register: 40002, type: uint16, unit: "", counts: { from: 50000, per_second: 5 } }

            """, to: "simulated.yaml")
        simulator = try ChildProcess(
            Repository.binary("edge-agent"), ["simulate", "--config", configuration], takesInput: true)
        try await eventually("the line is there; \(simulator.errors.text)", within: .seconds(20)) {
            FileManager.default.fileExists(atPath: folder.path("line"))
        }
    }

    /// Types a command to the simulator, and waits until it is in force.
    ///
    /// It takes one after the other, and complains of what it does not know: the complaint comes after what it does.
    func simulate(_ command: String) async throws {
        let fence = "fence-\(command.split(separator: " ").joined(separator: "-"))"
        try simulator.type(command)
        try simulator.type(fence)
        try await eventually("the simulator has taken '\(command)'; \(simulator.errors.text)", within: .seconds(10)) {
            simulator.errors.text.contains(fence)
        }
    }

    /// Runs `edge-agent probe` to its end, on this line unless another port is named.
    func probe(_ arguments: String..., ends status: Int32 = 0, sourceLocation: SourceLocation = #_sourceLocation)
        async throws -> ChildProcess
    {
        let own = arguments.contains("--port") ? [] : ["--port", port, "--baud", "115200"]
        let process = try ChildProcess(Repository.binary("edge-agent"), ["probe"] + arguments + own)
        #expect(
            try await process.waitForExit(within: .seconds(120)) == .status(status),
            "\(process.output.text)\(process.errors.text)", sourceLocation: sourceLocation)
        for line in process.output.text.split(separator: "\n") where !arguments.contains("--json") {
            #expect(line.count <= 80, "\(line)", sourceLocation: sourceLocation)
            #expect(!line.contains("\u{1B}"), "no colour in a pipe: \(line)", sourceLocation: sourceLocation)
        }
        return process
    }

    /// Runs it with `--json` and decodes what it says by the shape that docs/probe.md gives.
    ///
    /// On a machine that has other work the simulated meters answer late or haltingly now and then, and the probe is right
    /// to say so: what a quiet line shows is looked at a few times, and one look must be right.
    func result<Shape: Decodable>(
        _ shape: Shape.Type, _ arguments: [String], ends status: Int32 = 0, looks: Int = 5,
        sourceLocation: SourceLocation = #_sourceLocation, isRight: (Shape) -> Bool = { _ in true }
    ) async throws -> Shape {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        var last: ChildProcess?
        for _ in 1...looks {
            let process = try ChildProcess(
                Repository.binary("edge-agent"), ["probe"] + arguments + ["--json", "--port", port, "--baud", "115200"])
            let exit = try await process.waitForExit(within: .seconds(120))
            let shown = try? decoder.decode(shape, from: Data(process.output.bytes))
            if let shown, exit == .status(status), isRight(shown) { return shown }
            last = process
        }
        let process = try #require(last, sourceLocation: sourceLocation)
        Issue.record(
            "\(arguments): \(String(describing: process.exit)), \(process.output.text)\(process.errors.text)",
            sourceLocation: sourceLocation)
        return try decoder.decode(shape, from: Data(process.output.bytes))
    }
}

/// What the probe writes with `--json`, as docs/probe.md has it.
enum ProbeShape {
    struct Scan: Decodable {
        struct Slave: Decodable {
            let slave, baud: Int
            let format, verdict: String
            let exception, milliseconds: Int?
            let answered, asked: Int
        }
        let port: String
        let otherMaster: [Int]?
        let echo: Bool
        let slaves: [Slave]
        let questions, strayBytes: Int
        let complete: Bool
        let seconds: Double
    }

    struct Identity: Decodable {
        struct Profile: Decodable {
            let profile: String
            let confidence, score: Double
            let plausible, read, refused: Int
            let alike: [String]
        }
        let slave: Int
        let reports: [String]
        let matches: [Profile]
    }

    struct Register: Decodable {
        let address: Int
        let value: Int?
    }

    struct Place: Decodable {
        struct Meaning: Decodable {
            let type, order, value, configuration: String
            let score: Double
        }
        let address: Int
        let isLikely: Bool
        let meanings: [Meaning]
    }

    struct Diagnosis: Decodable {
        struct Finding: Decodable {
            let name, verdict, nextStep: String
            let weight: Double
        }
        struct Slave: Decodable {
            let slave, asked, answered, broken, twoVoices, silent: Int
        }
        let port, format: String
        let baud, idleBytes, fringeBytes: Int
        let findings: [Finding]
        let slaves: [Slave]
        let framingErrors, parityErrors, breaks, overruns: Int?
    }

    struct Quality: Decodable {
        struct Slave: Decodable {
            let slave, asked, answered, broken, lost, proposedTimeoutMilliseconds, proposedGap: Int
            let medianMilliseconds, p95Milliseconds, p99Milliseconds: Double
        }
        let port, format, at: String
        let baud, strayBytes: Int
        let slaves: [Slave]
        let drift: Drift?
    }

    struct Drift: Decodable {
        struct Finding: Decodable {
            let kind: String
            let slave: Int?
            let bad, chances: Int
            let allowed: Double
            let laterThanMilliseconds: Double?
        }
        let isWorse: Bool
        let findings: [Finding]
        let unknown: [Int]
    }

    struct Config: Decodable {
        struct Slave: Decodable {
            let slave: Int
            let profile: String?
            let confidence: Double
            let alike, values: [String]
        }
        let path: String?
        let saved: Bool
        let added: [Slave]
        let text: String
    }
}
