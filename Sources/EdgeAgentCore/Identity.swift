public import AgentConfiguration
internal import BrokerLink
public import TelemetryContract

/// Who this gateway is: the MAC that its certificate bears and the configuration does not contradict.
public struct Identity: Sendable {
    /// The gateway's MAC.
    public let mac: MACAddress

    /// When the certificate begins to be valid, in seconds since 1970.
    public let notBefore: Int64

    /// When the certificate ends, in seconds since 1970.
    public let notAfter: Int64

    /// Reads the certificate and holds it against the configuration.
    public init(_ configuration: AgentConfiguration) throws(AgentFault) {
        let broker = configuration.broker
        let certificate: DeviceCertificate
        do throws(CertificateFault) {
            certificate = try DeviceCertificate(
                certificateFile: broker.certificate, keyFile: broker.key, caFile: broker.ca)
        } catch {
            throw AgentFault(error, at: Self.place(of: error.file, in: configuration))
        }
        notBefore = certificate.notBefore
        notAfter = certificate.notAfter
        let name = certificate.commonName
        guard let named = MACAddress(name) else {
            let proposal = MACAddress.proposal(for: name).map { ": it must be issued for \"\($0)\"" } ?? ""
            throw AgentFault(
                .configuration,
                Self.place(of: broker.certificate, in: configuration)
                    + "\(broker.certificate): the common name \"\(name)\" is no MAC in lower case with colons\(proposal)",
                cause: .identity(
                    .noGateway(name: name, proposal: MACAddress.proposal(for: name).map { "\($0)" }),
                    at: Self.place(of: broker.certificate, in: configuration)))
        }
        if let configured = configuration.gateway.mac, configured != named {
            let place = configuration.place(of: "gateway.mac").map { "\($0): " } ?? ""
            throw AgentFault(
                .configuration,
                "\(place)gateway.mac: the certificate \(broker.certificate) is issued for \(named); the broker would "
                    + "refuse every message of another gateway; correct gateway.mac, leave it out, or take this "
                    + "gateway's own certificate",
                cause: .identity(
                    .otherGateway(certificate: named, configuration: configured), at: "\(place)gateway.mac: "))
        }
        mac = named
    }

    /// What is wrong with the certificate's time of validity at this moment; nil when nothing is.
    public func fault(at now: WallClock.Moment) -> AgentFault? {
        if now.seconds < notBefore {
            return AgentFault(
                .temporary,
                "the clock says \(now.utc), before the certificate's start at \(UTCSecond(clamping: notBefore)); "
                    + "set the clock (timedatectl): until then the broker cannot be reached",
                cause: .identity(.notYetValid(begins: notBefore, now: now.seconds), at: ""))
        }
        if now.seconds > notAfter {
            return AgentFault(
                .configuration, "the certificate ended at \(UTCSecond(clamping: notAfter)); have a new one issued",
                cause: .identity(.ended(notAfter), at: ""))
        }
        return nil
    }

    /// The line and the key by which the configuration names a file, to begin a message with.
    private static func place(of file: String, in configuration: AgentConfiguration) -> String {
        let broker = configuration.broker
        let keys = ["broker.ca": broker.ca, "broker.certificate": broker.certificate, "broker.key": broker.key]
        guard let key = keys.first(where: { $0.value == file })?.key else { return "broker: " }
        return (configuration.place(of: key).map { "\($0): " } ?? "") + "\(key): "
    }
}
