internal import AgentConfiguration
public import BrokerLink
public import TelemetryContract

extension Doctor {
    /// What the certificate, its key and the CA file are like.
    public enum IdentityFinding: Sendable, Hashable {
        /// All three can be read, and the key fits the certificate.
        case filesGood
        /// The CA that signs the broker for us did not sign us; the broker may know another.
        case otherAuthority(ca: String, certificate: String)
        /// One of the files is at fault.
        case file(CertificateFault)
        /// The certificate names this gateway.
        case named(MACAddress)
        /// The certificate's common name is no MAC; what it should have been.
        case noGateway(name: String, proposal: String?)
        /// The configuration names another gateway than the certificate.
        case otherGateway(certificate: MACAddress, configuration: MACAddress)
        /// The certificate is valid for so many days.
        case valid(until: Int64, days: Int64)
        /// The certificate is valid, and soon no more.
        case endsSoon(until: Int64, days: Int64)
        /// The certificate has ended.
        case ended(Int64)
        /// The clock says a time before the certificate begins.
        case notYetValid(begins: Int64, now: Int64)
    }

    /// How many days before its end a certificate is a warning.
    public static let fewDays: Int64 = 30

    /// Judges what was read from the files.
    static func judge(
        _ credentials: CredentialExamination, _ broker: AgentConfiguration.Broker, configured: MACAddress?, now: Int64
    ) -> [IdentityFinding] {
        var findings: [IdentityFinding] = credentials.faults.map { .file($0) }
        if credentials.faults.isEmpty { findings.append(.filesGood) }
        if credentials.isSignedByAuthority == false {
            findings.append(.otherAuthority(ca: broker.ca, certificate: broker.certificate))
        }
        guard let certificate = credentials.certificate else { return findings }
        if let named = MACAddress(certificate.commonName) {
            let other = configured.flatMap { $0 == named ? nil : $0 }
            findings.append(
                other.map { .otherGateway(certificate: named, configuration: $0) } ?? .named(named))
        } else {
            let name = certificate.commonName
            findings.append(.noGateway(name: name, proposal: MACAddress.proposal(for: name).map { "\($0)" }))
        }
        findings.append(judge(certificate, now: now))
        return findings
    }

    private static func judge(_ certificate: CredentialExamination.Facts, now: Int64) -> IdentityFinding {
        if now < certificate.notBefore { return .notYetValid(begins: certificate.notBefore, now: now) }
        if now > certificate.notAfter { return .ended(certificate.notAfter) }
        let days = (certificate.notAfter - now) / 86_400
        return days < fewDays
            ? .endsSoon(until: certificate.notAfter, days: days) : .valid(until: certificate.notAfter, days: days)
    }
}

extension Doctor.IdentityFinding: Observation {
    var check: String {
        switch self {
        case .filesGood, .otherAuthority, .file: "identity.files"
        case .named, .noGateway, .otherGateway: "identity.name"
        case .valid, .endsSoon, .ended, .notYetValid: "identity.dates"
        }
    }

    var verdict: Doctor.Verdict {
        switch self {
        case .filesGood, .named, .valid: .ok
        case .otherAuthority, .endsSoon: .warning
        case .file(let fault):
            if case .unreadable = fault.problem { .fault(.notPermitted) } else { .fault(.configuration) }
        case .noGateway, .otherGateway, .ended: .fault(.configuration)
        case .notYetValid: .fault(.temporary)
        }
    }
}
