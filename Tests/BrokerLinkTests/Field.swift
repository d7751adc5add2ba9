import BrokerLink
import FieldBench
import Synchronization

/// A gateway's surroundings for one test: a CA, a broker, and the files of one gateway.
struct Field {
    static let mac = "aa:bb:cc:dd:ee:ff"
    static let stranger = "aa:bb:cc:dd:ee:00"
    static let telemetry = "tds_new/devices/\(mac)/telemetry"
    static let status = "tds_new/devices/\(mac)/status"

    /// A stop is promised within a second; the rest is for a machine on which other tests run, too.
    static let promptly = Duration.seconds(6)

    let folder: TemporaryFolder
    let certificates: Certificates
    let broker: Broker
    let device: Certificates.DeviceFiles

    /// Prepares everything; the broker is started unless told otherwise.
    init(brokerRuns: Bool = true, validity: Certificates.Validity = .usual) async throws {
        folder = try TemporaryFolder(prefix: "link")
        certificates = try await Certificates(in: folder)
        device = try await certificates.device(Self.mac, validity: validity)
        broker = try Broker(certificates: certificates)
        if brokerRuns { try await broker.start() }
    }

    var settings: BrokerSettings {
        BrokerSettings(
            host: broker.host,
            port: UInt16(broker.port),
            clientID: Self.mac,
            caFile: device.ca,
            certificateFile: device.certificate,
            keyFile: device.key
        )
    }

    func settings(_ change: (inout BrokerSettings) -> Void) -> BrokerSettings {
        var settings = settings
        change(&settings)
        return settings
    }
}

extension Backoff {
    /// Waits short enough for a test.
    static let quick = Backoff(base: .milliseconds(20), cap: .milliseconds(100))
}

/// A link and everything that it reported.
final class Watched: Sendable {
    let link: BrokerLink
    private let collector = Collector()

    init(
        _ settings: BrokerSettings,
        will: RetainedMessage? = nil,
        birth: (@Sendable () -> RetainedMessage?)? = nil,
        backoff: Backoff = .quick,
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        let link = BrokerLink(settings: settings, will: will, birth: birth, backoff: backoff, random: random)
        self.link = link
        Task { [collector] in
            for await event in link.events { collector.append(event) }
        }
        link.start()
    }

    private final class Collector: Sendable {
        private let events = Mutex<[LinkEvent]>([])
        func append(_ event: LinkEvent) { events.withLock { $0.append(event) } }
        var all: [LinkEvent] { events.withLock { $0 } }
    }

    var events: [LinkEvent] { collector.all }

    var failures: [LinkFailure] {
        events.compactMap { if case .failed(let failure, _) = $0 { failure } else { nil } }
    }

    var connections: [Connection] {
        events.compactMap { if case .connected(let connection) = $0 { connection } else { nil } }
    }

    /// The reasons by token, of all sessions.
    var answers: [Int64: ReasonCode] {
        var answers: [Int64: ReasonCode] = [:]
        for case .acknowledged(let token, let reason) in events { answers[token] = reason }
        return answers
    }

    func connected(times: Int = 1, within limit: Duration = .seconds(10)) async throws {
        try await eventually("connected \(times) times; seen: \(events)", within: limit) { connections.count >= times }
    }

    /// The first failure, once there is one.
    func failure(within limit: Duration = .seconds(10)) async throws -> LinkFailure {
        try await eventually("a failure; seen: \(events)", within: limit) { !failures.isEmpty }
        return failures[0]
    }

    /// Publishes and waits for the broker's answer.
    func publish(token: Int64, to topic: String, _ payload: [UInt8] = [1, 2, 3]) async throws -> ReasonCode? {
        try await eventually("the link takes a message; seen: \(events)") {
            link.publish(token: token, topic: topic, payload: payload)
        }
        try await eventually("an answer to \(token); seen: \(events)") { answers[token] != nil }
        return answers[token]
    }

    /// Stops, and says how long that took.
    @discardableResult
    func stop() async -> Duration {
        let time = await ContinuousClock().measure { await link.stop() }
        try? await eventually("the end is reported") { events.last == .stopped }
        return time
    }
}
