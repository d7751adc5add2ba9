import ArgumentParser
import BareLoop
import FieldBench
import Glibc

/// The bare drain as a process of its own; started by the drain figures.
struct BareDrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "bare-drain", shouldDisplay: false)

    @Option var spool: String
    @Option var count: Int32
    @Option var bytes: Int32
    @Option var window: Int32
    @Option var brokerPort: Int32
    @Option var ca: String
    @Option var certificate: String
    @Option var key: String

    static func arguments(
        spool: String, count: Int, bytes: Int, window: Int, brokerPort: Int, files: Certificates.DeviceFiles
    ) -> [String] {
        [
            "bare-drain", "--spool", spool, "--count", "\(count)", "--bytes", "\(bytes)", "--window", "\(window)",
            "--broker-port", "\(brokerPort)", "--ca", files.ca, "--certificate", files.certificate, "--key", files.key,
        ]
    }

    func run() throws {
        var job = bare_drain()
        job.count = count
        job.bytes = bytes
        job.window = window
        job.broker_port = brokerPort
        // The process ends with the job: what is copied for it here is never given back.
        job.spool = Self.copy(spool)
        job.mac = Self.copy(Workbench.mac)
        job.ca = Self.copy(ca)
        job.certificate = Self.copy(certificate)
        job.key = Self.copy(key)
        throw ExitCode(bare_drain_run(&job))
    }

    private static func copy(_ text: String) -> UnsafePointer<CChar>? { strdup(text).map { UnsafePointer($0) } }
}
