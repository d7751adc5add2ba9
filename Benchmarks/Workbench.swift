import FieldBench
import Foundation
import LineSimulator

/// What all figures share: the agent, a broker with mutual TLS, a gateway's certificate and a folder.
struct Workbench: Sendable {
    /// The gateway's name.
    static let mac = "02:00:5e:10:00:0b"

    /// The executable that is measured.
    let agent: String
    /// Whether only the measuring is tested.
    let isQuick: Bool
    let folder: TemporaryFolder
    let certificates: Certificates
    let broker: Broker
    let files: Certificates.DeviceFiles

    init(agent: String, isQuick: Bool) async throws {
        progress("a CA, a broker and a gateway's certificate for this run ...")
        self.agent = agent
        self.isQuick = isQuick
        folder = try TemporaryFolder(prefix: "edge-bench")
        certificates = try await Certificates(in: folder)
        files = try await certificates.device(Self.mac)
        broker = try await Broker.start(certificates: certificates)
    }

    /// Starts the agent on a line; without a broker's name it is told of the shared one.
    func startAgent(
        _ load: Load,
        on line: SimulatedLine,
        broker: Broker? = nil,
        spool: String? = nil,
        port: String? = nil
    ) throws -> ChildProcess {
        let name = UUID().uuidString
        let configuration = try folder.write(
            load.configuration(
                port: port ?? line.path,
                brokerPort: (broker ?? self.broker).port,
                files: files,
                spool: spool ?? folder.path("\(name).db")
            ),
            to: "\(name).yaml"
        )
        return try ChildProcess(agent, ["run", "--config", configuration])
    }

    /// Starts the bare loop on a line: this very program, which becomes the loop.
    func startBareLoop(_ load: Load, on line: SimulatedLine, pollsOnly: Bool) throws -> ChildProcess {
        let spool = folder.path("\(UUID().uuidString).db")
        return try ChildProcess(
            try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
            BareLoopCommand.arguments(load, port: line.path)
                + (pollsOnly ? [] : BareLoopCommand.arguments(spool: spool, brokerPort: broker.port, files: files))
        )
    }
}
