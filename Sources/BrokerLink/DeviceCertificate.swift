internal import COpenSSL
import Glibc

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
        guard X509_check_private_key(certificate.pointer, key.pointer) == 1 else {
            throw CertificateFault(
                file: keyFile,
                problem: .keyDoesNotFit,
                advice: "put the key there from which \(certificateFile) was requested, or renew both"
            )
        }
        guard keyPEM.mode & 0o007 == 0 else {
            throw CertificateFault(
                file: keyFile,
                problem: .keyOpenToAll,
                advice: "take the others' rights away: chmod o= \(keyFile)"
            )
        }
        guard let commonName = X509Reading.commonName(of: certificate.pointer),
            let notBefore = X509Reading.seconds(X509_get0_notBefore(certificate.pointer)),
            let notAfter = X509Reading.seconds(X509_get0_notAfter(certificate.pointer))
        else {
            throw CertificateFault(file: certificateFile, problem: .incomplete, advice: "have it issued again")
        }
        self.commonName = commonName
        self.notBefore = notBefore
        self.notAfter = notAfter
        isSignedByAuthority = authorities.contains { authority in
            X509_check_issued(authority.pointer, certificate.pointer) == X509_V_OK
                && X509_verify(certificate.pointer, X509_get0_pubkey(authority.pointer)) == 1
        }
    }
}

/// A certificate that is freed with its last owner.
private final class Certificate {
    let pointer: OpaquePointer
    init(_ pointer: OpaquePointer) { self.pointer = pointer }
    deinit { X509_free(pointer) }
}

/// A private key that is freed with its last owner.
private final class PrivateKey {
    let pointer: OpaquePointer
    init(_ pointer: OpaquePointer) { self.pointer = pointer }
    deinit { EVP_PKEY_free(pointer) }
}

/// The bytes of a file that should be PEM.
private struct PEMFile {
    let path: String
    let what: String
    let bytes: [UInt8]
    let mode: mode_t

    init(_ path: String, _ what: String) throws(CertificateFault) {
        self.path = path
        self.what = what
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.fault(path, what, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.fault(path, what, errno) }
        mode = status.st_mode
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4_096)
        // A chain of certificates is a few kilobytes; what is larger than this is something else.
        while bytes.count < 1 << 20 {
            let count = read(descriptor, &part, part.count)
            guard count >= 0 else { throw Self.fault(path, what, errno) }
            guard count > 0 else { break }
            bytes += part[..<count]
        }
        self.bytes = bytes
    }

    func certificates() throws(CertificateFault) -> [Certificate] {
        let found = withMemory { memory in
            var found: [Certificate] = []
            while let certificate = PEM_read_bio_X509(memory, nil, nil, nil) { found.append(Certificate(certificate)) }
            return found
        }
        guard !found.isEmpty else { throw notPEM("BEGIN CERTIFICATE") }
        return found
    }

    func privateKey() throws(CertificateFault) -> PrivateKey {
        var wasAsked = false
        let key = withMemory { memory in
            withUnsafeMutablePointer(to: &wasAsked) { wasAsked in
                // The default would ask for the password at the terminal.
                PEM_read_bio_PrivateKey(
                    memory,
                    nil,
                    { _, _, _, wasAsked in
                        wasAsked?.assumingMemoryBound(to: Bool.self).pointee = true
                        return -1
                    },
                    wasAsked
                )
            }
        }
        if let key { return PrivateKey(key) }
        guard !wasAsked else {
            throw CertificateFault(
                file: path,
                problem: .keyEncrypted,
                advice: "store it without a password, readable only by the agent: openssl pkey -in \(path) -out …"
            )
        }
        throw notPEM("BEGIN PRIVATE KEY")
    }

    private func withMemory<Result>(_ body: (OpaquePointer) -> Result?) -> Result? {
        bytes.withUnsafeBytes { bytes in
            guard let memory = BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)) else { return nil }
            defer { BIO_free(memory) }
            return body(memory)
        }
    }

    private func withMemory(_ body: (OpaquePointer) -> [Certificate]) -> [Certificate] {
        withMemory { Optional(body($0)) } ?? []
    }

    private func notPEM(_ mark: String) -> CertificateFault {
        CertificateFault(
            file: path,
            problem: .notPEM,
            advice: "\(what) must have a line '-----\(mark)-----' and be whole"
        )
    }

    private static func fault(_ path: String, _ what: String, _ code: Int32) -> CertificateFault {
        guard code != ENOENT else {
            return CertificateFault(file: path, problem: .missing, advice: "put \(what) there, or correct its path")
        }
        return CertificateFault(
            file: path,
            problem: .unreadable(code),
            advice: "let the agent's user read \(what): look at ls -l \(path)"
        )
    }
}
