import Glibc
import LineSimulator
import Testing

@Suite struct ExclusionTests {
    @Test func `the exclusion of a master that was killed is taken back, and that of one that lives is not`() throws {
        let line = try SimulatedLine(slaves: [])
        func isExclusive(_ descriptor: Int32) -> Bool {
            var flag: Int32 = 0
            // TIOCGEXCL: _IOR('T', 0x40, int).
            return ioctl(descriptor, 0x8004_5440, &flag) == 0 && flag != 0
        }
        let master = open(line.path, O_RDWR | O_NOCTTY)
        try #require(master >= 0 && flock(master, LOCK_EX | LOCK_NB) == 0)
        _ = ioctl(master, UInt(TIOCEXCL), 0)
        // Longer than the line is idle before it looks.
        sleep(2)
        #expect(isExclusive(master))
        // As it is for who is killed: the descriptor goes, and nobody takes the exclusion back.
        close(master)
        func isOpenToAll() -> Bool {
            let next = open(line.path, O_RDWR | O_NOCTTY)
            defer { close(next) }
            return next >= 0 && !isExclusive(next)
        }
        for _ in 0..<300 where !isOpenToAll() { usleep(100_000) }
        #expect(isOpenToAll())
    }
}
