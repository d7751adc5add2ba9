internal import AgentConfiguration
internal import BlockingExecutor
internal import BrokerLink
internal import MachineClock
internal import TelemetryContract

/// Looks at everything that an agent needs, from the configuration to the broker, and says what it found.
///
/// Nothing is changed, and nothing is taken from a running agent: what it has is asked of it.
public struct Doctor: Sendable {
    /// What is just being looked at.
    public enum Step: Sendable, Hashable {
        /// The files.
        case files
        /// The spool and its disk.
        case disk
        /// The clock.
        case clock
        /// A line, by its name.
        case line(String)
        /// The broker, from this phase on.
        case broker(Phase)
    }

    private let path: String
    private let isOffline: Bool
    private let release: Int64
    private let surroundings: Surroundings
    private let room = BlockingRoom()

    /// Prepares an examination.
    ///
    /// - Parameters:
    ///   - path: The configuration file.
    ///   - isOffline: Whether the broker and lines over the network are left out.
    ///   - release: The second since 1970 at which this program was released.
    public init(path: String, isOffline: Bool = false, release: Int64, surroundings: Surroundings = Surroundings()) {
        self.path = path
        self.isOffline = isOffline
        self.release = release
        self.surroundings = surroundings
    }

    /// Looks at everything in the order in which it should be mended.
    ///
    /// - Parameters:
    ///   - begin: Is told what is looked at next, before something that may take a while.
    ///   - report: Is given each finding as it is known.
    /// - Returns: The status of the first fault; nil where there is none.
    public func run(begin: (Step) -> Void, report: (Finding) -> Void) async -> ExitStatus? {
        var first: ExitStatus?
        func tell(_ finding: Finding) {
            first = first ?? finding.verdict.status
            report(finding)
        }
        begin(.files)
        let (path, surroundings) = (path, surroundings)
        let (configuration, findings) = await room.run { Self.readConfiguration(path) }
        for finding in findings { tell(.configuration(finding)) }
        guard let configuration else { return first }

        let broker = configuration.broker
        let credentials = await room.run {
            CredentialExamination(certificateFile: broker.certificate, keyFile: broker.key, caFile: broker.ca)
        }
        let now = surroundings.clock.now()
        for finding in Self.judge(credentials, broker, configured: configuration.gateway.mac, now: now.seconds) {
            tell(.identity(finding))
        }

        // The spool knows the last good time, so it is looked at before the clock and told of after the lines.
        begin(.disk)
        let disk = await room.run { DiskFacts(configuration.spool, surroundings) }
        begin(.clock)
        for finding in await clock(configuration, disk) { tell(.clock(finding)) }
        for bus in configuration.buses {
            begin(.line(bus.line.name))
            for finding in await examine(bus) { tell(.line(finding, name: bus.line.name, place: bus.line.place)) }
        }
        for finding in disk.judged(configuration.spool, for: surroundings.person) { tell(.disk(finding)) }
        await examineBroker(configuration, credentials, disk, begin: begin) { tell(.broker($0)) }
        return first
    }

    private func clock(_ configuration: AgentConfiguration, _ disk: DiskFacts) async -> [ClockFinding] {
        let (surroundings, release) = (surroundings, release)
        return await room.run {
            let agents = RunningAgents(sockets: surroundings.sockets())
            // Without a right to see who has the spool, any agent's word is better than a guess.
            let isKnown = disk.owner != nil
            let mayRun = isKnown || disk.spool == .notSeen
            return Self.judgeClock(
                surroundings.machine.read(), agent: mayRun ? agents.clock(of: disk.owner) : nil,
                trust: configuration.clock.trust, release: release, lastGood: disk.lastGood,
                sysfs: surroundings.sysfs)
        }
    }

    private func examine(_ bus: Bus<AgentConfiguration.Slave>) async -> [LineFinding] {
        let surroundings = surroundings
        switch bus.line.way {
        case .serial(let port, _):
            return await room.run {
                let agents = RunningAgents(sockets: surroundings.sockets())
                return PortFacts(port, surroundings, agents: agents).judged(for: surroundings.person)
            }
        case .network where isOffline: return [.offline]
        case .network(let endpoint, _):
            let hold = await room.run { RunningAgents(sockets: surroundings.sockets()).hold(of: "\(endpoint)") }
            // Many serial servers take one connection only: ours would throw the agent's off.
            if let hold, hold.standing != .lost { return [.agentHas(hold.standing, process: hold.process)] }
            return [await Self.examineServer(bus)]
        }
    }

    private func examineBroker(
        _ configuration: AgentConfiguration, _ credentials: CredentialExamination, _ disk: DiskFacts,
        begin: (Step) -> Void, report: (BrokerFinding) -> Void
    ) async {
        if isOffline {
            for phase in Phase.allCases { report(.offline(phase)) }
            return
        }
        let settings = configuration.brokerSettings(clientID: "")
        // A certificate that names no gateway is tried by the name that it has, and without one only the door is.
        guard let certificate = credentials.certificate, credentials.isUsable,
            let mac = MACAddress(certificate.commonName) ?? configuration.gateway.mac
        else {
            begin(.broker(.name))
            let failure = await room.run { Doorstep.failure(settings) }
            for finding in BrokerExamination.atTheDoor(settings, failure) { report(finding) }
            return
        }
        // As the agent does: our own certificate was issued before now, too.
        let floor = max(release, disk.lastGood ?? 0, certificate.notBefore)
        let examination = BrokerExamination(
            configuration, mac: mac, clockFloor: floor, now: surroundings.clock.now())
        await examination.run(begin: { begin(.broker($0)) }, report: report)
    }
}

/// A thread for the questions that may block: a file on a dead disk, a port, an agent that is busy.
private actor BlockingRoom {
    private let executor = BlockingExecutor(name: "doctor")

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func run<Value: Sendable>(_ body: @Sendable () -> Value) -> Value { body() }
}
