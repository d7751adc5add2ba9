import FieldBench
import Testing

@Suite(.timeLimit(.minutes(6))) struct RevocationScriptTests {
    static let mac = "aa:bb:cc:dd:ee:ff"

    let folder: TemporaryFolder
    let certificates: Certificates

    init() async throws {
        folder = try TemporaryFolder(prefix: "revocation")
        certificates = try await Certificates(in: folder)
    }

    @Test func `every certificate of a gateway is revoked, once, and no other gateway's`() async throws {
        _ = try await certificates.device(Self.mac)
        _ = try await certificates.device(Self.mac)
        let other = try await certificates.device("aa:bb:cc:dd:ee:00")
        let first = try await certificates.run("revoke.sh", [Self.mac])
        #expect(first.components("revoked: ") == 2)
        #expect(try await certificates.run("revoke.sh", [Self.mac]).contains("nothing to do"))
        #expect(try await certificates.run("make-crl.sh").contains("2 revoked"))
        #expect(try await certificates.run("status.sh", [other.certificate]).contains("accepted"))
    }

    @Test func `after a renewal the old certificate alone can be revoked`() async throws {
        let old = try await certificates.device(Self.mac)
        let new = try await certificates.device(Self.mac)
        let serial = try await ChildProcess.run("openssl", ["x509", "-in", old.certificate, "-noout", "-serial"])
        let number = serial.output.text.dropFirst("serial=".count).prefix { $0 != "\n" }
        try await certificates.run("revoke.sh", [Self.mac, "--serial", String(number), "--reason", "superseded"])
        try await certificates.renewCRL()
        let verdicts = try await Certificates.script(
            "status.sh",
            ["--dir", certificates.folder, old.certificate, new.certificate]
        )
        #expect(verdicts.exit == .status(1))
        let lines = verdicts.output.text.split(separator: "\n")
        #expect(lines.count == 2 && lines[0].hasSuffix("REFUSED, certificate revoked"))
        #expect(lines.count == 2 && lines[1].hasSuffix("accepted"))
    }

    @Test func `who was never issued a certificate cannot be revoked`() async throws {
        let revoke = try await Certificates.script("revoke.sh", ["--dir", certificates.folder, Self.mac])
        #expect(revoke.exit == .status(65))
    }

    @Test func `the list says when it ends, thirty days from now`() async throws {
        let words = try await certificates.run("make-crl.sh")
        #expect(words.contains("0 revoked, ENDS 2") && words.contains("refuses every client"))
        let check = ["--warn-days", "29", certificates.revocationList]
        #expect(try await Certificates.script("check-expiry.sh", check).exit == .status(0))
    }

    @Test func `an alarm is raised before the list ends, and after`() async throws {
        let near = ["--warn-days", "31", certificates.ca, certificates.revocationList]
        let soon = try await Certificates.script("check-expiry.sh", near)
        #expect(soon.exit == .status(1))
        #expect(soon.output.text.contains("ok \(certificates.ca)"))
        #expect(soon.output.text.contains("SOON \(certificates.revocationList)"))
        try await certificates.renewCRL(lifetime: .seconds(-60))
        let over = try await Certificates.script("check-expiry.sh", [certificates.revocationList])
        #expect(over.exit == .status(1) && over.output.text.contains("EXPIRED"))
        let nonsense = try folder.write("nonsense", to: "nonsense")
        #expect(try await Certificates.script("check-expiry.sh", [nonsense]).exit == .status(66))
    }

    @Test func `the reason of a refusal is named for each certificate`() async throws {
        let stranger = try await Certificates(in: folder, named: "another")
        let cases = [
            (try await certificates.device(Self.mac, validity: .expired), "certificate has expired"),
            (try await certificates.device(Self.mac, validity: .notYetValid), "certificate is not yet valid"),
            (try await stranger.device(Self.mac), "unable to get local issuer certificate"),
            (certificates.broker, "unsuitable certificate purpose"),
        ]
        for (files, reason) in cases {
            let status = try await Certificates.script(
                "status.sh",
                ["--dir", certificates.folder, files.certificate]
            )
            #expect(status.exit == .status(1))
            #expect(status.output.text.lowercased().contains(reason), "\(status.output.text)")
        }
    }
}

extension String {
    fileprivate func components(_ separator: String) -> Int {
        ranges(of: separator).count
    }
}
