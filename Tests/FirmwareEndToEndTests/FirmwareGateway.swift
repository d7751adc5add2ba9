import ExactArithmetic
import FieldBench
import Foundation
import LineSimulator
import MachineTime
import TelemetryContract
import Testing

/// How long something may take that takes a second or two: the machine may be slow, and busy with other tests.
let patience = Duration.seconds(60)

/// The firmware as a program in its field: simulated meters, a broker with mutual TLS, and the server's subscriber.
final class FirmwareGateway {
    static let mac = "02:00:5e:10:00:02"

    let folder: TemporaryFolder
    let certificates: Certificates
    let broker: Broker
    let line: SimulatedLine
    private(set) var process: ChildProcess?

    /// The settings of slaves and points.
    var slaves: String
    /// Further settings.
    var extra = ""

    init(slaves: String, on meters: [SimulatedSlave], baud: Int = 115_200, brokerRuns: Bool = true) async throws {
        folder = try TemporaryFolder(prefix: "firmware")
        certificates = try await Certificates(in: folder)
        broker = try Broker(certificates: certificates)
        if brokerRuns { try await broker.start() }
        // An answer arrives whole, as behind a USB adapter: a machine that halts can then not tear it.
        line = try SimulatedLine(SimulatedLineSettings(baud: baud, packetSize: 256), slaves: meters)
        self.slaves = slaves
        try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
        try provision(await certificates.device(Self.mac))
    }

    var state: String { folder.path("state") }
    var ca: String { folder.path("trusted.crt") }

    /// Puts a certificate, its key and its CA where the firmware looks for them.
    func provision(_ files: Certificates.DeviceFiles) throws {
        try copy(files.certificate, to: "\(state)/slot-a.crt")
        try copy(files.key, to: "\(state)/slot-a.key")
        try copy(files.ca, to: ca)
    }

    func copy(_ source: String, to target: String) throws {
        try Data(contentsOf: URL(fileURLWithPath: source)).write(to: URL(fileURLWithPath: target), options: .atomic)
    }

    func configuration() throws -> String {
        try folder.write(
            """
            mac       \(Self.mac)
            line      \(line.path) \(line.settings.baud) 8N1
            broker    localhost \(broker.port)
            ca        \(ca)
            state     \(state)
            interval  1
            backoff   300
            queue     256
            keepalive 5
            \(extra)
            \(slaves)
            """, to: "gateway.conf")
    }

    @discardableResult
    func start() throws -> ChildProcess {
        let process = try ChildProcess(Repository.binary("edge-firmware"), ["--config", configuration()])
        self.process = process
        return process
    }

    /// What the firmware has said so far.
    var log: String { process?.errors.text ?? "" }

    func says(_ text: String, within duration: Duration = patience) async throws {
        try await eventually("the firmware says '\(text)'; it said: \(log.suffix(2_000))", within: duration) {
            log.contains(text)
        }
    }

    /// How many requests were answered.
    var answered: Int { line.exchanges.count { !$0.answer.isEmpty } }

    /// Waits until so many more requests were answered.
    func polls(_ count: Int, within duration: Duration = patience) async throws {
        let before = answered
        try await eventually("\(count) more answers; the firmware: \(log.suffix(1_000))", within: duration) {
            answered >= before + count
        }
    }

    /// A subscriber on the server to one of the gateway's topics.
    func subscribe(_ topic: String = "telemetry") async throws -> Subscriber {
        try await Subscriber(to: ["tds_new/devices/\(Self.mac)/\(topic)"], on: broker)
    }

    /// A subscriber to the telemetry, and to the marks that come before a broker is killed.
    func subscribeWithMarks() async throws -> Subscriber {
        try await Subscriber(to: ["tds_new/devices/\(Self.mac)/telemetry", Self.markTopic], on: broker)
    }

    /// Holds the firmware still while something happens around it, and lets it go on.
    func whileItStandsStill<Result>(_ body: () async throws -> Result) async throws -> Result {
        let process = try #require(process)
        process.send(SIGSTOP)
        defer { process.send(SIGCONT) }
        return try await body()
    }

    /// Waits until the broker has handed on all that it took: what it holds when it is killed dies with it.
    ///
    /// The firmware has to stand still meanwhile.
    func passMark(heardBy subscriber: Subscriber) async throws {
        let device = try await certificates.device(Self.markMAC)
        let verdict = try await Publisher.publish("mark", to: Self.markTopic, on: broker, as: device)
        guard verdict == .accepted else { throw BenchError("the broker takes no mark: \(verdict)") }
        try await eventually("the mark arrives", within: patience) {
            subscriber.received.contains { $0.topic == Self.markTopic }
        }
    }

    private static let markMAC = "02:00:5e:10:00:0f"
    private static let markTopic = "tds_new/devices/\(markMAC)/acks"

    /// Sends a command as the server does.
    func command(_ id: String, _ type: String, parameters: String = "{}") async throws {
        let text = """
            {"cmd_id":"\(id)","issued_at":"2026-01-01T00:00:00Z","expires_at":"2099-01-01T00:00:00Z",\
            "type":"\(type)","params":\(parameters)}
            """
        let verdict = try await Publisher.publish(
            text, to: "tds_new/devices/\(Self.mac)/commands/\(type)", on: broker, as: certificates.consumer())
        #expect(verdict == .accepted)
    }
}

/// A gateway with one counter that steps with each answer, so that no two cycles are alike and none can be made up.
func countingFirmware(brokerRuns: Bool = true) async throws -> FirmwareGateway {
    var meter = SimulatedSlave(id: 1, turnaround: .milliseconds(5))
    meter.set(.holdingRegisters, 0, .counting(from: 0, by: 1, per: .read, as: .uint32))
    return try await FirmwareGateway(
        // An answer that is counted as late would be missing from the counter, so none may be, on a machine that halts either.
        slaves: "slave 1 5000\npoint N holding 0 uint32", on: [meter], brokerRuns: brokerRuns)
}

func telemetry(_ subscriber: Subscriber) throws -> [TelemetryMessage] {
    try subscriber.received.filter { $0.topic.hasSuffix("/telemetry") }.map {
        try TelemetryMessage(decoding: $0.payload)
    }
}

/// What the counter showed in each message.
func counts(_ messages: [TelemetryMessage]) -> [Int] {
    messages.compactMap { $0.readings.first.flatMap { Int($0.value.text) } }
}

/// Every cycle came, oldest first and with a second of its own; a few may have come twice.
func expectComplete(
    _ messages: [TelemetryMessage], from first: Int = 0, duplicates: Int = 0,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    var seen: Set<UTCSecond> = []
    let firsts = messages.filter { seen.insert($0.timestamp).inserted }
    #expect(messages.count - firsts.count <= duplicates, sourceLocation: sourceLocation)
    #expect(
        zip(firsts, firsts.dropFirst()).allSatisfy { $0.timestamp < $1.timestamp }, "oldest first",
        sourceLocation: sourceLocation)
    #expect(counts(firsts) == Array(first..<(first + firsts.count)), sourceLocation: sourceLocation)
}

/// Tests that mostly wait run one after the other beside the rest.
@Suite(.serialized, .judgesTime) struct Firmware {}

/// Tests of outages, which wait as well, run one after the other beside those.
@Suite(.serialized, .judgesTime) struct FirmwareOutages {}
