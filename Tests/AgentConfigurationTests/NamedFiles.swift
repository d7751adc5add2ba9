import AgentConfiguration
import Glibc
import Testing

/// What `load` finds out about files.
@Suite struct NamedFiles {
    /// A folder with a good configuration and the files it names.
    private func folder(keyMode: mode_t = 0o600) -> ScratchFolder {
        let folder = ScratchFolder()
        folder.write("agent.yaml", Sample.shortest.text, mode: 0o644)
        folder.write("ca.crt", "CA", mode: 0o644)
        folder.write("device.crt", "certificate", mode: 0o644)
        folder.write("device.key", "key", mode: keyMode)
        return folder
    }

    private func faults(_ path: String) -> ConfigurationFaults? {
        do throws(ConfigurationFaults) {
            _ = try AgentConfiguration.load(path: path)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [mode_t(0o600), 0o400, 0o640, 0o660])
    func `a key that is kept from others is taken`(mode: mode_t) {
        let folder = folder(keyMode: mode)
        #expect(faults("\(folder.path)/agent.yaml") == nil)
    }

    @Test(arguments: [mode_t(0o644), 0o604, 0o602, 0o601, 0o666])
    func `a key that is open to everybody is refused with the command that helps`(mode: mode_t) {
        let folder = folder(keyMode: mode)
        let path = folder.path
        #expect(
            faults("\(path)/agent.yaml")?.description
                == "\(path)/agent.yaml:11:8: broker.key: the key \(path)/device.key "
                + "is open to everybody (mode 0\(String(mode, radix: 8))); chmod 600 \(path)/device.key"
        )
    }

    @Test func `every file that is missing is told, together with what else is wrong`() {
        let folder = ScratchFolder()
        let path = folder.path
        folder.write("agent.yaml", Sample.with("log: { level: loud }").text)
        let lines = faults("\(path)/agent.yaml")?.faults.map(\.description)
        let reason = "cannot be opened: No such file or directory (errno 2)"
        #expect(
            lines == [
                "\(path)/agent.yaml:9:7: broker.ca: \(path)/ca.crt \(reason)",
                "\(path)/agent.yaml:10:16: broker.certificate: \(path)/device.crt \(reason)",
                "\(path)/agent.yaml:11:8: broker.key: \(path)/device.key \(reason)",
                "\(path)/agent.yaml:12:15: log.level: \"loud\" stands where one of "
                    + "trace, debug, info, notice, warning, error is expected",
            ]
        )
    }

    @Test(.enabled(if: geteuid() != 0, "root can read every file"))
    func `a file that must not be read is told`() {
        let folder = folder()
        chmod("\(folder.path)/ca.crt", 0)
        #expect(faults("\(folder.path)/agent.yaml")?.faults.map(\.key) == ["broker.ca"])
    }

    @Test func `a folder in place of a certificate is told`() throws {
        let folder = folder()
        let text = Sample.shortest.text.replacing("ca.crt", with: "/tmp")
        folder.write("agent.yaml", text)
        #expect(faults("\(folder.path)/agent.yaml")?.faults.first?.message == "/tmp is a folder, not a file")
    }

    // No time limit: nothing can interrupt an open that waits, so a failure of this test is a run that hangs.
    @Test func `a pipe that nobody writes to holds nothing up`() {
        let folder = folder()
        unlink("\(folder.path)/device.key")
        mkfifo("\(folder.path)/device.key", 0o600)
        #expect(faults("\(folder.path)/agent.yaml")?.faults.first?.message.hasSuffix("is no regular file") == true)
    }

    @Test func `a configuration that is not there is unreadable and not invalid`() {
        let faults = faults("/nowhere/agent.yaml")
        #expect(faults?.kind == .unreadable)
        #expect(
            faults?.description == "/nowhere/agent.yaml: "
                + "the configuration cannot be opened: No such file or directory (errno 2); name the right file with "
                + "--config, or have it written: edge-agent probe config --output /nowhere/agent.yaml"
        )
    }

    @Test(arguments: ["/tmp", "/dev/null"])
    func `a configuration that is no file is unreadable`(path: String) {
        #expect(faults(path)?.kind == .unreadable)
    }

    @Test func `a configuration may have one mebibyte and no byte more`() {
        let folder = folder()
        let filling = String(repeating: "#", count: (1 << 20) - Sample.shortest.text.utf8.count)
        folder.write("agent.yaml", Sample.shortest.text + filling)
        #expect(faults("\(folder.path)/agent.yaml") == nil)
        folder.write("agent.yaml", Sample.shortest.text + filling + "#")
        #expect(
            faults("\(folder.path)/agent.yaml")?.description == "\(folder.path)/agent.yaml: "
                + "the configuration is larger than 1048576 bytes, too large for a configuration"
        )
    }

    @Test func `parsing alone looks at no file`() throws {
        #expect(try Sample.shortest.parsed().broker.key == "device.key")
    }

    @Test func `a simulation names no files that must be there`() throws {
        let folder = ScratchFolder()
        folder.write("agent.yaml", Sample.shortest.text)
        #expect(try SimulationConfiguration.load(path: "\(folder.path)/agent.yaml").buses[0].slaves.count == 1)
    }
}
