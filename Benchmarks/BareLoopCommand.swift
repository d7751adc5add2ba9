import ArgumentParser
import BareLoop
import FieldBench
import Glibc
import LineSimulator

/// The bare loop as a process of its own, so that its times are its own; started by the other commands.
struct BareLoopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "bare-loop", shouldDisplay: false)

    @Option var port: String
    @Option var baud: Int32
    @Option(help: "Microseconds before each request.") var silence: UInt32
    @Option(help: "Microseconds from cycle to cycle.") var interval: Int64
    @Option var slaves: Int32
    @Option(parsing: .upToNextOption, help: "First address and count of each block, one after the other.")
    var blocks: [Int32]
    @Option(parsing: .upToNextOption) var points: [Int32]
    @Option var spool: String?
    @Option var mac = Workbench.mac
    @Option var brokerPort: Int32 = 0
    @Option var ca: String?
    @Option var certificate: String?
    @Option var key: String?

    static func arguments(_ load: Load, port: String) -> [String] {
        [
            "bare-loop", "--port", port, "--baud", "\(load.baud)",
            "--silence", "\(Int((load.wire.silence / .microseconds(1)).rounded(.up)))",
            "--interval", "\(Int(load.interval / .microseconds(1)))", "--slaves", "\(load.slaves)",
            "--blocks",
        ] + load.fastest.blocks.flatMap { ["\($0.lowerBound)", "\($0.count)"] }
            + ["--points"] + load.addresses.map(String.init)
    }

    static func arguments(spool: String, brokerPort: Int, files: Certificates.DeviceFiles) -> [String] {
        [
            "--spool", spool, "--broker-port", "\(brokerPort)", "--ca", files.ca, "--certificate", files.certificate,
            "--key", files.key,
        ]
    }

    func run() throws {
        let pairs = stride(from: 0, to: blocks.count - 1, by: 2).map {
            bare_block(first: blocks[$0], count: blocks[$0 + 1])
        }
        var loop = bare_loop()
        loop.baud = baud
        loop.silence = silence
        loop.interval = interval
        loop.slaves = slaves
        loop.broker_port = brokerPort
        // The process ends with the loop: what is copied for it here is never given back.
        loop.port = Self.copy(port)
        loop.spool = spool.flatMap(Self.copy)
        loop.mac = Self.copy(mac)
        loop.ca = ca.flatMap(Self.copy)
        loop.certificate = certificate.flatMap(Self.copy)
        loop.key = key.flatMap(Self.copy)
        let status = pairs.withUnsafeBufferPointer { pairs in
            points.withUnsafeBufferPointer { points in
                loop.blocks = pairs.baseAddress
                loop.block_count = Int32(pairs.count)
                loop.points = points.baseAddress
                loop.point_count = Int32(points.count)
                return bare_loop_run(&loop)
            }
        }
        throw ExitCode(status)
    }

    private static func copy(_ text: String) -> UnsafePointer<CChar>? { strdup(text).map { UnsafePointer($0) } }
}
