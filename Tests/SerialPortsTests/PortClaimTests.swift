import Foundation
import LineSimulator
import Synchronization
import Testing

@testable import SerialPorts

/// A port is had by one program, and whoever cannot have it is told why.
@Suite("The claim on a port", .serialized)
struct PortClaimTests {
    /// What became of asking for a port.
    private func refusal(_ path: String) -> PortRefusal? {
        do throws(PortRefusal) {
            _ = try PortClaim(path: path)
            return nil
        } catch {
            return error
        }
    }

    @Test("is refused while another holds it, and free when that one has let go")
    func oneHolder() throws {
        let line = try SimulatedLine(SimulatedLineSettings(), slaves: [])
        defer { line.stop() }
        var holder = try PortClaim(path: line.path)
        #expect(refusal(line.path)?.reason == .busy)
        holder.exclude()
        #expect(refusal(line.path)?.reason == .busy)
        _ = consume holder
        #expect(refusal(line.path) == nil)
    }

    @Test("excludes programs that take no lock only when told to, and no longer than it is held")
    func exclusion() throws {
        let line = try SimulatedLine(SimulatedLineSettings(), slaves: [])
        defer { line.stop() }
        let witness = open(line.path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        try #require(witness >= 0)
        defer { close(witness) }
        func isExclusive() -> Bool {
            var word: Int32 = 0
            // TIOCGEXCL: _IOR('T', 0x40, int).
            return ioctl(witness, 0x8004_5440, &word) == 0 && word == 1
        }
        var holder = try PortClaim(path: line.path)
        #expect(!isExclusive())
        holder.exclude()
        #expect(isExclusive())
        _ = consume holder
        #expect(!isExclusive())
        // Somebody else's exclusion is not ours to take back.
        #expect(ioctl(witness, UInt(TIOCEXCL), 0) == 0)
        if getuid() == 0 {
            #expect(refusal(line.path) == nil)
        } else {
            #expect(refusal(line.path) == PortRefusal(.busy, code: EBUSY))
        }
        #expect(isExclusive())
        _ = ioctl(witness, UInt(TIOCNXCL), 0)
    }

    @Test(
        "says what stands in the way",
        arguments: [
            ("/dev/no-such-port", PortRefusal.Reason.missing), ("/dev/null/port", .missing),
            ("/dev/null", .notASerialPort), ("/dev", .notASerialPort),
        ])
    func reasons(path: String, reason: PortRefusal.Reason) {
        #expect(refusal(path)?.reason == reason)
        #expect(refusal(path)?.code != 0)
    }

    @Test("says what open(2) meant")
    func numbers() {
        let meant: [(PortRefusal.Reason, [Int32])] = [
            (.missing, [ENOENT, ENXIO, ENODEV, ENOTDIR]), (.busy, [EBUSY]), (.notPermitted, [EACCES, EPERM]),
            (.notASerialPort, [EISDIR]), (.failed, [EIO, EMFILE]),
        ]
        for (reason, codes) in meant {
            for code in codes { #expect(PortRefusal(openError: code) == PortRefusal(reason, code: code)) }
        }
        #expect(Set(meant.map(\.0)) == Set(PortRefusal.Reason.allCases))
    }

    @Test("tells when its path has come to name another device")
    func renamed() throws {
        let old = try SimulatedLine(SimulatedLineSettings(), slaves: [])
        let new = try SimulatedLine(SimulatedLineSettings(), slaves: [])
        defer {
            old.stop()
            new.stop()
        }
        let link = "/tmp/edge-agent-test-claim-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        defer { unlink(link) }
        symlink(old.path, link)
        let claim = try PortClaim(path: link)
        let atFirst = claim.isStill(at: link)
        unlink(link)
        let whenGone = claim.isStill(at: link)
        symlink(new.path, link)
        let (later, byItsOwnName) = (claim.isStill(at: link), claim.isStill(at: old.path))
        #expect(atFirst && !whenGone && !later && byItsOwnName)
    }

    /// A port that cannot be had costs no other part of the process its files.
    @Test("closes a port that cannot be had once: a second time its number is somebody else's")
    func closedOnce() throws {
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
            for _ in 0..<20_000 { #expect(throws: PortRefusal.self) { _ = try PortClaim(path: path) } }
        }
        isOver.withLock { $0 = true }
        #expect(lost.withLock { $0 } == 0)
        _ = consume holder
    }
}
