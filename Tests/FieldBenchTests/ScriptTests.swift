import FieldBench
import Foundation
import Testing

@Suite(.timeLimit(.minutes(6))) struct ScriptTests {
    let folder: TemporaryFolder
    let certificates: Certificates

    init() async throws {
        folder = try TemporaryFolder(prefix: "scripts")
        certificates = try await Certificates(in: folder)
    }

    @Test func `a gateway's certificate is what the contract says`() async throws {
        let device = try await certificates.device("aa:bb:cc:dd:ee:ff")
        let fields = try await openssl(["x509", "-in", device.certificate, "-noout", "-text", "-nameopt", "RFC2253"])
        #expect(fields.contains("Subject: CN=aa:bb:cc:dd:ee:ff\n"))
        #expect(fields.contains("Issuer: CN=TDS-New-CA\n"))
        #expect(fields.contains("NIST CURVE: P-256\n"))
        #expect(fields.contains("TLS Web Client Authentication\n") && !fields.contains("Server Authentication"))
        #expect(fields.contains("CA:FALSE"))
        let (start, end) = try await validity(of: device.certificate)
        let now = Date()
        // A day back, and ten years ahead with their two or three leap days.
        #expect(abs(start.distance(to: now) - 86_400) < 60)
        #expect((3_652.0...3_653.01).contains(now.distance(to: end) / 86_400))
    }

    @Test func `the CA outlives the certificates, and signs for nobody else's sake`() async throws {
        let fields = try await openssl(["x509", "-in", certificates.ca, "-noout", "-text", "-nameopt", "RFC2253"])
        #expect(fields.contains("Subject: CN=TDS-New-CA\n"))
        #expect(fields.contains("CA:TRUE, pathlen:0") && fields.contains("Certificate Sign, CRL Sign"))
        let (_, end) = try await validity(of: certificates.ca)
        #expect(Date().distance(to: end) / 86_400 > 9_000)
        let late = try await script("issue-device.sh", ["aa:bb:cc:dd:ee:ff", "--days", "9999"])
        #expect(late.exit == .status(65))
        #expect(late.errors.text.contains("after the CA itself"))
    }

    @Test func `the broker's certificate names every host it was given`() async throws {
        let options = ["--name", "broker.example", "--name", "b.example", "--ip", "10.0.0.7", "--force"]
        try await certificates.run("issue-broker.sh", options)
        let fields = try await openssl(["x509", "-in", certificates.broker.certificate, "-noout", "-text"])
        #expect(fields.contains("DNS:broker.example, DNS:b.example, IP Address:10.0.0.7\n"))
        #expect(fields.contains("TLS Web Server Authentication\n") && !fields.contains("Client Authentication"))
    }

    @Test func `keys are for their owner only`() async throws {
        let device = try await certificates.device("aa:bb:cc:dd:ee:ff")
        let keys = [device.key, certificates.broker.key, "\(certificates.folder)/private/ca.key"]
        for key in keys { #expect(try mode(of: key) == 0o600, "\(key)") }
        #expect(try mode(of: certificates.folder) == 0o700)
    }

    @Test(arguments: [
        "AA:BB:CC:DD:EE:FF", "aa-bb-cc-dd-ee-ff", "aabbccddeeff", "aabb.ccdd.eeff", "Aa:bb:cc:dd:ee:ff",
    ])
    func `a MAC in another form is refused, and the right form proposed`(mac: String) async throws {
        let issue = try await script("issue-device.sh", [mac])
        #expect(issue.exit == .status(64))
        #expect(issue.errors.text.contains("did you mean aa:bb:cc:dd:ee:ff\n"), "\(issue.errors.text)")
        #expect(!FileManager.default.fileExists(atPath: "\(certificates.folder)/devices"))
    }

    @Test(arguments: ["django_consumer", "aa:bb:cc:dd:ee", "aa:bb:cc:dd:ee:fg", "#", "aa:bb:cc:dd:ee:ff/CN=x", "+"])
    func `what is no MAC is refused without a proposal`(mac: String) async throws {
        let issue = try await script("issue-device.sh", [mac])
        #expect(issue.exit == .status(64))
        #expect(issue.errors.text.contains("is not a MAC address") && !issue.errors.text.contains("did you mean"))
    }

    @Test func `nothing is overwritten unless forced`() async throws {
        #expect(try await script("make-ca.sh", []).exit == .status(73))
        #expect(try await script("issue-broker.sh", ["--name", "localhost"]).exit == .status(73))
        #expect(try await script("issue-device.sh", ["aa:bb:cc:dd:ee:ff"]).exit == .status(0))
        let certificate = "\(certificates.folder)/devices/aa-bb-cc-dd-ee-ff/device.crt"
        let before = try Data(contentsOf: URL(fileURLWithPath: certificate))
        let again = try await script("issue-device.sh", ["aa:bb:cc:dd:ee:ff"])
        #expect(again.exit == .status(73) && again.errors.text.contains("--force"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: certificate)) == before)
        #expect(try await script("issue-device.sh", ["aa:bb:cc:dd:ee:ff", "--force"]).exit == .status(0))
        #expect(try Data(contentsOf: URL(fileURLWithPath: certificate)) != before)
    }

    @Test func `a request is signed without its key, under the name of the gateway and no other`() async throws {
        let mac = "aa:bb:cc:dd:ee:ff"
        let good = try await request(subject: "/CN=\(mac)", extra: ["-addext", "basicConstraints=critical,CA:TRUE"])
        let certificate = try await certificates.sign(request: good, for: mac)
        let fields = try await openssl(["x509", "-in", certificate, "-noout", "-text", "-nameopt", "RFC2253"])
        #expect(fields.contains("Subject: CN=\(mac)\n"))
        #expect(fields.contains("CA:FALSE") && !fields.contains("CA:TRUE"), "a request cannot ask to be a CA")
        let beside = try FileManager.default.contentsOfDirectory(
            atPath: URL(fileURLWithPath: certificate).deletingLastPathComponent().path
        )
        #expect(beside.sorted() == ["ca.crt", "device.crt"])

        let foreign = try await request(subject: "/CN=aa:bb:cc:dd:ee:00")
        let refused = try await script("issue-device.sh", [mac, "--csr", foreign])
        #expect(refused.exit == .status(65) && refused.errors.text.contains("'aa:bb:cc:dd:ee:00'"))

        let weak = try await request(subject: "/CN=\(mac)", curve: "secp224r1")
        #expect(try await script("issue-device.sh", [mac, "--csr", weak]).exit == .status(65))
        let nonsense = try folder.write("nonsense", to: "nonsense.csr")
        #expect(try await script("issue-device.sh", [mac, "--csr", nonsense]).exit == .status(65))
        #expect(try await script("issue-device.sh", [mac, "--csr", "/nowhere"]).exit == .status(66))
    }

    @Test func `without a CA every script says so`() async throws {
        let issue = try await Certificates.script("issue-device.sh", ["--dir", folder.path, "aa:bb:cc:dd:ee:ff"])
        #expect(issue.exit == .status(66) && issue.errors.text.contains("make-ca.sh"))
    }

    @Test func `a CA whose key is encrypted signs with the passphrase only`() async throws {
        let phrase = try folder.write("correct horse\n", to: "phrase")
        let dir = folder.path("encrypted")
        let make = try await Certificates.script("make-ca.sh", ["--dir", dir, "--passphrase-file", phrase])
        #expect(make.exit == .status(0), "\(make.errors.text)")
        #expect(try String(contentsOfFile: "\(dir)/private/ca.key", encoding: .utf8).contains("BEGIN ENCRYPTED"))
        let arguments = ["--dir", dir, "aa:bb:cc:dd:ee:ff", "--passphrase-file"]
        let wrong = try folder.write("wrong\n", to: "wrong")
        #expect(try await Certificates.script("issue-device.sh", arguments + [wrong]).exit == .status(70))
        #expect(try await Certificates.script("issue-device.sh", arguments + [phrase]).exit == .status(0))
    }

    @Test func `several at once do not spoil the database`() async throws {
        let certificates = certificates
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 10..<18 {
                group.addTask { _ = try await certificates.device("aa:bb:cc:dd:ee:\(index)") }
            }
            try await group.waitForAll()
        }
        let index = try String(contentsOfFile: "\(certificates.folder)/index.txt", encoding: .utf8)
        let serials = index.split(separator: "\n").map { $0.split(separator: "\t")[2] }
        #expect(serials.count == 10 && Set(serials).count == 10)
    }

    func script(_ name: String, _ arguments: [String]) async throws -> ChildProcess {
        try await Certificates.script(name, ["--dir", certificates.folder] + arguments)
    }

    func openssl(_ arguments: [String]) async throws -> String {
        let child = try await ChildProcess.run("openssl", arguments)
        try #require(child.exit == .status(0), "\(child.errors.text)")
        return child.output.text
    }

    func request(subject: String, curve: String = "P-256", extra: [String] = []) async throws -> String {
        let name = UUID().uuidString
        _ = try await openssl(
            [
                "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:\(curve)", "-nodes", "-subj", subject,
                "-keyout", folder.path("\(name).key"), "-out", folder.path("\(name).csr"),
            ] + extra
        )
        return folder.path("\(name).csr")
    }

    func validity(of certificate: String) async throws -> (start: Date, end: Date) {
        let text = try await openssl(["x509", "-in", certificate, "-noout", "-dates", "-dateopt", "iso_8601"])
        let dates = try text.split(separator: "\n").map { line in
            let time = line.drop { $0 != "=" }.dropFirst().replacing(" ", with: "T")
            return try Date(String(time), strategy: .iso8601)
        }
        return (dates[0], dates[1])
    }

    func mode(of path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
}
