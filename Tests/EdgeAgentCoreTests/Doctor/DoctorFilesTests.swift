import AgentConfiguration
import FieldBench
import Foundation
import TelemetryContract
import Testing

@testable import BrokerLink
@testable import EdgeAgentCore

/// The configuration and the identity, from real files.
@Suite struct DoctorFilesTests {
    private static let mac = "02:00:5e:10:00:01"
    private static let now = WallClock.system.now().seconds

    private func judge(
        _ files: Certificates.DeviceFiles, mac: String? = nil, now: Int64 = Self.now
    ) throws -> [Doctor.IdentityFinding] {
        let settings = try configuration(files: [files.ca, files.certificate, files.key]).broker
        return Doctor.judge(
            CredentialExamination(certificateFile: files.certificate, keyFile: files.key, caFile: files.ca), settings,
            configured: mac.flatMap { MACAddress($0) }, now: now)
    }

    @Test func `a configuration is right, doubtful, wrong in every line, or not there`() throws {
        let folder = try TemporaryFolder(prefix: "doctor")
        func read(_ text: String) throws -> (AgentConfiguration?, [Doctor.ConfigurationFinding]) {
            let path = try folder.write(text, to: "a.yaml")
            return Doctor.readConfiguration(path)
        }
        let good = """
            line: { port: /dev/ttyUSB0 }
            slaves: [{ id: 1, points: [{ code: A, register: 40001, type: uint16, unit: V }] }]
            broker: { host: h, ca: nowhere, certificate: nowhere, key: nowhere }
            """
        let (configuration, findings) = try read(good)
        #expect(configuration != nil && findings == [.right(path: folder.path("a.yaml"), lines: 1, slaves: 1)])
        let (none, faults) = try read(good.replacing("host: h", with: "hst: h").replacing("id: 1", with: "id: 0"))
        #expect(none == nil && faults.count >= 2)
        #expect(faults.allSatisfy { $0.verdict == .fault(.configuration) })
        let (_, missing) = Doctor.readConfiguration(folder.path("nowhere.yaml"))
        #expect(missing.map(\.verdict) == [.fault(.missingInput)])
        #expect(Doctor.ConfigurationFinding.forbidden(path: "").verdict == .fault(.notPermitted))
    }

    @Test func `files that are in order are ok, and the days to the end are counted`() async throws {
        let folder = try TemporaryFolder(prefix: "doctor")
        let files = try await Certificates(in: folder).device(Self.mac)
        let findings = try judge(files, mac: Self.mac)
        #expect(findings.map(\.check) == ["identity.files", "identity.name", "identity.dates"])
        #expect(findings.allSatisfy { $0.verdict == .ok })
        guard case .valid(let until, _) = findings[2] else {
            Issue.record("\(findings)")
            return
        }
        #expect(try judge(files, now: until - 30 * 86_400)[2].verdict == .ok)
        #expect(try judge(files, now: until - 30 * 86_400 + 1)[2] == .endsSoon(until: until, days: 29))
        #expect(try judge(files, now: until + 1)[2] == .ended(until))
        #expect(try judge(files, now: until + 1)[2].verdict == .fault(.configuration))
        let early = try judge(files, now: 0)[2]
        #expect(early.verdict == .fault(.temporary))
    }

    @Test func `a name that is no gateway's or another's is a fault`() async throws {
        let folder = try TemporaryFolder(prefix: "doctor")
        let certificates = try await Certificates(in: folder)
        let consumer = try judge(try await certificates.consumer())
        #expect(consumer.contains(.noGateway(name: "django_consumer", proposal: nil)))
        let other = try judge(try await certificates.device(Self.mac), mac: "02:00:5e:10:00:02")
        let finding = try #require(other.first { $0.check == "identity.name" })
        guard case .otherGateway = finding else {
            Issue.record("\(finding)")
            return
        }
        #expect(finding.verdict == .fault(.configuration))
    }

    @Test func `each file is judged whatever is wrong with the others`() async throws {
        let folder = try TemporaryFolder(prefix: "doctor")
        let certificates = try await Certificates(in: folder)
        let (one, two) = (try await certificates.device(Self.mac), try await certificates.device("02:00:5e:10:00:02"))
        func problems(_ ca: String, _ certificate: String, _ key: String) -> [CertificateFault.Problem] {
            CredentialExamination(certificateFile: certificate, keyFile: key, caFile: ca).faults.map(\.problem)
        }
        #expect(problems(one.ca, one.certificate, one.key).isEmpty)
        #expect(problems("/nowhere", "/nowhere", "/nowhere") == [.missing, .missing, .missing])
        #expect(problems("/nowhere", one.certificate, two.key) == [.missing, .keyDoesNotFit])
        #expect(problems(one.key, one.certificate, one.certificate) == [.notPEM, .notPEM])
        chmod(one.key, 0o644)
        #expect(problems(one.ca, one.certificate, one.key) == [.keyOpenToAll])
        // The name is judged all the same.
        let findings = try judge(.init(ca: "/nowhere", certificate: one.certificate, key: "/nowhere"))
        #expect(findings.contains(.named(try #require(MACAddress(Self.mac)))))
        let foreign = try await Certificates(in: folder, named: "other")
        #expect(
            try judge(.init(ca: foreign.ca, certificate: two.certificate, key: two.key)).contains {
                $0.verdict == .warning
            })
        let unreadable = CertificateFault(file: "", problem: .unreadable(13), advice: "")
        #expect(Doctor.IdentityFinding.file(unreadable).verdict == .fault(.notPermitted))
    }

    @Test func `the message of the trial has the contract's form`() async throws {
        let mac = try #require(MACAddress(Self.mac))
        let bytes = BrokerExamination.message(mac, at: WallClock.Moment(seconds: Self.now).utc)
        let script = """
            import json, sys
            sys.path.insert(0, sys.argv[1])
            import check_contract
            message = json.loads(sys.argv[2])
            check_contract.schema_validators()["ack"].validate(message)
            assert json.dumps(message, separators=(",", ":"), ensure_ascii=False) == sys.argv[2]
            """
        let process = try await ChildProcess.run(
            "/usr/bin/python3",
            ["-c", script, Repository.path("Tests/Contract"), String(decoding: bytes, as: UTF8.self)])
        #expect(process.exit == .status(0), "\(process.errors.text)")
    }
}
