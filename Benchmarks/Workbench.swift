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
        port: String? = nil,
        brokerPort: Int? = nil,
        backlogRate: BacklogRate = .usual,
        by wrapper: [String] = []
    ) throws -> ChildProcess {
        let name = UUID().uuidString
        let configuration = try folder.write(
            load.configuration(
                port: port ?? line.path,
                brokerPort: brokerPort ?? (broker ?? self.broker).port,
                files: files,
                spool: spool ?? folder.path("\(name).db"),
                brokerKeys: backlogRate.keys
            ),
            to: "\(name).yaml"
        )
        let words = wrapper + [agent, "run", "--config", configuration]
        return try ChildProcess(words[0], Array(words.dropFirst()))
    }

    /// How fast the agent may send what has waited.
    enum BacklogRate {
        /// As it is configured unless told otherwise.
        case usual
        /// As fast as it can.
        case unlimited

        fileprivate var keys: String {
            switch self {
            case .usual: ""
            case .unlimited: "\n  backlog_rate: none\n  backlog_jitter: 0s"
            }
        }
    }

    /// A line of eight meters that are read once in five minutes.
    func quietLine() throws -> SimulatedLine { try Load.quiet.line() }

    /// A subscriber in this process that hears all telemetry.
    func listener(
        on broker: Broker? = nil, take: @escaping @Sendable (Listener.Delivery) -> Void
    ) async throws -> Listener {
        // A name of its own: a session that another one left behind would hand its messages to this one.
        try await Listener(
            to: ["tds_new/devices/+/telemetry"], on: broker ?? self.broker, id: UUID().uuidString, take: take)
    }

    /// Starts the bare drain: this very program, which becomes it.
    func startBareDrain(spool: String, count: Int, window: Int, brokerPort: Int) throws -> ChildProcess {
        try ChildProcess(
            try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
            BareDrainCommand.arguments(
                spool: spool, count: count, bytes: BacklogFile.payloadBytes, window: window, brokerPort: brokerPort,
                files: files))
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
