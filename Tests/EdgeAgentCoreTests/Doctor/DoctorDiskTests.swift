import AgentConfiguration
import FieldBench
import Foundation
import StoreForward
import Testing

@testable import EdgeAgentCore

@Suite struct DoctorDiskTests {
    private let ana = Doctor.Person(name: "ana", uid: 1_000, groups: [1_000])

    private func settings(_ path: String, _ keys: String = "") throws -> AgentConfiguration.Spool {
        try configuration("spool: { path: \(path)\(keys) }").spool
    }

    private func look(_ machine: FakeMachine, _ path: String? = nil) throws -> DiskFacts {
        DiskFacts(try settings(path ?? machine.folder.path("spool.db")), machine.surroundings)
    }

    @Test func `a folder without a spool is ok, and one that is not there is a fault`() throws {
        let machine = try FakeMachine()
        let facts = try look(machine)
        let findings = facts.judged(try settings("x"), for: ana)
        #expect(causes(findings) == ["folder", "room", "no_spool", "none_aside", "disk"])
        #expect(findings.allSatisfy { $0.verdict == .ok })
        let none = try look(machine, machine.folder.path("no/spool.db")).judged(try settings("x"), for: ana)
        #expect(none == [.noFolder(machine.folder.path("no"))] && none[0].verdict == .fault(.cannotCreate))
    }

    @Test func `rights, a read-only file system and one in memory`() throws {
        var facts = DiskFacts(folder: "/var")
        func first() throws -> Doctor.DiskFinding { facts.judged(try settings("x"), for: ana)[0] }
        facts.isInMemory = true
        #expect(try first() == .inMemory("/var") && first().verdict == .warning)
        facts.mayWrite = false
        #expect(try first() == .folderForbidden("/var", user: "ana"))
        #expect(try first().verdict == .fault(.notPermitted))
        facts.isReadOnly = true
        #expect(try first() == .readOnly("/var") && first().verdict == .fault(.inputOutput))
        facts.spool = .notSeen
        #expect(facts.judged(try settings("x"), for: ana).contains(.notSeen))
        // Told by the kernel's own list.
        let machine = try FakeMachine()
        let number = try FakeMachine.number(of: machine.folder.path)
        try machine.folder.write("36 35 \(number) / / rw shared:5 - tmpfs none rw\n", to: "proc/self/mountinfo")
        #expect(try look(machine).isInMemory)
        try machine.folder.write("36 35 \(number) / / rw shared:5 - ext4 tmpfs rw\n", to: "proc/self/mountinfo")
        #expect(try !look(machine).isInMemory)
    }

    @Test func `room is held against the spool's limits`() throws {
        let limits = try settings("x", ", max_bytes: 100MiB, min_free: 10MiB")
        var facts = DiskFacts(folder: "/var")
        func room() -> Doctor.DiskFinding? { facts.judged(limits, for: ana).first { $0.check == "disk.space" } }
        let mebibyte = 1 << 20
        (facts.free, facts.size) = (80 * mebibyte, 30 * mebibyte)
        #expect(room() == .room(free: 80 * mebibyte, maximum: 100 * mebibyte))
        facts.size = 29 * mebibyte
        #expect(room() == .tight(free: 80 * mebibyte, reachable: 99 * mebibyte, maximum: 100 * mebibyte))
        #expect(room()?.verdict == .warning)
        facts.free = 10 * mebibyte
        #expect(room() == .full(free: 10 * mebibyte, reserve: 10 * mebibyte))
        #expect(room()?.verdict == .fault(.cannotCreate))
        facts.freeInodes = 0
        #expect(room() == .noInodes)
    }

    @Test func `a spool is looked into where nobody has it, and left alone where the table of locks names one`()
        async throws
    {
        let machine = try FakeMachine()
        let path = machine.folder.path("spool.db")
        let spool = try await Spool(SpoolSettings(path: path)) { 1_790_000_000 }
        _ = try await spool.append([1, 2, 3], stamp: 1_790_000_000)
        await spool.close()
        guard case .whole(waiting: 1, _) = try look(machine).spool else {
            Issue.record("\(try look(machine).spool)")
            return
        }
        #expect(try look(machine).size > 0)
        let inode = try SystemFiles.status(of: SpoolVisit.lockFile(of: path)).get().st_ino
        try machine.folder.write(
            "1: POSIX  ADVISORY  READ 9 fe:00:\(inode) 0 EOF\n2: FLOCK  ADVISORY  WRITE 4711 fe:00:\(inode) 0 EOF\n",
            to: "proc/locks")
        let before = try FileManager.default.contentsOfDirectory(atPath: machine.folder.path)
        let held = try look(machine)
        #expect(held.spool == .inUse(4711) && held.owner == 4711)
        #expect(try FileManager.default.contentsOfDirectory(atPath: machine.folder.path) == before)
        #expect(held.judged(try settings("x"), for: ana).contains(.inUse(process: 4711)))
    }

    @Test func `a spool that is damaged, put aside or somebody else's`() async throws {
        let machine = try FakeMachine()
        let path = try machine.folder.write(String(repeating: "x", count: 10_000), to: "spool.db")
        guard case .unusable(let fault) = try look(machine).spool else {
            Issue.record("\(try look(machine).spool)")
            return
        }
        #expect(fault.status == .wrongData)
        try machine.folder.write("", to: "spool.db-lock")
        let damaged = try look(machine)
        guard case .damaged = damaged.spool else {
            Issue.record("\(damaged.spool)")
            return
        }
        #expect(damaged.judged(try settings("x"), for: ana).first { $0.check == "disk.spool" }?.verdict == .warning)
        let aside = try machine.folder.write("x", to: "spool.db-damaged-20261121T150501Z")
        let found = try look(machine).judged(try settings(path), for: ana)
        #expect(found.contains { $0 == .aside([aside]) && $0.verdict == .warning })
    }

    @Test func `each kind of disk is told, and its wear`() throws {
        func wear(_ name: String, _ files: [String: String]) throws -> Doctor.DiskFinding? {
            let machine = try FakeMachine()
            try machine.disk(name, under: machine.folder.path, files: files)
            return try look(machine).judged(settings("x"), for: ana).last
        }
        #expect(try wear("mmcblk0", ["device/type": "SD"]) == .disk(.card))
        #expect(try wear("mmcblk0", ["device/type": "MMC", "device/life_time": "0x01 0x08"]) == .disk(.eMMC))
        #expect(
            try wear("mmcblk0", ["device/type": "MMC", "device/life_time": "0x01 0x09"]) == .worn(.eMMC, percent: 90))
        #expect(
            try wear("mmcblk0", ["device/type": "MMC", "device/life_time": "0x0b 0x00"]) == .worn(.eMMC, percent: 100))
        #expect(try wear("mmcblk0", ["device/pre_eol_info": "0x01"]) == .disk(.eMMC))
        #expect(try wear("mmcblk0", ["device/pre_eol_info": "0x02"]) == .spareBlocks(.eMMC, isUrgent: false))
        #expect(try wear("mmcblk0", ["device/pre_eol_info": "0x03"]) == .spareBlocks(.eMMC, isUrgent: true))
        #expect(try wear("nvme0n1", [:]) == .disk(.nvme))
        #expect(try wear("sda", [:]) == .disk(.solid))
        #expect(try wear("sda", ["queue/rotational": "1"]) == .disk(.turning))
        #expect(try wear("vda", [:]) == .disk(.unknown))
    }
}
