import Glibc
import LineSimulator
import MachineTime
import ModbusModel
import Synchronization
import Testing

@testable import ModbusKit

extension OnTheLine {
    /// Modbus TCP and RTU over TCP, against slaves that share no code with the master.
    @Suite struct NetworkLineTests {
        @Test(arguments: NetworkEndpoint.Framing.both)
        func `each of the four tables is read over a network`(framing: NetworkEndpoint.Framing) async throws {
            let fixture = try NetworkFixture(framing)
            fixture.simulated.update(slave: 1) { slave in
                slave.set(.inputRegisters, 7, .fixed(0xFFFF, as: .uint16))
                for address in 0..<19 { slave.set(.coils, UInt16(address), .bit(address % 3 == 0)) }
                slave.set(.discreteInputs, 4, .bit(true))
            }
            let slave = try LineFixture.address(1)
            func words(_ table: RegisterTable, _ span: Range<Int>) async throws -> [UInt16] {
                try await fixture.line.read(
                    ReadBlock(table: table, span: span, points: []), from: slave, timeout: LineFixture.patience)
            }
            #expect(try await words(.holding, 3..<6) == [103, 104, 105])
            #expect(try await words(.input, 7..<8) == [65535])
            #expect(try await words(.coil, 0..<19) == (0..<19).map { $0 % 3 == 0 ? 1 : 0 })
            #expect(try await words(.discrete, 4..<5) == [1])
            let failure = await #expect(throws: ModbusFailure.self) { try await words(.holding, 39..<42) }
            #expect(failure?.kind == .exception(2))
            #expect(await fixture.line.counters.portErrors == nil, "a network counts no characters: nil, never 0")
        }

        @Test(arguments: NetworkEndpoint.Framing.both)
        func `segments may split and join frames`(framing: NetworkEndpoint.Framing) async throws {
            let fixture = try NetworkFixture(framing)
            fixture.simulated.inject(Fault(.split(pause: .milliseconds(60)), .next(3)))
            for _ in 0..<3 { _ = try await fixture.read(0..<10) }
            // The answer to the first comes in one piece with the answer to the second.
            fixture.simulated.inject(Fault(.joined, .next(1)))
            await #expect(throws: ModbusFailure.self) { try await fixture.read(0..<5, timeout: .milliseconds(50)) }
            var values = 0
            for _ in 0..<4 where (try? await fixture.read(10..<15)) != nil { values += 1 }
            #expect(values >= 3)
        }

        @Test(arguments: NetworkEndpoint.Framing.both)
        func `an answer that comes too late is never taken for another`(framing: NetworkEndpoint.Framing) async throws {
            let fixture = try NetworkFixture(framing, slaves: 2)
            // Twice the timeout, so that the late answer lands while another one is waited for.
            fixture.simulated.inject(Fault(.late(after: .milliseconds(120)), .probability(0.3)))
            var values = 0
            // On a machine that is busy more are lost, and it takes longer.
            for round in 0..<600 where values <= 20 || round < 60 {
                let start = round * 7 % 30
                let words = try? await fixture.read(
                    start..<start + 4, of: 1 + round % 2, timeout: .milliseconds(60))
                if words != nil { values += 1 }
            }
            #expect(values > 20)
        }

        @Test func `an answer with another request's number is passed over`() async throws {
            let fixture = try NetworkFixture(.tcp)
            _ = try await fixture.read(0..<4)
            fixture.simulated.inject(Fault(.wrongTransaction, .next(1)))
            let failure = await #expect(throws: ModbusFailure.self) {
                try await fixture.read(4..<8, timeout: .milliseconds(100))
            }
            #expect(failure?.kind == .timeout)
            #expect(try await fixture.read(8..<12) == LineFixture.truth(1, 8..<12))
            #expect(await fixture.line.counters.opens == 1, "the connection is still good")
        }

        @Test func `after one late answer the next request is answered, and not one later for ever`() async throws {
            // libmodbus 3.1.6 fails every request after this one: each finds the answer before it.
            let fixture = try NetworkFixture(.tcp)
            fixture.simulated.inject(Fault(.late(after: .milliseconds(1_500)), .next(1)))
            await #expect(throws: ModbusFailure.self) { try await fixture.read(0..<4, timeout: .milliseconds(80)) }
            for _ in 0..<5 { _ = try await fixture.read(4..<8) }
        }

        @Test(arguments: [Fault.Kind.wrongSlave(9), .wrongFunction(4)])
        func `an answer from another unit or of another function is no answer`(kind: Fault.Kind) async throws {
            let fixture = try NetworkFixture(.tcp)
            fixture.simulated.inject(Fault(kind))
            let failure = await #expect(throws: ModbusFailure.self) {
                try await fixture.read(0..<4, timeout: .seconds(1.5))
            }
            #expect(failure?.kind == .unexpectedAnswer)
            fixture.simulated.clearFaults()
            _ = try await fixture.read(0..<4)
        }

        @Test func `a stream that is no Modbus TCP is given up, and connected anew`() async throws {
            let fixture = try NetworkFixture(.tcp)
            _ = try await fixture.read(0..<4)
            fixture.simulated.inject(Fault(.noiseBefore(9), .next(1)))
            _ = try await fixture.read(0..<4)
            #expect(await fixture.line.counters.opens == 2)
            fixture.simulated.inject(Fault(.noiseBefore(9)))
            let failure = await #expect(throws: ModbusFailure.self) { try await fixture.read(0..<4) }
            #expect(failure?.kind == .connectionLost)
        }

        @Test(arguments: NetworkEndpoint.Framing.both)
        func `a connection that is reset is made again, and the request asked once more`(
            framing: NetworkEndpoint.Framing
        ) async throws {
            let fixture = try NetworkFixture(framing)
            _ = try await fixture.read(0..<4)
            fixture.simulated.inject(Fault(.reset, .next(1)))
            _ = try await fixture.read(4..<9)
            #expect(await fixture.line.counters.opens == 2)
            // A server that resets each time is a failure of the line, not an endless loop.
            fixture.simulated.inject(Fault(.reset))
            let failure = await #expect(throws: ModbusFailure.self) { try await fixture.read(0..<4) }
            #expect(failure?.kind == .connectionLost)
            #expect(failure?.scope == .line)
        }

        @Test(.judgesTime, arguments: NetworkEndpoint.Framing.both)
        func `a server that goes away is a failure of the line, and back within two seconds of its return`(
            framing: NetworkEndpoint.Framing
        ) async throws {
            let fixture = try NetworkFixture(framing)
            _ = try await fixture.read(0..<4)
            fixture.simulated.unplug()
            let failure = await #expect(throws: ModbusFailure.self) { try await fixture.read(0..<4) }
            #expect(failure?.kind == .connectionRefused)
            #expect(failure?.description.contains("is the port right?") == true)
            let line = fixture.line
            let reopening = Task { await line.reopen(until: .now + .seconds(60)) }
            try await Task.sleep(for: .milliseconds(600))
            let back = ContinuousClock.now
            try fixture.simulated.replug()
            #expect(await reopening.value)
            #expect(back.duration(to: .now) < .seconds(2))
            _ = try await fixture.read(0..<4)
        }

        @Test func `an address that swallows everything costs the connect timeout and not more`() async throws {
            let hole = try BlackHole()
            let endpoint = NetworkEndpoint(.tcp, host: "127.0.0.1", port: hole.port)
            let line = ModbusLine(
                LineSettings(
                    endpoint: endpoint, timing: SerialTiming(baud: 9600, format: .eightN1),
                    connectTimeout: .milliseconds(300)))
            let start = ContinuousClock.now
            let failure = await #expect(throws: ModbusFailure.self) { try await line.open() }
            let taken = start.duration(to: .now)
            #expect(failure?.kind == .unreachable)
            #expect(taken >= .milliseconds(300))
            #expect(taken < .seconds(30), "the kernel would try for two minutes")
        }

        @Test func `a name without an address is said so, and soon`() async throws {
            let endpoint = NetworkEndpoint(.tcp, host: "no-such-host.invalid", port: 502)
            let line = ModbusLine(
                LineSettings(
                    endpoint: endpoint, timing: SerialTiming(baud: 9600, format: .eightN1),
                    connectTimeout: .milliseconds(500)))
            let start = ContinuousClock.now
            let failure = await #expect(throws: ModbusFailure.self) { try await line.open() }
            #expect(failure?.kind == .hostUnknown)
            #expect(start.duration(to: .now) < .seconds(20), "a name server that is away takes half a minute")
            #expect(failure?.mayPass == true)
        }

        @Test func `a name server that is silent costs its time and not more, and one thread`() async throws {
            let lookups = Mutex(0)
            let isOver = Atomic(false)
            defer { isOver.store(true, ordering: .relaxed) }
            let slow: NameLookup.Resolver = { _, _, flags in
                guard flags != AI_NUMERICHOST else { return .failed(EAI_NONAME) }
                lookups.withLock { $0 += 1 }
                while !isOver.load(ordering: .relaxed) { usleep(10_000) }
                return .found([])
            }
            for _ in 0..<3 {
                let start = ContinuousClock.now
                let outcome = NameLookup.addresses(
                    of: "meters", port: 502, within: .milliseconds(100), by: slow)
                guard case .tookTooLong = outcome else {
                    Issue.record("\(outcome)")
                    return
                }
                #expect(start.duration(to: .now) < .seconds(30))
            }
            #expect(lookups.withLock { $0 } == 1)
        }

        @Test func `an IPv6 address is reached`() async throws {
            let fixture: NetworkFixture
            do { fixture = try NetworkFixture(.tcp, host: "::1") } catch {
                // A machine without IPv6 says so when the simulator listens, before anything of ours ran.
                withKnownIssue("this machine has no IPv6") { throw error }
                return
            }
            #expect(fixture.simulated.path.hasPrefix("tcp://[::1]:"))
            _ = try await fixture.read(0..<4)
        }

        @Test func `behind a gateway that gave its slave up, nothing is asked that could be mistaken`() async throws {
            let fixture = try NetworkFixture(.tcp)
            fixture.simulated.inject(Fault(.exception(11), .next(1)))
            await #expect(throws: ModbusFailure.self) { try await fixture.read(0..<4) }
            _ = try await fixture.read(4..<8)
            #expect(await fixture.line.counters.settlingRequests == 1)
        }

        @Test func `the silences of RTU are kept over TCP`() async throws {
            let fixture = try NetworkFixture(.rtuOverTCP, baud: 9600)
            for _ in 0..<10 { _ = try await fixture.read(0..<2) }
            #expect(fixture.simulated.counters.silenceViolations == 0)
        }
    }
}
