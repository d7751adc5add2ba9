import Foundation
import LineSimulator
import ModbusModel
import Synchronization
import Testing

@testable import ModbusKit

/// A port that cannot be had costs no other part of the process its files.
@Suite("Descriptors of a port that cannot be had")
struct DescriptorTests {
    @Test("are closed once: a second time they are somebody else's")
    func closedOnce() async throws {
        let line = try SimulatedLine(SimulatedLineSettings(), slaves: [])
        defer { line.stop() }
        let holder = try PortClaim(path: line.path)
        let isOver = Mutex(false)
        let lost = Mutex(0)
        // Others in the same process, who open, look and close as a store and a link do.
        let others = (0..<2).map { _ in
            Thread {
                while !isOver.withLock({ $0 }) {
                    let own = open("/dev/zero", O_RDONLY | O_CLOEXEC)
                    for _ in 0..<20 where fcntl(own, F_GETFD) < 0 {
                        lost.withLock { $0 += 1 }
                        break
                    }
                    close(own)
                }
            }
        }
        for thread in others { thread.start() }
        for path in [line.path, "/dev/null"] {
            for _ in 0..<4_000 { #expect(throws: ModbusFailure.self) { _ = try PortClaim(path: path) } }
        }
        isOver.withLock { $0 = true }
        #expect(lost.withLock { $0 } == 0)
        _ = consume holder
    }
}
