import FieldBench

/// A CA and a broker for one test, and the topics of the gateways in it.
struct Field {
    let folder: TemporaryFolder
    let certificates: Certificates
    let broker: Broker

    static let gateway = "aa:bb:cc:dd:ee:01"
    static let other = "aa:bb:cc:dd:ee:02"

    init() async throws {
        folder = try TemporaryFolder(prefix: "field")
        certificates = try await Certificates(in: folder)
        broker = try await Broker.start(certificates: certificates)
    }

    static func topic(_ mac: String, _ rest: String) -> String {
        "tds_new/devices/\(mac)/\(rest)"
    }

    func publish(
        _ payload: String,
        to topic: String,
        as files: Certificates.DeviceFiles?,
        options: [String] = []
    ) async throws -> Publisher.Verdict {
        try await Publisher.publish(payload, to: topic, on: broker, as: files, options: options)
    }

    /// Whether a client gets as far as having a message taken over on a topic of its own.
    func canConnect(as files: Certificates.DeviceFiles?, mac: String = gateway) async throws -> Bool {
        try await publish("here", to: Self.topic(mac, "status"), as: files) == .accepted
    }
}

extension Publisher.Verdict {
    var isNoConnection: Bool {
        if case .noConnection = self { true } else { false }
    }
}
