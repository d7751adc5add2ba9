internal import Foundation

/// Publishes single messages, each over a connection of its own, as any client might.
public enum Publisher {
    /// What became of a message.
    public enum Verdict: Sendable, Equatable {
        /// The broker has taken it over.
        case accepted
        /// The broker was reached and said no, with MQTT 5's code of the reason; 135 is "not authorised".
        case refused(Int)
        /// The client was connected and kept the message to itself, because the broker had named a limit.
        case unsent
        /// There was no connection in which to publish; the client's words.
        case noConnection(String)
    }

    /// Publishes a message and waits for the broker's answer.
    public static func publish(
        _ payload: String,
        to topic: String,
        on broker: Broker,
        as files: Certificates.DeviceFiles?,
        options: [String] = [],
        within duration: Duration = .seconds(10)
    ) async throws -> Verdict {
        try await publish(
            payload: Array(payload.utf8),
            to: topic,
            on: broker,
            as: files,
            options: options,
            within: duration
        )
    }

    /// Publishes bytes and waits for the broker's answer.
    ///
    /// Without files it connects without a certificate of its own, and trusts the broker's CA.
    public static func publish(
        payload: [UInt8],
        to topic: String,
        on broker: Broker,
        as files: Certificates.DeviceFiles?,
        options: [String] = [],
        within duration: Duration = .seconds(10)
    ) async throws -> Verdict {
        let folder = try TemporaryFolder(prefix: "publish")
        let file = folder.path("payload")
        try Data(payload).write(to: URL(fileURLWithPath: file))
        let child = try ChildProcess(
            "mosquitto_pub",
            connection(to: broker, as: files) + ["-d", "-q", "1", "-t", topic]
                + (payload.isEmpty ? ["-n"] : ["-f", file])
                + options
        )
        let exit = try await child.waitForExit(within: duration)
        guard exit == .status(0) else {
            let words = child.errors.text.trimmingCharacters(in: .whitespacesAndNewlines)
            return .noConnection("\(exit): \(words)")
        }
        // The client ends with status 0 also if it was refused, and if it never sent anything: only its debug output
        // says. "Client auto-… received PUBACK (Mid: 1, RC:135)"
        guard let reason = child.output.text.firstMatch(of: #/received PUBACK \(Mid: \d+, RC:(\d+)\)/#),
            let code = Int(reason.output.1)
        else { return .unsent }
        return code < 128 ? .accepted : .refused(code)
    }

    /// The options with which Mosquitto's clients reach a broker.
    static func connection(to broker: Broker, as files: Certificates.DeviceFiles?) -> [String] {
        let identity = files.map { ["--cert", $0.certificate, "--key", $0.key] } ?? []
        let ca = files?.ca ?? broker.certificates.ca
        return ["-V", "mqttv5", "-h", broker.host, "-p", "\(broker.port)", "--cafile", ca] + identity
    }
}
