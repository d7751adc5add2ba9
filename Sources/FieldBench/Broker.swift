internal import Foundation
internal import Synchronization

/// A real Mosquitto on the loopback, run from the configuration and the ACL that the repository ships.
public final class Broker: Sendable {
    private struct State {
        var process: ChildProcess?
        /// What the processes before this one have logged.
        var earlierLog = ""
    }

    /// The host to connect to; the broker's certificate names it and `localhost`.
    public let host = "127.0.0.1"

    /// The port, the same through all restarts.
    public let port: Int

    /// The CA that the broker trusts.
    public let certificates: Certificates

    /// The broker's own copy of the shipped ACL, for tests that change it.
    public let aclFile: String

    private let folder: TemporaryFolder
    private let configuration: String
    private let state = Mutex(State())

    /// Writes the configuration, and does not start anything yet.
    public init(certificates: Certificates, port: Int = freePort()) throws {
        self.port = port
        self.certificates = certificates
        folder = try TemporaryFolder(prefix: "broker")
        aclFile = try folder.write(String(contentsOfFile: Repository.path("broker/acl"), encoding: .utf8), to: "acl")
        var text = try BrokerConfiguration.shipped()
        try text.exchange("listener", for: "\(port) 127.0.0.1")
        try text.exchange("cafile", for: certificates.ca)
        try text.exchange("certfile", for: certificates.broker.certificate)
        try text.exchange("keyfile", for: certificates.broker.key)
        try text.exchange("crlfile", for: certificates.revocationList)
        try text.exchange("acl_file", for: aclFile)
        try text.exchange("persistence_location", for: "\(folder.path)/")
        try text.exchange("pid_file", for: folder.path("mosquitto.pid"))
        // Mosquitto started as root becomes this user, who could not read the temporary folder.
        if geteuid() == 0 { try text.exchange("user", for: "root") }
        configuration = try folder.write(text.text, to: "mosquitto.conf")
    }

    /// Makes a broker and starts it.
    public static func start(certificates: Certificates) async throws -> Broker {
        let broker = try Broker(certificates: certificates)
        try await broker.start()
        return broker
    }

    /// Has the broker deny a client's subscriptions in its answer, which its access list does not: it confirms, and is
    /// silent.
    ///
    /// It is done by Mosquitto's own plugin, and counts from the next start on.
    public func denySubscriptions(of user: String) throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: "/usr/lib").map { "/usr/lib/\($0)" }
        let plugins = (folders + ["/usr/lib"]).map { "\($0)/mosquitto_dynamic_security.so" }
        guard let plugin = plugins.first(where: FileManager.default.fileExists(atPath:)) else {
            throw BenchError("mosquitto_dynamic_security.so is not installed")
        }
        // Only what a role denies in so many words is denied: all else is left to the access list.
        let rights = try folder.write(
            """
            {"clients":[{"username":"\(user)","roles":[{"rolename":"deaf"}]}],
            "roles":[{"rolename":"deaf","acls":[{"acltype":"subscribePattern","topic":"#","allow":false}]}]}
            """, to: "rights.json")
        let text = try String(contentsOfFile: configuration, encoding: .utf8)
        try folder.write("\(text)\nplugin \(plugin)\nplugin_opt_config_file \(rights)\n", to: "mosquitto.conf")
    }

    /// Starts the broker and returns when it accepts connections.
    public func start() async throws {
        guard !isRunning else { throw BenchError("the broker on port \(port) is running already") }
        let process = try ChildProcess("mosquitto", ["-c", configuration])
        state.withLock { state in
            if let old = state.process { state.earlierLog += old.errors.text }
            state.process = process
        }
        // It says this when it listens. To try a connection instead would leave a failed handshake in its log.
        try await eventually("the broker listens on port \(port); its log: \(process.errors.text)") {
            guard process.isRunning else {
                throw BenchError("the broker ended at once: \(process.errors.text)")
            }
            return process.errors.text.contains(" running\n")
        }
    }

    /// Whether the process is there; it may be paused.
    public var isRunning: Bool { state.withLock { $0.process?.isRunning ?? false } }

    /// Everything that the broker has logged, over all its restarts.
    public var log: String {
        state.withLock { $0.earlierLog + ($0.process?.errors.text ?? "") }
    }

    /// Stops the broker cleanly: clients are told, and what it keeps is written to disk.
    public func stop() async throws {
        try await process?.stop()
    }

    /// Ends the broker as a power cut would: nobody is told, and nothing is saved.
    public func kill() async throws {
        try await process?.kill()
    }

    /// Stops the broker if it runs, and starts it again on the same port with what it kept.
    public func restart() async throws {
        try await stop()
        try await start()
    }

    /// Freezes the broker: connections stay open, and nothing is answered.
    public func pause() async throws {
        guard let process, process.isRunning else { throw BenchError("no broker to pause") }
        process.send(SIGSTOP)
        try await eventually("the broker stands still") { Self.processState(process.id) == "T" }
    }

    /// Lets a frozen broker go on.
    public func resume() {
        process?.send(SIGCONT)
    }

    /// Makes the broker read its ACL, its certificates and the list of revoked ones again.
    ///
    /// The next connection after the return is judged by what was read. Sessions that are open stay open.
    public func reload() async throws {
        guard let process, process.isRunning else { throw BenchError("no broker to reload") }
        let reloads = { process.errors.text.components(separatedBy: "Reloading config.").count }
        let before = reloads()
        process.send(SIGHUP)
        try await eventually("the broker has reloaded") { reloads() > before }
    }

    /// Waits until the log has a text, which may come a moment after a client has seen the effect.
    public func logs(_ text: String, within duration: Duration = .seconds(5)) async throws {
        try await eventually("the broker logs '\(text)'; its log: \(log)", within: duration) { log.contains(text) }
    }

    private var process: ChildProcess? { state.withLock { $0.process } }

    /// The letter with which the kernel names what a process does.
    private static func processState(_ id: Int32) -> Character? {
        // The name stands in parentheses and may have anything in it; the letter follows the last one.
        let stat = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8)
        return stat?.split(separator: ")").last?.first { $0 != " " }
    }
}
