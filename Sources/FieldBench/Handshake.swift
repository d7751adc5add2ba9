internal import Foundation

/// The outcome of a TLS handshake with the broker, with the reason that the broker gave if it refused.
///
/// Mosquitto's log has the same words for every certificate that it refuses. The TLS alert that it sends to the client
/// tells them apart.
public struct Handshake: Sendable {
    /// Why a handshake was refused, by the number that goes over the wire.
    public enum Alert: Int, Sendable {
        /// The certificate is not valid yet, or is broken.
        case badCertificate = 42
        /// The certificate is for another use, such as being a server.
        case unsupportedCertificate = 43
        /// The certificate is on the list of revoked ones.
        case certificateRevoked = 44
        /// The certificate has ended, or the list of revoked ones has.
        case certificateExpired = 45
        /// The certificate's CA is not the broker's.
        case unknownCA = 48
        /// No version of TLS that both sides know.
        case protocolVersion = 70
        /// The client showed no certificate.
        case handshakeFailure = 40
    }

    /// Whether the broker accepted the client.
    public let isAccepted: Bool

    /// The broker's reason, if it gave one.
    public let alert: Alert?

    /// Everything that openssl said about it.
    public let text: String

    /// Shakes hands with the broker and hangs up.
    ///
    /// With TLS 1.2 by default, because a TLS 1.3 client is done before the broker has looked at its certificate.
    public static func attempt(
        with broker: Broker,
        as files: Certificates.DeviceFiles?,
        version: String = "-tls1_2"
    ) async throws -> Handshake {
        let identity = files.map { ["-cert", $0.certificate, "-key", $0.key] } ?? []
        // At its usual security level openssl does not even offer TLS 1.1, and the broker would not be asked.
        let child = try await ChildProcess.run(
            "openssl",
            [
                "s_client", "-connect", "\(broker.host):\(broker.port)", "-CAfile", broker.certificates.ca,
                "-cipher", "DEFAULT:@SECLEVEL=0", version,
            ] + identity
        )
        let text = child.output.text + child.errors.text
        let number = text.firstMatch(of: #/SSL alert number (\d+)/#).flatMap { Int($0.output.1) }
        return Handshake(
            isAccepted: child.exit == .status(0) && number == nil,
            alert: number.flatMap(Alert.init(rawValue:)),
            text: text
        )
    }
}
