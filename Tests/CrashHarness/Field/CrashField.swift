import FieldBench
import Foundation
import Synchronization

/// The whole field of a run: a broker, gateways side by side, and the subscriber that misses nothing.
final class CrashField {
    let broker: Broker
    let gateways: [Role: CrashGateway]

    private let listener: Listener
    private let inbox: Inbox
    private let folder: TemporaryFolder
    private let marker: Certificates.DeviceFiles
    private var marks = 0

    private static let markMAC = "02:00:5e:20:00:0f"
    private static let markTopic = "tds_new/devices/\(markMAC)/acks"

    init(_ roles: [Role], agent: String, backlog: Int) async throws {
        folder = try TemporaryFolder(prefix: "crash-field")
        let certificates = try await Certificates(in: folder)
        broker = try await Broker.start(certificates: certificates)
        marker = try await certificates.device(Self.markMAC)
        let inbox = Inbox()
        self.inbox = inbox
        listener = try await Listener(to: ["tds_new/devices/+/telemetry", Self.markTopic], on: broker) { inbox.put($0) }
        var gateways: [Role: CrashGateway] = [:]
        for (index, role) in roles.enumerated() {
            gateways[role] = try await CrashGateway(
                role, index: index + 1, broker: broker, agent: agent, backlog: backlog)
        }
        self.gateways = gateways
    }

    /// What is known of a gateway now.
    func evidence(of gateway: CrashGateway) -> Evidence {
        gateway.evidence(deliveries: inbox.deliveries(on: "tds_new/devices/\(gateway.mac)/telemetry"))
    }

    /// Kills the broker, and starts it again.
    ///
    /// What it acknowledged and has not handed on dies with it, by no fault of a gateway. So the agents are held still,
    /// a mark that comes after everything else is waited for, and they go on when the subscriber is back.
    func killBroker() async throws {
        for gateway in gateways.values { gateway.send(SIGSTOP) }
        defer { for gateway in gateways.values { gateway.send(SIGCONT) } }
        try await passMark()
        try await broker.kill()
        try await broker.start()
        try await listener.waitUntilSubscribed()
    }

    /// Waits until everything that the broker holds has been handed on.
    func passMark() async throws {
        marks += 1
        let mark = "mark \(marks)"
        _ = try await Publisher.publish(mark, to: Self.markTopic, on: broker, as: marker)
        try await eventually("\(mark) arrives", within: .seconds(20)) {
            inbox.deliveries(on: Self.markTopic).contains { String(decoding: $0.payload, as: UTF8.self) == mark }
        }
    }
}

/// What the subscriber got, by topic.
private final class Inbox: Sendable {
    private let deliveries = Mutex<[String: [Evidence.Delivery]]>([:])

    func put(_ delivery: Listener.Delivery) {
        let entry = Evidence.Delivery(
            payload: delivery.payload, messageID: delivery.messageID, moment: Clock.moment(of: delivery.at))
        deliveries.withLock { $0[delivery.topic, default: []].append(entry) }
    }

    func deliveries(on topic: String) -> [Evidence.Delivery] { deliveries.withLock { $0[topic] ?? [] } }
}
