internal import COpenSSL

/// What a gateway's certificate says, read from its files before anything is connected.
public struct DeviceCertificate: Sendable, Hashable {
    /// The common name of the subject, which the broker turns into the user name.
    public let commonName: String

    /// The moment at which the certificate begins to be valid, in seconds since 1970.
    public let notBefore: Int64

    /// The last moment at which the certificate is valid, in seconds since 1970.
    public let notAfter: Int64

    /// Whether an authority in the CA file signed the certificate.
    ///
    /// It is a hint and no fault: the broker may trust other authorities than the ones that sign brokers for us.
    public let isSignedByAuthority: Bool

    /// Reads and compares the three files.
    public init(certificateFile: String, keyFile: String, caFile: String) throws(CertificateFault) {
        ERR_clear_error()
        defer { ERR_clear_error() }
        let authorities = try PEMFile(caFile, "the CA file").certificates()
        let chain = try PEMFile(certificateFile, "the gateway's certificate").certificates()
        let keyPEM = try PEMFile(keyFile, "the gateway's private key")
        let key = try keyPEM.privateKey()
        // A PEM file without a certificate has thrown already.
        guard let certificate = chain.first else {
            throw CertificateFault(file: certificateFile, problem: .notPEM, advice: "put the certificate there")
        }
        try keyPEM.require(key, toFit: certificate, at: certificateFile)
        try keyPEM.requireKeptFromOthers()
        let facts = try CredentialExamination.Facts(of: certificate, at: certificateFile)
        commonName = facts.commonName
        notBefore = facts.notBefore
        notAfter = facts.notAfter
        isSignedByAuthority = authorities.contains { $0.hasSigned(certificate) }
    }
}
