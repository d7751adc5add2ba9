import FieldBench
import Foundation
import Testing

@Suite(.timeLimit(.minutes(6))) struct ScriptMannersTests {
    static let all = [
        "make-ca.sh", "issue-broker.sh", "issue-device.sh", "issue-consumer.sh", "revoke.sh", "make-crl.sh",
        "status.sh", "check-expiry.sh",
    ]

    @Test(arguments: all)
    func `a script explains itself, and refuses what it does not know`(script: String) async throws {
        let help = try await Certificates.script(script, ["--help"])
        #expect(help.exit == .status(0))
        #expect(help.output.text.hasPrefix("Usage: \(script)") && help.output.text.contains("Exit: 0"))
        #expect(help.errors.text.isEmpty)
        let wrong = try await Certificates.script(script, ["--nonsense"])
        #expect(wrong.exit == .status(64))
        #expect(wrong.errors.text.contains("--nonsense") && wrong.errors.text.contains("--help"))
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/shellcheck"), "needs shellcheck"))
    func `shellcheck has nothing to say`() async throws {
        let folder = Repository.path("certs")
        let scripts = Self.all.map { "\(folder)/\($0)" }
        let check = try await ChildProcess.run("shellcheck", ["-x", "-P", folder] + scripts)
        #expect(check.exit == .status(0), "\(check.output.text)")
    }
}
