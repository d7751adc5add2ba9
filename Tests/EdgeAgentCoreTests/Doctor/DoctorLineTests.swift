import FieldBench
import Foundation
import LineSimulator
import Logging
import ModbusModel
import Testing

@testable import EdgeAgentCore

/// What the doctor says of a serial port, from a real pseudo-terminal and folders of our own.
@Suite struct DoctorLineTests {
    private func facts(_ path: String, _ machine: FakeMachine, sockets: [String] = []) -> PortFacts {
        PortFacts(path, machine.surroundings, agents: RunningAgents(sockets: sockets))
    }

    private let ana = Doctor.Person(name: "ana", uid: 1_000, groups: [1_000])

    @Test func `a port that is free, named to last and quick is all ok`() throws {
        let machine = try FakeMachine()
        let line = try SimulatedLine(SimulatedLineSettings(), slaves: [])
        try machine.plug(line.path)
        try machine.link("by-id/usb-FTDI_A1-if00-port0", to: line.path)
        let facts = facts(machine.folder.path("by-id/usb-FTDI_A1-if00-port0"), machine)
        let findings = facts.judged(for: machine.surroundings.person)
        #expect(causes(findings) == ["port", "rights", "free", "lastingName", "adapter", "quick"].map(\.snake))
        #expect(findings.allSatisfy { $0.verdict == .ok })
        #expect(facts.adapter?.numbers == "0403:6001" && facts.adapter?.chip == "FTDI FT232R")
        #expect(facts.adapter?.driver == "ftdi_sio" && facts.adapter?.product == "USB-RS485")
        #expect(facts.lastingNames.count == 1)
    }

    @Test func `a slow adapter is told with its device and its milliseconds`() throws {
        let machine = try FakeMachine()
        let line = try SimulatedLine(SimulatedLineSettings(), slaves: [])
        try machine.plug(line.path, latency: 16)
        let device = (line.path as NSString).lastPathComponent
        let findings = facts(line.path, machine).judged(for: ana)
        #expect(findings.last == .slow(device: device, milliseconds: 16))
        #expect(findings.last?.verdict == .warning)
    }

    @Test func `a missing port is told with what is there instead`() throws {
        let machine = try FakeMachine()
        let nowhere = machine.folder.path("ttyUSB0")
        #expect(facts(nowhere, machine).judged(for: ana) == [.missing(others: [])])
        try machine.folder.write("", to: "sys/class/tty/ttyUSB1/uevent")
        #expect(facts(nowhere, machine).judged(for: ana) == [.missing(others: ["/dev/ttyUSB1"])])
        try machine.folder.write("", to: "by-id/usb-B")
        let findings = facts(nowhere, machine).judged(for: ana)
        #expect(findings == [.missing(others: [machine.folder.path("by-id/usb-B")])])
        #expect(findings[0].verdict == .fault(.missingInput))
    }

    @Test func `a file and a device that is no terminal are no serial ports`() throws {
        let machine = try FakeMachine()
        let file = try machine.folder.write("", to: "file")
        for path in [file, "/dev/null"] {
            let findings = facts(path, machine).judged(for: ana)
            #expect(findings == [.notSerial] && findings[0].verdict == .fault(.configuration), "\(path)")
        }
    }

    @Test func `a port that another program has locked is busy, and one that it only has open is not opened`() throws {
        let machine = try FakeMachine()
        let line = try SimulatedLine(SimulatedLineSettings(), slaves: [])
        let other = open(line.path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        defer { close(other) }
        #expect(facts(line.path, machine).opening == .opened)
        try #require(flock(other, LOCK_EX | LOCK_NB) == 0)
        #expect(facts(line.path, machine).opening == .busy)
        flock(other, LOCK_UN)
        // A real device, as a terminal emulator has it that asks for no lock.
        try machine.hold("/dev/null", by: "minicom", process: 4_242)
        let held = facts("/dev/null", machine)
        #expect(held.opening == .busy, "it was not opened: else it would be known for no terminal")
        let finding = try #require(held.judged(for: ana).first { $0.check == "line.use" })
        #expect(finding == .busy(holders: [Doctor.Holder(name: "minicom", process: 4_242)]))
        #expect(finding.verdict == .fault(.temporary))
    }

    @Test func `rights are judged by the group, its list and the session`() {
        var facts = PortFacts(path: "/dev/ttyUSB0", device: "/dev/ttyUSB0")
        facts.mayOpen = false
        (facts.group, facts.groupName) = (20, "dialout")
        func rights() -> Doctor.LineFinding? { facts.judged(for: ana).first { $0.check == "line.rights" } }
        #expect(rights() == .notInGroup(group: "dialout", user: "ana"))
        #expect(rights()?.verdict == .fault(.notPermitted))
        facts.isListed = true
        #expect(rights() == .groupNotTaken(group: "dialout", user: "ana"))
        facts.groupMayUse = false
        #expect(rights() == .noGroup(group: "dialout", user: "ana"))
        #expect(facts.judged(for: ana).contains(.notTried))
        facts.mayOpen = true
        #expect(rights() == .rights(user: "ana"))
    }

    @Test func `a name by order is advised against, with the one that lasts`() {
        var facts = PortFacts(path: "/dev/ttyUSB0", device: "/dev/ttyUSB0")
        facts.opening = .opened
        func name() -> Doctor.LineFinding? { facts.judged(for: ana).first { $0.check == "line.name" } }
        #expect(name() == .passingName(lasting: nil) && name()?.verdict == .warning)
        facts.lastingNames = ["/dev/serial/by-id/usb-A"]
        #expect(name() == .passingName(lasting: "/dev/serial/by-id/usb-A"))
        for path in ["/dev/ttyAMA0", "/dev/serial0", "/dev/serial/by-path/x"] {
            facts.path = path
            #expect(name() == .lastingName)
        }
        facts.opening = .failed(EIO)
        #expect(facts.judged(for: ana).contains(.notOpened(EIO)))
    }

    @Test func `what our own agent has is ok, and what it has lost is looked at`() {
        var facts = PortFacts(path: "/dev/ttyAMA0", device: "/dev/ttyAMA0")
        facts.opening = .busy
        for (standing, isOurs) in [(LineStanding.held, true), (.lent, true), (.lost, false)] {
            facts.hold = RunningAgents.Hold(standing: standing, process: 7)
            let use = facts.judged(for: ana).first { $0.check == "line.use" }
            #expect((use == .agentHas(standing, process: 7)) == isOurs, "\(standing)")
            #expect((use?.verdict == .ok) == isOurs)
        }
    }
}

extension String {
    /// `lastingName` as `lasting_name`.
    var snake: String { replacing(/[A-Z]/) { "_" + $0.output.lowercased() } }
}
