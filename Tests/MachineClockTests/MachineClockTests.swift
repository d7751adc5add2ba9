import Foundation
import MachineClock
import Testing

@Suite struct MachineClockTests {
    @Test func `the wall clock is the system's, and the uptime runs beside it`() {
        let first = MachineClock.system.read()
        let date = Date().timeIntervalSince1970
        let second = MachineClock.system.read()
        // Whatever time lies between them, they come one after the other.
        #expect(Double(first.wall) / 1e9 <= date + 0.001 && date <= Double(second.wall) / 1e9 + 0.001)
        #expect(second.uptime >= first.uptime && first.uptime > 0)
    }

    @Test func `a boot has one name`() throws {
        let kernel = try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        #expect(MachineClock.system.bootID + "\n" == kernel)
        #expect(MachineClock.system.bootID.utf8.count == 36)
    }
}
