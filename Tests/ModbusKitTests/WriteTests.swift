import LineSimulator
import ModbusModel
import Testing

@testable import ModbusKit

extension OnTheLine {
    /// Writes with their read-back, on every way to a slave.
    @Suite struct WriteTests {
        private func request(
            _ words: [UInt16], to table: RegisterTable = .holding, _ address: UInt16 = 2, asSeveral: Bool = false
        ) throws -> WriteRequest {
            try #require(WriteRequest(words, to: RegisterAddress(table, address), asSeveral: asSeveral))
        }

        private func coils(on simulated: SimulatedLine) {
            simulated.update(slave: 1) { slave in
                for address in 0..<20 { slave.set(.coils, UInt16(address), .bit(false)) }
            }
        }

        private static let functions: [(words: [UInt16], table: RegisterTable, several: Bool, function: UInt8)] = [
            ([1], .coil, false, 5), ([54321], .holding, false, 6), ([1, 0, 1, 1, 0, 0, 0, 0, 1], .coil, false, 15),
            ([1, 2, 3], .holding, false, 16), ([7], .holding, true, 16), ([1], .coil, true, 15),
        ]

        @Test(arguments: [nil] + NetworkEndpoint.Framing.both.map(Optional.some), 0..<6)
        func `each function writes, and what was written is read back`(
            framing: NetworkEndpoint.Framing?, index: Int
        ) async throws {
            let (simulated, line): (SimulatedLine, ModbusLine)
            if let framing {
                let fixture = try NetworkFixture(framing)
                (simulated, line) = (fixture.simulated, fixture.line)
            } else {
                let fixture = try LineFixture()
                (simulated, line) = (fixture.simulated, fixture.line)
            }
            coils(on: simulated)
            let (words, table, several, function) = Self.functions[index]
            let outcome = try await line.write(
                request(words, to: table, asSeveral: several), to: LineFixture.address(1),
                timeout: LineFixture.patience)
            #expect(outcome == .confirmed)
            #expect(simulated.exchanges.map(\.function) == [function, table.readFunction])
            #expect(simulated.exchanges.first?.words == words)
        }

        @Test func `a register that keeps its own value is no success`() async throws {
            let fixture = try LineFixture()
            let simulated = fixture.simulated
            // The slave acknowledges, and something in it puts the register back.
            simulated.observe { exchange in
                guard exchange.function == 6 else { return }
                simulated.update(slave: 1) { $0.set(.holdingRegisters, 2, .fixed(9, as: .uint16)) }
            }
            defer { simulated.observe(nil) }
            let outcome = try await fixture.line.write(
                request([5]), to: LineFixture.address(1), timeout: LineFixture.patience)
            guard case .differs(let words) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(words == [9])
        }

        @Test func `a refused write is refused, and not sent again`() async throws {
            let fixture = try LineFixture()
            let outcome = try await fixture.line.write(
                request([1], to: .holding, 200), to: LineFixture.address(1), timeout: LineFixture.patience)
            guard case .refused(let failure) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(failure.kind == .exception(2))
            #expect(fixture.simulated.counters.requests == 1)
        }

        @Test(arguments: [nil] + NetworkEndpoint.Framing.both.map(Optional.some))
        func `a write without an acknowledgement is unknown, and never sent twice`(
            framing: NetworkEndpoint.Framing?
        ) async throws {
            let (simulated, line): (SimulatedLine, ModbusLine)
            if let framing {
                let fixture = try NetworkFixture(framing)
                (simulated, line) = (fixture.simulated, fixture.line)
            } else {
                let fixture = try LineFixture()
                (simulated, line) = (fixture.simulated, fixture.line)
            }
            // Carried out, and its acknowledgement is late: it falls into the read-back.
            simulated.inject(Fault(.late(after: .milliseconds(3_700)), .next(1)))
            let outcome = try await line.write(
                request([777]), to: LineFixture.address(1), timeout: .milliseconds(2_500))
            guard case .unknown(let failure, let readBack) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(failure.kind == .timeout)
            #expect(readBack == [777], "carried out, as we know, and as it does not")
            #expect(simulated.exchanges.count { $0.function == 6 } == 1)
            // The next write is confirmed by its own acknowledgement.
            let next = try await line.write(request([778]), to: LineFixture.address(1), timeout: LineFixture.patience)
            #expect(next == .confirmed)
        }

        @Test func `a connection that is lost in the middle leaves a write unknown, and unrepeated`() async throws {
            let fixture = try NetworkFixture(.tcp)
            _ = try await fixture.read(0..<1)
            fixture.simulated.inject(Fault(.reset, .next(1)))
            let outcome = try await fixture.line.write(
                request([777]), to: LineFixture.address(1), timeout: LineFixture.patience)
            guard case .unknown(let failure, _) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(failure.kind == .connectionLost)
            #expect(fixture.simulated.exchanges.count { $0.function == 6 } == 1)
        }

        @Test func `an adapter's echo is no acknowledgement`() async throws {
            let fixture = try LineFixture()
            fixture.simulated.inject(Fault(.echo))
            let slave = try LineFixture.address(1)
            // The line learns of the echo.
            _ = try await fixture.line.read(fixture.block(0..<1), from: slave, timeout: LineFixture.patience)
            let written = try await fixture.line.write(request([5]), to: slave, timeout: LineFixture.patience)
            #expect(written == .confirmed)
            fixture.simulated.inject(Fault(.dead, .next(1)), on: 1)
            let lost = try await fixture.line.write(request([6]), to: slave, timeout: .seconds(2))
            guard case .unknown(let failure, let readBack) = lost else {
                Issue.record("\(lost)")
                return
            }
            #expect(failure.scope == .slave)
            #expect(readBack == [5])
        }

        @Test func `what no request can say is no request`() {
            let holding = RegisterAddress(.holding, 0)
            #expect(WriteRequest([], to: holding) == nil)
            #expect(WriteRequest([1], to: RegisterAddress(.input, 0)) == nil)
            #expect(WriteRequest([1], to: RegisterAddress(.discrete, 0)) == nil)
            #expect(WriteRequest([2], to: RegisterAddress(.coil, 0)) == nil)
            #expect(WriteRequest([1, 2], to: RegisterAddress(.holding, 65535)) == nil)
            #expect(WriteRequest([UInt16](repeating: 0, count: 124), to: holding) == nil)
            #expect(WriteRequest([UInt16](repeating: 0, count: 123), to: holding)?.function == 16)
            #expect(WriteRequest([UInt16](repeating: 1, count: 1968), to: RegisterAddress(.coil, 0))?.function == 15)
            #expect(SlaveAddress(0) == nil, "a broadcast cannot be said")
        }
    }
}
