import BrokerLink
import FieldBench
import Foundation
import Testing

@Suite(.timeLimit(.minutes(6))) struct DeviceCertificateTests {
    @Test func `a good set of files is read`() async throws {
        let field = try await Field(brokerRuns: false)
        let certificate = try field.read()
        #expect(certificate.commonName == Field.mac)
        #expect(certificate.isSignedByAuthority)
        let now = Int64(Date().timeIntervalSince1970)
        #expect(certificate.notBefore <= now)
        #expect((3_600...3_700).contains((certificate.notAfter - now) / 86_400))
    }

    @Test func `a certificate of another CA is no fault but a hint`() async throws {
        let field = try await Field(brokerRuns: false)
        let foreign = try await Certificates(in: field.folder, named: "foreign")
        #expect(try !field.read(ca: foreign.ca).isSignedByAuthority)
    }

    @Test func `each fault names its file, what is wrong and what to do`() async throws {
        let field = try await Field(brokerRuns: false)
        let other = try await field.certificates.device(Field.stranger)
        let noise = try field.folder.write("this is not PEM\n", to: "noise.pem")
        let locked = field.folder.path("locked.key")
        let lock = try await ChildProcess.run(
            "openssl",
            ["pkey", "-in", field.device.key, "-aes256", "-passout", "pass:secret", "-out", locked]
        )
        #expect(lock.exit == .status(0))

        let table: [(CertificateFault.Problem, String, () throws -> DeviceCertificate)] = [
            (.missing, "/nonexistent.crt", { try field.read(certificate: "/nonexistent.crt") }),
            (.missing, "/nonexistent.key", { try field.read(key: "/nonexistent.key") }),
            (.missing, "/nonexistent.ca", { try field.read(ca: "/nonexistent.ca") }),
            (.unreadable(EISDIR), field.folder.path, { try field.read(certificate: field.folder.path) }),
            (.notPEM, noise, { try field.read(certificate: noise) }),
            (.notPEM, noise, { try field.read(key: noise) }),
            (.notPEM, noise, { try field.read(ca: noise) }),
            (.notPEM, field.device.certificate, { try field.read(key: field.device.certificate) }),
            (.keyEncrypted, locked, { try field.read(key: locked) }),
            (.keyDoesNotFit, other.key, { try field.read(key: other.key) }),
        ]
        for (problem, file, read) in table {
            let fault = #expect(throws: CertificateFault.self) { try read() }
            #expect(fault?.problem == problem)
            #expect(fault?.file == file)
            #expect(fault?.advice.isEmpty == false)
            #expect(fault?.description.hasPrefix("\(file): ") == true)
        }
    }

    @Test(arguments: [(0o600, true), (0o640, true), (0o644, false), (0o601, false)])
    func `a key that is open to everybody is a fault`(_ mode: Int, _ isGood: Bool) async throws {
        let field = try await Field(brokerRuns: false)
        #expect(chmod(field.device.key, mode_t(mode)) == 0)
        if isGood {
            #expect(throws: Never.self) { try field.read() }
        } else {
            let fault = #expect(throws: CertificateFault.self) { try field.read() }
            #expect(fault?.problem == .keyOpenToAll)
        }
    }
}

extension Field {
    fileprivate func read(
        certificate: String? = nil,
        key: String? = nil,
        ca: String? = nil
    ) throws -> DeviceCertificate {
        try DeviceCertificate(
            certificateFile: certificate ?? device.certificate,
            keyFile: key ?? device.key,
            caFile: ca ?? device.ca
        )
    }
}
