public import AgentConfiguration
internal import BrokerLink
public import Logging
internal import ModbusKit
internal import ModbusModel
internal import ServiceLifecycle
internal import StoreForward
internal import TelemetryContract
internal import UnixSignals

/// The gateway at work: polls, stores and forwards until it is told to stop.
public struct Agent: Sendable {
    private let configuration: AgentConfiguration
    private let identity: Identity
    private let version: String
    private let clock: WallClock
    private let log: Logger
    private let manager = ServiceManager()

    /// Prepares an agent; nothing is opened yet.
    public init(
        _ configuration: AgentConfiguration, identity: Identity, version: String, clock: WallClock = .system,
        log: Logger
    ) {
        self.configuration = configuration
        self.identity = identity
        self.version = version
        self.clock = clock
        self.log = log
    }

    /// Runs until SIGTERM or SIGINT.
    ///
    /// What a restart cannot mend ends the run at once: a spool that is not ours, a port that does not exist (unless
    /// it is waited for). What time can mend does not: the broker's name, its certificate, the clock.
    public func run(waitingForPort: Bool) async throws {
        let spool = try await openSpool()
        let lines = Lines(
            configuration.buses,
            policy: RetryPolicy(attempts: configuration.poll.attempts, backoff: configuration.poll.backoff), log: log)
        try await open(lines, waitingForPort: waitingForPort)
        if let fault = identity.fault(at: clock.now()) { log.warning("\(fault)") }

        let topics = Topics(identity.mac)
        let gone = RetainedMessage(
            topic: topics.status, payload: StatusMessage.offline(gateway: identity.mac).encoded())
        let link = BrokerLink(
            settings: configuration.brokerSettings(clientID: identity.mac.description),
            will: gone, birth: birth(topics))
        let forwarder = Forwarder(
            spool: spool, link: link, topic: topics.telemetry, window: configuration.broker.inFlight, log: log)
        let poller = Poller(
            lines: lines, spool: spool, forwarder: forwarder,
            maker: MessageMaker(mac: identity.mac, buses: configuration.buses),
            interval: configuration.poll.interval,
            clock: clock, log: log)

        // Stopped in reverse: first the poller, then the window is given a moment, then the link says goodbye.
        let services: [any Service] = [LinkService(link: link, farewell: gone), forwarder, poller]
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: log))
        manager.ready()
        log.notice("running", metadata: ["gateway": "\(identity.mac)", "version": "\(version)"])
        try await group.run()
        manager.stopping()
        await spool.close()
        log.notice("stopped")
    }

    /// Opens the lines; one that cannot be opened ends the run where a person must mend it.
    ///
    /// A server on the network may be slower to start than we are, and is waited for like the broker.
    private func open(_ lines: Lines, waitingForPort: Bool) async throws(AgentFault) {
        for failure in await lines.open() {
            guard failure.mayPass, waitingForPort || failure.isOfNetwork else { throw AgentFault(failure) }
        }
    }

    private func openSpool() async throws(AgentFault) -> Spool {
        do throws(SpoolFailure) {
            return try await Spool(
                path: configuration.spool.path, limits: SpoolLimits(maxBytes: configuration.spool.maxBytes))
        } catch {
            throw AgentFault(error)
        }
    }

    /// Makes the birth message anew at every connect: it bears the time and counts the connects of this run.
    private func birth(_ topics: Topics) -> @Sendable () -> RetainedMessage {
        let count = ConnectCount(startedAt: clock.now())
        return { [identity, clock, version] in
            let message = StatusMessage.online(
                gateway: identity.mac, at: clock.now().utc, sequence: count.next(), agent: "edge-agent \(version)")
            return RetainedMessage(topic: topics.status, payload: message.encoded())
        }
    }
}
