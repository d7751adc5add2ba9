import Glibc
import LineSimulator
import ModbusModel
import SerialPorts
import Testing

@testable import ModbusKit

/// What a port's driver and the kernel's folders say, played by a driver and folders of our own.
@Suite struct PortTests {
    /// A driver that keeps the words it is given, changed by `change`.
    private func driver(_ kept: Kept, _ change: @escaping (inout [UInt32]) -> Void = { _ in }) -> KernelRS485.Driver {
        { _, request, pointer in
            let words = UnsafeMutableBufferPointer(start: pointer.assumingMemoryBound(to: UInt32.self), count: 8)
            if request == 0x542F {
                kept.words = Array(words)
                change(&kept.words)
            } else {
                _ = words.update(fromContentsOf: kept.words)
            }
            return 0
        }
    }

    private final class Kept { var words = [UInt32](repeating: 0, count: 8) }

    @Test func `the kernel's RS-485 mode is set with polarity and delays`() throws {
        let kept = Kept()
        try KernelRS485.set(RTSSwitching(), on: 0, at: "tty", by: driver(kept))
        #expect(kept.words == [0b0_0011, 0, 0, 0, 0, 0, 0, 0])
        let other = RTSSwitching(
            rtsOnSend: false, rtsAfterSend: true, delayBeforeSend: 3, delayAfterSend: 4, receivesWhileSending: true)
        try KernelRS485.set(other, on: 0, at: "tty", by: driver(kept))
        #expect(kept.words == [0b1_0101, 3, 4, 0, 0, 0, 0, 0])
    }

    @Test func `a driver that does something else is found out`() {
        let kept = Kept()
        let deaf = driver(kept) { $0[0] = 0 }
        #expect(throws: ModbusFailure(.noRS485Mode, at: "tty")) {
            try KernelRS485.set(RTSSwitching(), on: 0, at: "tty", by: deaf)
        }
        let stubborn = driver(kept) {
            $0[0] ^= 0b110
            $0[2] = 0
        }
        let failure = #expect(throws: ModbusFailure.self) {
            try KernelRS485.set(RTSSwitching(delayAfterSend: 5), on: 0, at: "tty", by: stubborn)
        }
        #expect(
            failure?.kind
                == .otherRS485Mode(
                    "rts_on_send is false and not true, rts_after_send is true and not false, "
                        + "delay_after_send is 0ms and not 5ms"))
        #expect(failure?.scope == .line)
        #expect(failure?.mayPass == false)
    }

    @Test func `the port's counters are counted from the opening on`() throws {
        var count = PortErrorCount()
        #expect(count.sum == nil)
        count.opened(errors(framing: 5, parity: 5, breaks: 5))
        #expect(count.sum?.isClean == true, "what was before us is not ours")
        count.look(errors(framing: 7, parity: 6, breaks: 5))
        count.look(errors(framing: 9, parity: 6, breaks: 8))
        #expect(count.sum == errors(framing: 4, parity: 1, breaks: 3))
        // An adapter that comes back counts from zero again.
        count.opened(errors())
        count.look(errors(framing: 1))
        #expect(count.sum == errors(framing: 5, parity: 1, breaks: 3))
    }

    private func errors(framing: Int = 0, parity: Int = 0, breaks: Int = 0) -> PortErrors {
        var errors = PortErrors()
        (errors.framing, errors.parity, errors.breaks) = (framing, parity, breaks)
        return errors
    }

    @Test func `each way in which a port cannot be had is a failure of the line with words of its own`() {
        let kinds = PortRefusal.Reason.allCases.map { ModbusFailure.Kind($0) }
        #expect(Set(kinds).count == kinds.count)
        for kind in kinds {
            let failure = ModbusFailure(kind, code: 5, at: "/dev/ttyX")
            #expect(failure.scope == .line && failure.description.hasPrefix("/dev/ttyX: "))
        }
        #expect(Set(kinds.map { ModbusFailure($0, at: "/dev/ttyX").description }).count == kinds.count)
        // What does not pass by itself is not waited for.
        #expect(kinds.filter { !ModbusFailure($0, at: "").mayPass } == [.portNotPermitted, .notASerialPort])
    }

    @Test(arguments: ["class/tty/DEVICE/device", "bus/usb-serial/devices/DEVICE"])
    func `a long latency timer is told, with the rule that mends it`(place: String) throws {
        let folder = Folder()
        let port = "\(folder.path)/ttyUSB7"
        folder.write("ttyUSB7", "")
        // By way of a link, as below /dev/serial/by-id.
        symlink(port, "\(folder.path)/by-id")
        let parts = place.split(separator: "DEVICE", omittingEmptySubsequences: false)
        let timer = "sys/" + parts.joined(separator: "ttyUSB7")
        folder.write("\(timer)/latency_timer", "16\n")
        let advice = try #require(PortAdvice(port: "\(folder.path)/by-id", sysfs: "\(folder.path)/sys"))
        #expect(advice.device == "ttyUSB7")
        #expect(advice.latencyTimer == 16)
        #expect(advice.description.contains("DRIVER==\"ftdi_sio\", ATTR{latency_timer}=\"1\""))
        #expect(advice.description.contains("ttyUSB7/latency_timer"))
        for good in ["1\n", "2\n", "", "x"] {
            folder.write("\(timer)/latency_timer", good)
            #expect(PortAdvice(port: port, sysfs: "\(folder.path)/sys") == nil)
        }
        #expect(PortAdvice(port: port, sysfs: "/nowhere") == nil)
    }
}

extension OnTheLine {
    /// What happens to a port that is in use.
    @Suite struct PortInUseTests {
        @Test func `advice is given while the port is open`() async throws {
            let fixture = try LineFixture()
            let folder = Folder()
            let name = try #require(fixture.simulated.path.split(separator: "/").last)
            folder.write("sys/class/tty/\(name)/device/latency_timer", "16")
            var settings = fixture.settings
            settings.sysfs = "\(folder.path)/sys"
            let line = ModbusLine(settings)
            #expect(await line.advice == nil)
            try await line.open()
            #expect(await line.advice?.latencyTimer == 16)
            await line.close()
            #expect(await line.advice == nil)
        }

        @Test func `a pseudo-terminal has no counters: nil, and not 0`() async throws {
            let fixture = try LineFixture()
            let poller = LinePoller(
                line: fixture.line, slaves: [try LineFixture.polled(1, [0])], policy: RetryPolicy())
            let report = await poller.poll(deadline: .now + .seconds(30))
            #expect(report.succeeded == 1)
            #expect(report.portErrors == nil)
            #expect(await fixture.line.counters.portErrors == nil)
        }

        @Test func `a path that comes to name another device is followed, though the old one looks alive`() async throws
        {
            let (old, new) = (try LineFixture(), try LineFixture())
            new.simulated.update(slave: 1) { $0.set(.holdingRegisters, 0, .fixed(4711, as: .uint16)) }
            let folder = Folder()
            let link = "\(folder.path)/by-id"
            symlink(old.simulated.path, link)
            let line = ModbusLine(LineSettings(port: link, timing: old.settings.timing))
            let slave = try LineFixture.address(1)
            func read(within timeout: Duration = LineFixture.patience) async throws -> [UInt16] {
                try await line.read(old.block(0..<1), from: slave, timeout: timeout)
            }
            #expect(try await read() == [100])
            // The adapter came back under another number, and the old node was not taken away.
            unlink(link)
            symlink(new.simulated.path, link)
            old.simulated.inject(Fault(.dead))
            let failure = await #expect(throws: ModbusFailure.self) { try await read(within: .milliseconds(150)) }
            #expect(failure?.kind == .portLost)
            #expect(try await read() == [4711])
        }

        @Test func `both locks are gone once the port is given back`() async throws {
            let fixture = try LineFixture()
            try await fixture.line.open()
            await fixture.line.close()
            let descriptor = open(fixture.simulated.path, O_RDWR | O_NOCTTY)
            try #require(descriptor >= 0)
            defer { close(descriptor) }
            var isExclusive: Int32 = 1
            // TIOCGEXCL: _IOR('T', 0x40, int).
            #expect(ioctl(descriptor, 0x8004_5440, &isExclusive) == 0)
            #expect(isExclusive == 0)
            #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        }
    }
}

/// A folder that goes with the test.
final class Folder {
    let path = "/tmp/edge-agent-test-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"

    init() { mkdir(path, 0o700) }

    deinit { remove(path) }

    func write(_ name: String, _ text: String) {
        let parts = name.split(separator: "/")
        for count in 1..<max(1, parts.count) { mkdir("\(path)/\(parts[..<count].joined(separator: "/"))", 0o700) }
        let descriptor = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        _ = Glibc.write(descriptor, text, text.utf8.count)
        close(descriptor)
    }

    private func remove(_ path: String) {
        guard unlink(path) != 0, let folder = opendir(path) else { return }
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { remove("\(path)/\(name)") }
        }
        closedir(folder)
        rmdir(path)
    }
}
