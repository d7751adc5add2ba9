import Glibc
import LineSimulator
import MachineTime
import ModbusModel
import Testing

@testable import ModbusKit

extension OnTheLine {
    @Suite struct ModbusLineTests {
        @Test func `each of the four tables is read by its own function`() async throws {
            let fixture = try LineFixture()
            fixture.simulated.update(slave: 1) { slave in
                slave.set(.inputRegisters, 7, .fixed(0xFFFF, as: .uint16))
                for address in 0..<19 { slave.set(.coils, UInt16(address), .bit(address % 3 == 0)) }
                slave.set(.discreteInputs, 4, .bit(true))
            }
            let slave = try LineFixture.address(1)
            let timeout = LineFixture.patience
            #expect(
                try await fixture.line.read(fixture.block(3..<6), from: slave, timeout: timeout) == [103, 104, 105])
            #expect(try await fixture.line.read(fixture.block(7..<8, .input), from: slave, timeout: timeout) == [65535])
            #expect(
                try await fixture.line.read(fixture.block(0..<19, .coil), from: slave, timeout: timeout)
                    == (0..<19).map { $0 % 3 == 0 ? 1 : 0 })
            #expect(try await fixture.line.read(fixture.block(4..<5, .discrete), from: slave, timeout: timeout) == [1])
            #expect(fixture.simulated.exchanges.map(\.function) == [3, 4, 1, 2])
        }

        @Test func `the silence of 3.5 characters is kept between all frames`() async throws {
            // These slaves do not hear a request that comes too early.
            let fixture = try LineFixture(slaves: 3, baud: 38_400, packetSize: 1, enforcesSilence: true)
            for round in 0..<60 {
                let id = 1 + round % 3
                let words = try await fixture.line.read(
                    fixture.block(0..<2), from: LineFixture.address(id), timeout: LineFixture.patience)
                #expect(words == LineFixture.truth(id, 0..<2))
            }
            #expect(fixture.simulated.counters.silenceViolations == 0)
        }

        /// On a slow line an answer takes longer than the silence that ends a frame, and an exception much less.
        @Test func `long answers and exceptions to long requests are taken on a slow line`() async throws {
            let fixture = try LineFixture(baud: 9_600, packetSize: 1)
            let slave = try LineFixture.address(1)
            for _ in 0..<5 {
                #expect(
                    try await fixture.line.read(fixture.block(0..<40), from: slave, timeout: LineFixture.patience)
                        == LineFixture.truth(1, 0..<40))
                let failure = await #expect(throws: ModbusFailure.self) {
                    try await fixture.line.read(fixture.block(0..<90), from: slave, timeout: LineFixture.patience)
                }
                #expect(failure?.kind == .exception(2))
            }
        }

        @Test func `an exception is the register's failure and the slave is alive`() async throws {
            let fixture = try LineFixture()
            let failure = await #expect(throws: ModbusFailure.self) {
                try await fixture.line.read(
                    fixture.block(39..<42), from: LineFixture.address(1), timeout: LineFixture.patience)
            }
            #expect(failure?.kind == .exception(2))
            #expect(failure?.scope == .register)
            #expect(failure?.description.contains("illegal data address") == true)
        }

        @Test func `a timeout of a second and more is kept, as libmodbus takes no million microseconds`() async throws {
            let fixture = try LineFixture()
            fixture.simulated.inject(Fault(.slow(by: .milliseconds(1_100)), .next(1)), on: 1)
            let words = try await fixture.line.read(
                fixture.block(0..<1), from: LineFixture.address(1), timeout: LineFixture.patience)
            #expect(words == [100])
        }

        @Test func `a port has one master`() async throws {
            let fixture = try LineFixture()
            try await fixture.line.open()
            let rival = ModbusLine(fixture.settings)
            let failure = await #expect(throws: ModbusFailure.self) { try await rival.open() }
            #expect(failure?.kind == .portBusy)

            // Programs that take no lock are kept out by the kernel; root alone passes, and may ask whether it is so.
            let descriptor = open(fixture.simulated.path, O_RDWR | O_NOCTTY)
            if descriptor >= 0 {
                var isExclusive: Int32 = 0
                // TIOCGEXCL, which the C library's module does not show: _IOR('T', 0x40, int).
                #expect(ioctl(descriptor, 0x8004_5440, &isExclusive) == 0 && isExclusive == 1)
                close(descriptor)
            } else {
                #expect(errno == EBUSY)
            }

            await fixture.line.close()
            try await rival.open()
            await rival.close()
        }

        @Test(arguments: [
            ("/dev/no-such-port", ModbusFailure.Kind.portMissing), ("/dev/null", .notASerialPort),
            ("/tmp", .notASerialPort),
        ])
        func `what is no port is said so`(path: String, kind: ModbusFailure.Kind) async throws {
            let line = ModbusLine(LineSettings(port: path, timing: SerialTiming(baud: 9600, format: .eightN1)))
            let failure = await #expect(throws: ModbusFailure.self) { try await line.open() }
            #expect(failure?.kind == kind)
            #expect(failure?.scope == .line)
            #expect(failure?.description.hasPrefix(path) == true)
        }

        @Test func `a port without the kernel's RS-485 mode is refused with the way out`() async throws {
            let fixture = try LineFixture()
            let line = ModbusLine(
                LineSettings(port: fixture.simulated.path, timing: fixture.settings.timing, rs485: .kernel))
            let failure = await #expect(throws: ModbusFailure.self) { try await line.open() }
            #expect(failure?.kind == .noRS485Mode)
            #expect(failure?.description.contains("line.rs485") == true)
        }

        @Test func `an unplugged adapter is a line failure at once, and reading goes on when it is back`() async throws
        {
            let fixture = try LineFixture()
            let link = "/tmp/edge-agent-test-line-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
            try fixture.simulated.link(at: link)
            let line = ModbusLine(LineSettings(port: link, timing: fixture.settings.timing))
            let slave = try LineFixture.address(1)
            _ = try await line.read(fixture.block(0..<1), from: slave, timeout: LineFixture.patience)
            fixture.simulated.unplug()
            let start = ContinuousClock.now
            let lost = await #expect(throws: ModbusFailure.self) {
                try await line.read(fixture.block(0..<1), from: slave, timeout: .seconds(60))
            }
            #expect(lost?.scope == .line)
            #expect(start.duration(to: .now) < .seconds(30), "libmodbus's own recovery would never return")
            try fixture.simulated.replug()
            #expect(try await line.read(fixture.block(0..<1), from: slave, timeout: LineFixture.patience) == [100])
            fixture.simulated.stop()
        }

        @Test(.judgesTime) func `a port that comes back is opened at once`() async throws {
            let fixture = try LineFixture()
            let folder = "/tmp/edge-agent-test-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
            mkdir(folder, 0o700)
            mkdir("\(folder)/by-id", 0o700)
            let link = "\(folder)/by-id/adapter"
            let line = ModbusLine(LineSettings(port: link, timing: fixture.settings.timing))
            await #expect(throws: ModbusFailure.self) { try await line.open() }
            let (begun, begin) = AsyncStream.makeStream(of: Void.self)
            let reopening = Task {
                begin.yield()
                await line.reopen(until: .now + .seconds(20))
                return ContinuousClock.now
            }
            for await _ in begun { break }
            // The line answers this between two looks at a port that is not there.
            _ = await line.counters
            let back = ContinuousClock.now
            try fixture.simulated.link(at: link)
            let opened = await reopening.value
            #expect(opened > back)
            #expect(back.duration(to: opened) < .milliseconds(400), "the kernel's word is not waited half a second for")
            #expect(await line.counters.opens == 1)
            fixture.simulated.stop()
            rmdir("\(folder)/by-id")
            rmdir(folder)
        }
    }
}

/// Tests that need the wire's time for themselves run one after the other.
@Suite(.serialized) struct OnTheLine {}
