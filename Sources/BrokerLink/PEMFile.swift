internal import COpenSSL
import Glibc

/// A certificate that is freed with its last owner.
final class Certificate {
    let pointer: OpaquePointer
    init(_ pointer: OpaquePointer) { self.pointer = pointer }
    deinit { X509_free(pointer) }

    /// Whether this authority has issued and signed another certificate.
    func hasSigned(_ other: Certificate) -> Bool {
        X509_check_issued(pointer, other.pointer) == X509_V_OK
            && X509_verify(other.pointer, X509_get0_pubkey(pointer)) == 1
    }
}

/// A private key that is freed with its last owner.
final class PrivateKey {
    let pointer: OpaquePointer
    init(_ pointer: OpaquePointer) { self.pointer = pointer }
    deinit { EVP_PKEY_free(pointer) }
}

/// The bytes of a file that should be PEM.
struct PEMFile {
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

    func require(
        _ key: PrivateKey, toFit certificate: Certificate, at certificateFile: String
    ) throws(CertificateFault) {
        guard X509_check_private_key(certificate.pointer, key.pointer) == 1 else {
            throw CertificateFault(
                file: path,
                problem: .keyDoesNotFit,
                advice: "put the key there from which \(certificateFile) was requested, or renew both"
            )
        }
    }

    func requireKeptFromOthers() throws(CertificateFault) {
        guard mode & 0o007 == 0 else {
            throw CertificateFault(
                file: path,
                problem: .keyOpenToAll,
                advice: "take the others' rights away: chmod o= \(path)"
            )
        }
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
