public import AgentConfiguration
internal import BrokerLink
public import Logging
public import MachineClock
internal import ModbusKit
internal import ModbusModel
internal import ServiceLifecycle
internal import StoreForward
internal import TelemetryContract

/// The gateway at work: polls, stores and forwards until it is told to stop.
public struct Agent: Sendable {
    private let configuration: AgentConfiguration
    private let identity: Identity
    private let version: String
    private let release: Int64
    private let clock: WallClock
    private let machine: MachineClock
    private let log: Logger
    private let manager = ServiceManager()

    /// Prepares an agent; nothing is opened yet.
    ///
    /// - Parameter release: The second since 1970 at which this program was released: no clock before it is believed.
    public init(
        _ configuration: AgentConfiguration, identity: Identity, version: String, release: Int64,
        clock: WallClock = .system, machine: MachineClock = .system, log: Logger
    ) {
        self.configuration = configuration
        self.identity = identity
        self.version = version
        self.release = release
        self.clock = clock
        self.machine = machine
        self.log = log
    }

    /// Runs until SIGTERM or SIGINT.
    ///
    /// What a restart cannot mend ends the run at once: a spool that is not ours, a port that does not exist (unless
    /// it is waited for). What time can mend does not: the broker's name, its certificate, the clock.
    public func run(waitingForPort: Bool) async throws {
        let board = StatusBoard(
            gateway: identity.mac, agent: "edge-agent \(version)", certificateEnds: identity.notAfter, clock: clock)
        let spool = try await openSpool(board)
        let lines = Lines(
            configuration.buses,
            policy: RetryPolicy(attempts: configuration.poll.attempts, backoff: configuration.poll.backoff), log: log)
        try await open(lines, waitingForPort: waitingForPort)
        if let fault = identity.fault(at: clock.now()) { log.warning("\(fault)") }

        let (lastStamp, lastGood) = (await spool.lastStamp, await spool.lastGoodTime ?? 0)
        board.count(from: await firstStatus(spool))
        let maker = MessageMaker(mac: identity.mac, buses: configuration.buses)
        let cycleClock = CycleClock(
            machine: machine,
            judge: ClockJudge(trust: configuration.clock.trust, release: release, lastGood: lastGood),
            lastStamp: lastStamp, spool: spool, maker: maker, board: board, log: log)

        // Twins bear one MAC, and must not draw the same waits.
        let jitter = Jitter(name: identity.mac.description, start: UInt64(bitPattern: machine.read().uptime))
        let topics = Topics(identity.mac)
        let gone = RetainedMessage(
            topic: topics.status, payload: StatusMessage.offline(gateway: identity.mac).encoded())
        var settings = configuration.brokerSettings(clientID: identity.mac.description)
        // Our own certificate was issued before now, too.
        settings.clockFloor = [release, lastGood, lastStamp ?? 0, identity.notBefore].max() ?? release
        let link = BrokerLink(
            settings: settings, will: gone,
            birth: {
                defer { board.said() }
                return RetainedMessage(topic: topics.status, payload: board.message())
            }, random: jitter.next)
        let forwarder = Forwarder(
            spool: spool, link: link, topic: topics.telemetry, broker: configuration.broker, board: board,
            clock: clock, random: jitter.next, log: log)
        await cycleClock.atDating { await forwarder.storedOtherwise() }
        let drifts = zip(configuration.buses, configuration.baselines).map { LineDrift($0, $1) }
        board.update { facts in
            facts.lines = zip(maker.names, drifts).map { name, drift in
                var line = LineFacts(name: name)
                line.drifts = drift?.drifts
                return line
            }
        }
        let poller = Poller(
            lines: lines,
            store: CycleStore(
                clock: cycleClock, maker: maker, spool: spool, forwarder: forwarder, board: board, log: log),
            codes: maker.codes, names: maker.names, interval: configuration.poll.interval, drifts: drifts, log: log)
        let status = StatusService(board: board, link: link, topic: topics.status, manager: manager)

        // Stopped in reverse: first the poller, then the window is given a moment, then the link says goodbye.
        let services: [any Service] = [
            LinkService(link: link, farewell: gone), status, forwarder,
            ControlSocket(lines: lines, board: board, log: log), poller,
        ]
        let stop = ServiceGroupConfiguration.ServiceConfiguration(
            service: StopSignals(), successTerminationBehavior: .gracefullyShutdownGroup)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [stop] + services.map { .init(service: $0) }, logger: log))
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

    private func openSpool(_ board: StatusBoard) async throws(AgentFault) -> Spool {
        do throws(SpoolFailure) {
            return try await Spool(configuration.spoolSettings) { [clock] in
                board.isClockTrusted ? clock.now().seconds : nil
            }
        } catch {
            throw AgentFault(error)
        }
    }

    /// The number from which this run counts its status messages, above those of every run before.
    ///
    /// It is the start's second in millionths. Where the clock is behind the last stamp, it is the second after that one,
    /// and the time since the boot tells such starts apart. That second is never noted as a good time: a clock that was
    /// once wrong ahead would shut out the right one.
    private func firstStatus(_ spool: Spool) async -> UInt64 {
        let known = max(await spool.lastStamp ?? 0, await spool.lastGoodTime ?? 0, release)
        let now = clock.now().seconds
        guard now <= known else { return UInt64(now) * 1_000_000 }
        return UInt64(known + 1) * 1_000_000 + UInt64(min(max(machine.read().uptime.seconds, 0), 999_999))
    }
}
