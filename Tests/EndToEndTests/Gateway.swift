import ExactArithmetic
import FieldBench
import Foundation
import LineSimulator
import MachineTime
import TelemetryContract
import Testing

/// A gateway in its field: simulated meters, a broker with mutual TLS, a subscriber on the server, and the built agent.
final class Gateway {
    static let mac = "02:00:5e:10:00:01"
    /// For tests that count answers: one that came too late would be counted by the meter and missing in the messages.
    static let patientPoll = "{ interval: 1s, timeout: 5s, backoff: 300ms }"

    let folder: TemporaryFolder
    let certificates: Certificates
    let files: Certificates.DeviceFiles
    let broker: Broker
    let line: SimulatedLine
    let mac: String
    private(set) var agent: ChildProcess?

    /// What the configuration says beyond the line, the broker and the spool.
    var slaves: String
    /// The timeout leaves room for a simulator that has to wait for a busy processor; one that is longer than a cycle would
    /// make the agent slow to ask a meter again that has failed.
    var poll = "{ interval: 1s, timeout: 500ms, backoff: 300ms }"
    var brokerKeys = ""
    var lineKeys = ""
    var spoolKeys = ""
    /// The line and its slaves, where they are not those of `line` and `slaves`.
    var lines: String?
    var host = "localhost"
    var port: String

    /// - Parameter packetSize: How many bytes of an answer arrive together. Usually all of them, as behind a USB adapter: a
    ///   machine that halts can then not tear an answer.
    init(
        slaves: String, on meters: [SimulatedSlave], baud: Int = 115_200, packetSize: Int = 256,
        mac: String = Gateway.mac,
        broker: Broker? = nil, brokerRuns: Bool = true, validity: Certificates.Validity = .usual
    ) async throws {
        folder = try TemporaryFolder(prefix: "gateway")
        if let broker { certificates = broker.certificates } else { certificates = try await Certificates(in: folder) }
        files = try await certificates.device(mac, validity: validity)
        self.broker = try broker ?? Broker(certificates: certificates)
        if broker == nil, brokerRuns { try await self.broker.start() }
        line = try SimulatedLine(SimulatedLineSettings(baud: baud, packetSize: packetSize), slaves: meters)
        port = line.path
        self.mac = mac
        self.slaves = slaves
    }

    /// The spool's path; in the gateway's folder, unless a test puts it elsewhere.
    lazy var spool = folder.path("spool.db")
    var telemetryTopic: String { "tds_new/devices/\(mac)/telemetry" }
    var statusTopic: String { "tds_new/devices/\(mac)/status" }

    /// Writes the configuration and gives its path.
    func configuration() throws -> String {
        try folder.write(
            """
            \(lines == nil ? "line: { port: \(port), baud: \(line.settings.baud), format: 8N1\(lineKeys) }" : "")
            poll: \(poll)
            broker:
              { host: \(host), port: \(broker.port), ca: \(files.ca), certificate: \(files.certificate), key: \(files.key)\(brokerKeys) }
            spool: { path: \(spool)\(spoolKeys) }
            \(lines ?? "slaves:\n\(slaves)")
            """, to: "gateway.yaml")
    }

    /// Runs a command of the agent to its end.
    func command(_ arguments: [String]) async throws -> ChildProcess {
        let process = try ChildProcess(Repository.binary("edge-agent"), arguments)
        _ = try await process.waitForExit(within: .seconds(40))
        return process
    }

    /// Starts the agent, by another program where one is given; it runs until it is stopped or killed.
    @discardableResult
    func start(
        by wrapper: [String] = [], arguments: [String] = [], environment: [String: String] = [:]
    ) throws -> ChildProcess {
        let words = try wrapper + [Repository.binary("edge-agent"), "run", "--config", configuration()] + arguments
        let process = try ChildProcess(words[0], Array(words.dropFirst()), environment: environment)
        agent = process
        return process
    }

    /// Runs SQL on the spool, which must not be in use, and gives the lines that it prints.
    @discardableResult
    func askSpool(_ sql: String) async throws -> [String] {
        let process = try await ChildProcess.run("sqlite3", [spool, sql])
        guard process.exit == .status(0) else { throw BenchError("sqlite3: \(process.errors.text)") }
        return process.output.text.split(separator: "\n").map(String.init)
    }

    /// The payloads in the spool, which must not be in use, oldest first; an empty one is only a mark.
    func storedPayloads() async throws -> [[UInt8]] {
        try await askSpool("SELECT hex(payload) FROM message WHERE length(payload) > 0 ORDER BY sequence").map { text in
            let digits = Array(text.utf8)
            return stride(from: 0, to: digits.count, by: 2).compactMap {
                UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
            }
        }
    }

    /// How many requests of the agent were answered.
    ///
    /// The agent may still be about to store the last of them, and where it is stopped or killed then, it never does.
    var answered: Int { line.exchanges.count { !$0.answer.isEmpty } }

    /// Waits until so many more requests were answered.
    func polls(_ count: Int, within duration: Duration = .seconds(15)) async throws {
        let before = answered
        try await eventually("\(count) more requests are answered; the agent: \(log.suffix(1_000))", within: duration) {
            answered >= before + count
        }
    }

    /// A subscriber on the server that hears all telemetry.
    func subscribe(_ topic: String = "tds_new/devices/+/telemetry") async throws -> Subscriber {
        try await Subscriber(to: [topic], on: broker)
    }

    /// A subscriber that hears all telemetry, and the marks that come before a broker is killed.
    func subscribeWithMarks() async throws -> Subscriber {
        try await Subscriber(to: ["tds_new/devices/+/telemetry", Self.markTopic], on: broker)
    }

    /// Kills the broker while the agent stands still, and does what the agent is to wait for.
    ///
    /// What the broker took and has not yet passed on dies with it, and that is no fault of the agent's: a mark that
    /// comes after all of it shows that nothing is left.
    func killBroker<Result>(heardBy subscriber: Subscriber, then body: () async throws -> Result) async throws -> Result
    {
        let device = try await certificates.device(Self.markMAC)
        return try await whileAgentStandsStill {
            let marks = { subscriber.received.count { $0.topic == Self.markTopic } }
            let before = marks()
            let verdict = try await Publisher.publish("mark", to: Self.markTopic, on: broker, as: device)
            guard verdict == .accepted else { throw BenchError("the broker takes no mark: \(verdict)") }
            try await eventually("the mark arrives", within: .seconds(20)) { marks() > before }
            try await broker.kill()
            return try await body()
        }
    }

    private static let markMAC = "02:00:5e:10:00:0f"
    private static let markTopic = "tds_new/devices/\(markMAC)/acks"

    /// Holds the agent still while something happens around it, and lets it go on.
    ///
    /// A subscriber that comes back after the broker would else miss what the agent delivers before it.
    func whileAgentStandsStill<Result>(_ body: () async throws -> Result) async throws -> Result {
        let agent = try #require(agent)
        agent.send(SIGSTOP)
        defer { agent.send(SIGCONT) }
        return try await body()
    }

    /// What the agent has said so far.
    var log: String { agent?.errors.text ?? "" }

    /// Waits until the agent has said something.
    func says(_ text: String, within duration: Duration = .seconds(20)) async throws {
        try await eventually("the agent says '\(text)'; it said: \(log.suffix(3_000))", within: duration) {
            log.contains(text)
        }
    }
}

/// One slave with points of one register each, that reads 100·id + address.
func plainSlave(_ id: Int, points: Int = 2) -> (yaml: String, meter: SimulatedSlave) {
    var meter = SimulatedSlave(id: UInt8(id), turnaround: .milliseconds(5))
    var yaml = "  - id: \(id)\n    points:\n"
    for address in 0..<points {
        meter.set(.holdingRegisters, UInt16(address), .fixed(100 * id + address, as: .uint16))
        yaml +=
            "      - { code: P\(id)-\(address), register: \(40001 + address), type: uint16, unit: kWh }\n"
    }
    return (yaml, meter)
}

/// A gateway with plain slaves.
func plainGateway(
    _ count: Int, points: Int = 2, baud: Int = 115_200, packetSize: Int = 256, mac: String = Gateway.mac,
    broker: Broker? = nil,
    brokerRuns: Bool = true, validity: Certificates.Validity = .usual
) async throws -> Gateway {
    let slaves = (1...count).map { plainSlave($0, points: points) }
    return try await Gateway(
        slaves: slaves.map(\.yaml).joined(), on: slaves.map(\.meter), baud: baud, packetSize: packetSize, mac: mac,
        broker: broker,
        brokerRuns: brokerRuns, validity: validity)
}

/// A gateway with one counter that steps with each answer, so that no two cycles are alike and none can be made up.
func countingGateway(brokerRuns: Bool = true) async throws -> Gateway {
    var meter = SimulatedSlave(id: 1, turnaround: .milliseconds(5))
    meter.set(.holdingRegisters, 0, .counting(from: 0, by: 1, per: .read, as: .uint32))
    // Registers beside it, as meters have: none of the exchanges is a refusal, and each of them a cycle.
    for address in 2..<6 { meter.set(.holdingRegisters, UInt16(address), .fixed(0, as: .uint16)) }
    let yaml = """
          - id: 1
            points:
              - { code: N, register: 40001, type: uint32, unit: "" }

        """
    let gateway = try await Gateway(slaves: yaml, on: [meter], brokerRuns: brokerRuns)
    gateway.poll = Gateway.patientPoll
    return gateway
}

/// What the counter of a counting gateway showed in each message.
func counts(_ messages: [TelemetryMessage]) -> [Int] {
    messages.compactMap { $0.readings.first.flatMap { Int($0.value.text) } }
}

/// The telemetry messages among those that a subscriber heard.
func telemetry(_ subscriber: Subscriber) throws -> [TelemetryMessage] {
    try subscriber.received.filter { $0.topic.hasSuffix("/telemetry") }.map {
        try TelemetryMessage(decoding: $0.payload)
    }
}

/// Tests that need a core for themselves run one after the other.
@Suite(.serialized, .judgesTime) struct EndToEnd {}

/// Tests that mostly wait, for a broker or a clock, run one after the other beside the rest.
@Suite(.serialized, .judgesTime) struct EndToEndOutages {}

/// Tests that wait for a minute and more, because the agent has to, run one after the other beside those.
@Suite(.serialized, .judgesTime) struct EndToEndWaits {}
