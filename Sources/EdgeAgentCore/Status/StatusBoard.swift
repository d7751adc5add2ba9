internal import BrokerLink
internal import Synchronization
internal import TelemetryContract

/// Where every part of the agent writes down what it knows of itself, and from where the status message is made.
///
/// It is a plain value behind a lock, because the birth message is made on the link's thread, which waits for nobody.
final class StatusBoard: Sendable {
    private struct State {
        var facts = GatewayFacts()
        var pace = StatusPace()
        var isConnected = false
        var sequence: UInt64 = 0
    }

    private let state: Mutex<State>
    private let gateway: MACAddress
    private let agent: String
    private let clock: WallClock
    private let started = ContinuousClock.now

    /// One pending signal is as good as many.
    let changes: AsyncStream<Void>
    private let changed: AsyncStream<Void>.Continuation

    /// Makes a board on which nothing stands but who this is.
    init(gateway: MACAddress, agent: String, certificateEnds: Int64, clock: WallClock) {
        self.gateway = gateway
        self.agent = agent
        self.clock = clock
        state = Mutex(State())
        (changes, changed) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        update { $0.certificateEnds = certificateEnds }
    }

    /// Has the status messages numbered on from here.
    func count(from sequence: UInt64) { state.withLock { $0.sequence = sequence } }

    /// How the wall clock was judged; nil before it was looked at.
    var clockState: ClockState? { state.withLock { $0.facts.clock } }

    /// Whether the wall clock was looked at and is believed.
    var isClockTrusted: Bool { clockState?.isTrusted == true }

    /// Writes something down.
    func update(_ body: (inout GatewayFacts) -> Void) {
        state.withLock { body(&$0.facts) }
        changed.yield()
    }

    /// Notes that the broker welcomed us; the birth message was made a moment before.
    func connected() {
        state.withLock { state in
            state.isConnected = true
            state.facts.connects += 1
        }
        changed.yield()
    }

    /// Notes that there is no session.
    func disconnected() {
        state.withLock { $0.isConnected = false }
        changed.yield()
    }

    /// Notes what a line has become worse in.
    func drifting(_ drifts: [Drift], on line: Int) {
        update { facts in
            if facts.lines.indices.contains(line) { facts.lines[line].drifts = drifts }
        }
    }

    /// Notes the reasons for which the broker refuses messages.
    func refusing(_ reasons: Set<ReasonCode>) {
        let codes = reasons.map(\.rawValue).sorted()
        guard state.withLock({ $0.facts.refusals }) != codes else { return }
        update { $0.refusals = codes }
    }

    /// The bytes of the status message as of now.
    func message() -> [UInt8] {
        let now = clock.now()
        return state.withLock { state in
            state.facts.uptime = started.duration(to: .now)
            state.facts.freeMemory = Machine.freeMemory
            state.sequence += 1
            return StatusMessage.online(
                gateway: gateway, at: now.utc, sequence: state.sequence, agent: agent,
                health: state.facts.health(at: now.seconds)
            ).encoded()
        }
    }

    /// Notes that a message was handed to the link.
    func said() {
        let now = clock.now().seconds
        state.withLock { $0.pace.said($0.facts.alarms(at: now), at: .now) }
    }

    /// How long until a message is due; nil while there is nobody to send it to.
    var wait: Duration? {
        let now = clock.now().seconds
        return state.withLock { $0.isConnected ? $0.pace.wait($0.facts.alarms(at: now), at: .now) : nil }
    }

    /// The state in one line.
    var line: String { state.withLock { $0.facts.line(isConnected: $0.isConnected) } }
}
