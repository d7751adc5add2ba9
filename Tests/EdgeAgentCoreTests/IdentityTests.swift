import AgentConfiguration
import FieldBench
import TelemetryContract
import Testing

@testable import EdgeAgentCore

@Suite struct IdentityTests {
    private static let mac = "02:00:5e:10:00:01"

    private func identity(_ files: Certificates.DeviceFiles, mac: String? = nil) throws -> Identity {
        try Identity(configuration(mac: mac, files: [files.ca, files.certificate, files.key]))
    }

    @Test func `the certificate's name is the gateway's MAC where the configuration gives none`() async throws {
        let folder = try TemporaryFolder(prefix: "identity")
        let files = try await Certificates(in: folder).device(Self.mac)
        let identity = try identity(files)
        #expect(identity.mac.description == Self.mac)
        #expect(identity.fault(at: WallClock.system.now()) == nil)
        let before = identity.fault(at: WallClock.Moment(seconds: identity.notBefore - 1))
        #expect(before?.status == .temporary)
        #expect(before?.description.contains("before the certificate's start") == true)
        let after = identity.fault(at: WallClock.Moment(seconds: identity.notAfter + 1))
        #expect(after?.status == .configuration)
    }

    @Test func `another gateway's certificate is refused with the place of the contradiction`() async throws {
        let folder = try TemporaryFolder(prefix: "identity")
        let files = try await Certificates(in: folder).device(Self.mac)
        let fault = #expect(throws: AgentFault.self) { try identity(files, mac: "02:00:5e:10:00:02") }
        #expect(fault?.status == .configuration)
        #expect(fault?.description.hasPrefix("/etc/edge-agent/edge-agent.yaml:1:17: gateway.mac: ") == true)
        #expect(fault?.description.contains(Self.mac) == true)
    }

    @Test func `a key of another certificate is refused`() async throws {
        let folder = try TemporaryFolder(prefix: "identity")
        let certificates = try await Certificates(in: folder)
        let (one, other) = (
            try await certificates.device(Self.mac), try await certificates.device("02:00:5e:10:00:02")
        )
        let mixed = Certificates.DeviceFiles(ca: one.ca, certificate: one.certificate, key: other.key)
        let fault = #expect(throws: AgentFault.self) { try identity(mixed) }
        #expect(fault?.status == .configuration)
        #expect(fault?.description.contains(other.key) == true)
    }

    @Test func `a certificate whose name is no gateway is refused`() async throws {
        let folder = try TemporaryFolder(prefix: "identity")
        let files = try await Certificates(in: folder).consumer("django_consumer")
        let fault = #expect(throws: AgentFault.self) { try identity(files) }
        #expect(fault?.status == .configuration)
        #expect(fault?.description.contains("django_consumer") == true)
    }
}
