import FieldBench
import Foundation
import LineSimulator
import Synchronization

/// One gateway of the field: its meter, its wire to the broker, the agent that lives and dies, and what was seen of it.
final class CrashGateway {
    /// How many messages it may have in flight.
    static let window = 10
    /// Long enough that the window is always full while there is a backlog.
    static let wire = WireConditions.roundTrip(.milliseconds(20))
    /// What a connection has handed over at the least when it has carried a message: the handshake alone is 1.5 kB.
    ///
    /// Attempts that never got so far leave what is in flight as it was: they explain no repeats.
    private static let leastWithMessage = 1_800

    let role: Role
    let mac: String
    let line: SimulatedLine
    let relay: TCPRelay
    let clock: SteppedClock?
    let disk: SmallDisk?

    private(set) var evidence: Evidence
    private(set) var agent: ChildProcess?
    private var birth: Moment = 0
    private var withoutDisk: [Range<Moment>] = []

    private let program: String
    private let folder: TemporaryFolder
    private let configuration: String
    private let spool: SpoolFiles

    init(_ role: Role, index: Int, broker: Broker, agent program: String, backlog count: Int) async throws {
        self.role = role
        self.program = program
        mac = "02:00:5e:20:00:0\(index)"
        let files = try await broker.certificates.device(mac)
        clock = role == .steppedClock ? try await SteppedClock() : nil
        disk = role == .smallDisk ? try await SmallDisk(bytes: 64 << 20 + 500 * count) : nil
        folder = try TemporaryFolder(prefix: "crash")
        relay = try TCPRelay(to: broker.port, conditions: Self.wire)
        // Each answer in one piece: one that a halted machine tears apart would rightly be thrown away.
        line = try SimulatedLine(
            SimulatedLineSettings(baud: 115_200, packetSize: 256), slaves: [Meter.slave(from: count)])
        spool = SpoolFiles(inside: (disk?.path ?? folder.path) + "/spool.db", outside: disk?.outside ?? folder.path)
        // The meter always answers. A timeout that a halted machine could bring about would throw an answer away, which
        // looks from outside like a loss.
        configuration = try folder.write(
            """
            line: { port: \(line.path), baud: 115200, format: 8N1 }
            poll: { interval: 1s, timeout: 5s, backoff: 1s }
            broker:
              { host: localhost, port: \(relay.port), ca: \(files.ca), certificate: \(files.certificate),
                key: \(files.key), keep_alive: 5s, in_flight: \(Self.window), backlog_rate: none, backlog_jitter: 0s }
            spool: { path: \(spool.inside), min_free: 0 }
            slaves:
            \(Meter.configuration)
            """, to: "gateway.yaml")
        // Five minutes apart, as a gateway's are, the last of them a day before the run.
        let start = Int64(Date().timeIntervalSince1970) - 86_400 - Int64(300 * count)
        let stamps = (0..<count).map { start + Int64(300 * $0) }
        evidence = Evidence(mac: mac, window: Self.window, backlog: stamps)
        evidence.hasTrueClock = clock == nil
        try await spool.fill(
            stamps.indices.map { (stamps[$0], Meter.payload(mac: mac, reading: $0, stamp: stamps[$0])) })
    }

    /// Starts a life.
    func start() throws {
        guard agent == nil else { return }
        birth = Clock.now
        let words = (disk?.wrapper ?? []) + [program, "run", "--config", configuration]
        agent = try ChildProcess(words[0], Array(words.dropFirst()), environment: clock?.environment ?? [:])
    }

    /// Ends a life by kill -9 and writes down what the spool holds.
    func kill() async throws { try await end { try await $0.kill() } }

    /// Ends the last life in good order.
    func stop() async throws { try await end { try await $0.stop() } }

    private func end(_ end: (ChildProcess) async throws -> ChildProcess.Exit) async throws {
        guard let agent else { return }
        let wasRunning = agent.isRunning
        let exit = try await end(agent)
        self.agent = nil
        if !wasRunning {
            evidence.ends.append("the agent ended by itself with \(exit): \(agent.errors.text.suffix(600))")
        }
        let stored = try await spool.readings(from: evidence.backlog.count)
        evidence.lives.append(
            Evidence.Life(
                span: birth..<Clock.now, stored: stored, endedWell: exit == .status(0), withoutDisk: withoutDisk))
    }

    /// Sends the agent a signal.
    func send(_ signal: Int32) { agent?.send(signal) }

    /// Notes that the file system was full in this time.
    func wasWithoutDisk(_ span: Range<Moment>) { withoutDisk.append(span) }

    /// Turns over bits of the spool; the agent must not run.
    func damage(bits: Int, places: UInt64) throws {
        evidence.damaged.formUnion(evidence.lives.last?.stored ?? [])
        evidence.damaged.formUnion(evidence.backlog.indices)
        try spool.flip(bits: bits, places: places)
    }

    /// Waits for the meter's next answer.
    func nextAnswer(within limit: Duration) async throws {
        let before = line.counters.answers
        try? await eventually("an answer", within: limit, every: .milliseconds(1)) { line.counters.answers > before }
    }

    /// Takes down what has arrived so far, and what the line and the wire have seen.
    func evidence(deliveries: [Evidence.Delivery]) -> Evidence {
        var evidence = evidence
        evidence.deliveries = deliveries
        // A life that goes on has no last will: everything that the ones before left has still to come.
        if agent != nil { evidence.lives.append(Evidence.Life(span: birth..<Clock.now, withoutDisk: withoutDisk)) }
        let offset = Clock.wallOffset
        evidence.cycles = line.exchanges.compactMap { exchange in
            Meter.reading(in: exchange).map {
                Evidence.Cycle(
                    reading: $0, moment: exchange.requestStart, wall: (exchange.requestStart + offset) / 1_000_000_000)
            }
        }
        let connections = relay.connections
        evidence.reconnects = zip(connections, connections.dropFirst()).compactMap { before, after in
            before.bytesToServer >= Self.leastWithMessage ? Clock.moment(of: after.start) : nil
        }
        return evidence
    }
}

/// The clock of the evidence.
enum Clock {
    static var now: Moment { read(CLOCK_MONOTONIC) }

    /// What has to be added to a moment to get the true time of day, in nanoseconds since 1970.
    ///
    /// The two clocks are read one after the other: the closest of a few readings is taken.
    static var wallOffset: Int64 {
        let readings = (0..<9).map { _ in
            let before = now
            let wall = read(CLOCK_REALTIME)
            return (offset: wall - before, apart: now - before)
        }
        return readings.min { $0.apart < $1.apart }?.offset ?? 0
    }

    /// An instant of Swift's clock as a moment.
    static func moment(of instant: ContinuousClock.Instant) -> Moment {
        now - Int64(instant.duration(to: .now) / .nanoseconds(1))
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
