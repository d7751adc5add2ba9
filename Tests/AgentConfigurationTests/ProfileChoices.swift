import AgentConfiguration
import Glibc
import ModbusModel
import Testing

/// `profile`, `codes` and `profiles` in a configuration, with the project's own profiles.
@Suite struct ProfileChoices {
    private static let root = #filePath.split(separator: "/Tests/")[0]

    private func parse(_ slave: String, _ more: String = "") throws(ConfigurationFaults) -> AgentConfiguration {
        let text = """
            profiles: \(Self.root)/profiles
            line: { port: /dev/ttyUSB0 }
            broker: { host: b, ca: ca.crt, certificate: c.crt, key: c.key }
            slaves:
              - { id: 1, \(slave) }
            \(more)
            """
        return try AgentConfiguration.parse(Array(text.utf8), file: "config.yaml")
    }

    private func faults(_ slave: String, _ more: String = "") -> String {
        do throws(ConfigurationFaults) {
            _ = try parse(slave, more)
            return "none"
        } catch {
            return error.description
        }
    }

    @Test func `a code takes the rest from the profile, and points may stand beside`() throws {
        let slave = try #require(
            try parse(
                """
                profile: eastron/sdm120, codes: { voltage: D01, energy_import: D02 },
                    points: [ { code: D03, table: input, address: 6000, type: uint16, unit: "" } ]
                """
            ).slaves.first)
        #expect(slave.points.map(\.code) == ["D01", "D02", "D03"])
        let voltage = try #require(slave.points.first)
        #expect(voltage.unit == "V" && voltage.definition.type == .float32)
        #expect(voltage.definition.address.table == .input && voltage.definition.address.offset == 0)
        #expect(slave.maximumGap == 0 || slave.maximumGap == nil)
    }

    @Test func `a slave's own limits win over the profile's`() throws {
        let slave = try #require(
            try parse("profile: eastron/sdm120, codes: { voltage: D01 }, max_registers: 9, max_gap: 3").slaves.first)
        #expect(slave.maximumRegisters == 9 && slave.maximumGap == 3)
    }

    @Test func `the order is that of the profile, whatever the file's`() throws {
        let codes = try parse("profile: eastron/sdm120, codes: { energy_import: B, voltage: A }").slaves[0].points.map(
            \.code)
        #expect(codes == ["A", "B"])
    }

    @Test func `what is wrong is said with its place and what was meant`() {
        let misspelt = faults("profile: eastron/sdm12, codes: { voltage: D01 }")
        #expect(
            misspelt.contains("config.yaml:5:23: slaves[0].profile")
                && misspelt.contains("did you mean eastron/sdm120?"))
        #expect(faults("profile: ../etc/passwd, codes: { voltage: D01 }").contains("there is no profile"))
        let none = faults("profile: eastron/sdm120")
        #expect(none.contains("codes") && none.contains("values: ") && none.contains("voltage"))
        #expect(faults("profile: eastron/sdm120, codes: {}").contains("no value is wanted"))
        #expect(faults("codes: { voltage: D01 }, points: []").contains("codes are given and no profile"))
        let unknown = faults("profile: eastron/sdm120, codes: { voltages: D01 }")
        #expect(unknown.contains("voltages") && unknown.contains("voltage"))
        #expect(
            faults("profile: eastron/sdm120, codes: { voltage: D01, current: D01 }").contains("D01 is taken already"))
        #expect(
            faults(
                "profile: eastron/sdm120, codes: { voltage: D01 }",
                "  - { id: 1, profile: eastron/sdm120, codes: { voltage: D02 } }"
            )
            .contains("the address 1 is taken already"))
    }

    @Test func `a code that was written to be filled in is told, and no fault`() throws {
        let warnings = try parse("profile: eastron/sdm120, codes: { voltage: FILL-1-voltage, current: D02 }").warnings
        #expect(warnings.count == 1 && warnings.first?.key == "slaves[0].codes.voltage")
        #expect(warnings.first?.message.contains("FILL-1-voltage") ?? false)
    }

    @Test func `a mistake in a user's own profile is said with that file's line`() throws {
        let scratch = ScratchFolder()
        mkdir("\(scratch.path)/acme", 0o755)
        let profile = scratch.write(
            "acme/x.yaml",
            "maker: A\nmodel: X\npoints:\n  - { name: voltage, unit: V, table: input, address: 70000, type: float32 }\n"
        )
        defer {
            unlink(profile)
            rmdir("\(scratch.path)/acme")
        }
        let text = """
            profiles: \(scratch.path)
            line: { port: /dev/ttyUSB0 }
            broker: { host: b, ca: ca.crt, certificate: c.crt, key: c.key }
            slaves: [ { id: 1, profile: acme/x, codes: { voltage: A } } ]
            """
        let faults = try #require(throws: ConfigurationFaults.self) {
            _ = try AgentConfiguration.parse(Array(text.utf8), file: "config.yaml")
        }
        #expect(faults.description.contains("\(profile):4:") && faults.description.contains("70000"))
    }
}
