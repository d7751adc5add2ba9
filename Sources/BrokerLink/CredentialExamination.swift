internal import COpenSSL

/// What can be said of the three files that prove who a gateway is, each looked at whatever is wrong with the others.
public struct CredentialExamination: Sendable, Hashable {
    /// What a certificate says of itself.
    public struct Facts: Sendable, Hashable {
        /// The common name of the subject.
        public let commonName: String
        /// When it begins to be valid, in seconds since 1970.
        public let notBefore: Int64
        /// The last moment at which it is valid, in seconds since 1970.
        public let notAfter: Int64

        init(of certificate: Certificate, at file: String) throws(CertificateFault) {
            guard let commonName = X509Reading.commonName(of: certificate.pointer),
                let notBefore = X509Reading.seconds(X509_get0_notBefore(certificate.pointer)),
                let notAfter = X509Reading.seconds(X509_get0_notAfter(certificate.pointer))
            else {
                throw CertificateFault(file: file, problem: .incomplete, advice: "have it issued again")
            }
            self.commonName = commonName
            self.notBefore = notBefore
            self.notAfter = notAfter
        }
    }

    /// What the gateway's certificate says; nil where it cannot be read.
    public private(set) var certificate: Facts?

    /// What is wrong with the files, one fault a file at the most: the CA's, the certificate's, the key's.
    public private(set) var faults: [CertificateFault] = []

    /// Whether an authority of the CA file signed the certificate; nil where one of the two cannot be read.
    public private(set) var isSignedByAuthority: Bool?

    /// Whether a handshake can be begun with them: the mode of a file keeps nobody off the air.
    public var isUsable: Bool { faults.allSatisfy { $0.problem == .keyOpenToAll } }

    /// Looks at the files.
    public init(certificateFile: String, keyFile: String, caFile: String) {
        ERR_clear_error()
        defer { ERR_clear_error() }
        let authorities = take { () throws(CertificateFault) in
            try PEMFile(caFile, "the CA file").certificates()
        }
        let device = take { () throws(CertificateFault) in
            try PEMFile(certificateFile, "the gateway's certificate").certificates().first
        }.flatMap(\.self)
        if let device {
            certificate = take { () throws(CertificateFault) in try Facts(of: device, at: certificateFile) }
        }
        _ = take { () throws(CertificateFault) in
            let pem = try PEMFile(keyFile, "the gateway's private key")
            let key = try pem.privateKey()
            if let device { try pem.require(key, toFit: device, at: certificateFile) }
            try pem.requireKeptFromOthers()
        }
        if let authorities, let device { isSignedByAuthority = authorities.contains { $0.hasSigned(device) } }
    }

    private mutating func take<Value>(_ body: () throws(CertificateFault) -> Value) -> Value? {
        do throws(CertificateFault) {
            return try body()
        } catch {
            faults.append(error)
            return nil
        }
    }
}
