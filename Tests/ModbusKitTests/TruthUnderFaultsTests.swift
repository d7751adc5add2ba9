import LineSimulator
import MachineTime
import ModbusModel
import Testing

@testable import ModbusKit

extension OnTheLine {
    @Suite struct TruthUnderFaultsTests {
        /// The delays lie just behind the timeout, in the middle of later requests, and behind several of them.
        @Test(.judgesValues, arguments: [70, 90, 130, 200, 350])
        func `a late answer never becomes the value of another register`(delay: Int) async throws {
            let fixture = try LineFixture(slaves: 2, packetSize: 1)
            let timeout = Duration.milliseconds(60)
            var lost = 0
            // On a busy machine an answer that is hardly late is taken in time now and then.
            for round in 0..<400 where round < 40 || lost < 2 {
                if round % 10 == 3 {
                    fixture.simulated.inject(Fault(.late(after: .milliseconds(delay)), .next(1)), on: 1)
                }
                for id in 1...2 {
                    // Blocks of one length, whose answers RTU itself cannot tell apart.
                    for start in [0, 10, 20] {
                        let span = start..<(start + 4)
                        do {
                            let words = try await fixture.line.read(
                                fixture.block(span), from: LineFixture.address(id), timeout: timeout)
                            #expect(words == LineFixture.truth(id, span), "round \(round)")
                        } catch {
                            lost += 1
                        }
                    }
                }
            }
            #expect(lost >= 2, "late answers must have been missed, else nothing was shown")
            for id in 1...2 { try await Self.comesBack(fixture, id) }
            #expect(await fixture.line.counters.settlingRequests > 0)
        }

        /// Reads until there is a value, which there must be once what is outstanding has come or is forgotten.
        private static func comesBack(_ fixture: LineFixture, _ id: Int) async throws {
            let end = ContinuousClock.now + .seconds(60)
            var words: [UInt16]?
            while words == nil, ContinuousClock.now < end {
                words = try? await fixture.line.read(
                    fixture.block(0..<4), from: LineFixture.address(id), timeout: LineFixture.patience)
                if words == nil { try await Task.sleep(for: .milliseconds(50)) }
            }
            #expect(words == LineFixture.truth(id, 0..<4), "the line must come back")
        }

        @Test(.judgesValues) func `behind an adapter that echoes everything is read as without`() async throws {
            let fixture = try LineFixture(slaves: 2)
            fixture.simulated.inject(Fault(.echo))
            for round in 0..<40 {
                let (id, start) = (1 + round % 2, round % 7 * 5)
                let words = try await fixture.line.read(
                    fixture.block(start..<start + 3), from: LineFixture.address(id), timeout: LineFixture.patience)
                #expect(words == LineFixture.truth(id, start..<start + 3))
            }
            let counters = await fixture.line.counters
            #expect(counters.echoes == counters.requests)
            // A simulator that is held up between echo and answer has its request repeated; that is rare.
            #expect(counters.repeats < 10, "\(counters)")
        }

        @Test(.judgesValues) func `a late answer to a single register cannot shift the next one either`() async throws {
            let fixture = try LineFixture(packetSize: 1)
            let slave = try LineFixture.address(1)
            // A master that is held up for so long takes the answer in time, and it is no late one.
            var isLost = false
            for _ in 0..<100 where !isLost {
                fixture.simulated.inject(Fault(.late(after: .milliseconds(100)), .next(1)), on: 1)
                let words = try? await fixture.line.read(
                    fixture.block(0..<1), from: slave, timeout: .milliseconds(60))
                isLost = words == nil
            }
            try #require(isLost)
            var read = 0
            for address in (1..<300).map({ 1 + $0 % 30 }) where read <= 20 {
                let words = try? await fixture.line.read(
                    fixture.block(address..<(address + 1)), from: slave, timeout: .milliseconds(60))
                if let words {
                    #expect(words == LineFixture.truth(1, address..<(address + 1)))
                    read += 1
                }
            }
            #expect(read > 20)
        }

        @Test(
            .judgesValues,
            arguments: [
                Fault.Kind.badCRC, .lostBytes(2, from: .middle), .lostBytes(3, from: .end), .noiseBefore(3),
                .noiseAfter(4),
                .wrongSlave(2), .wrongFunction(4), .truncated(to: 4), .busy, .dead, .echo,
                .late(after: .milliseconds(80)),
            ])
        func `no fault yields a value that the slave did not give for that register`(kind: Fault.Kind) async throws {
            let fixture = try LineFixture(slaves: 2, packetSize: 1)
            fixture.simulated.inject(Fault(kind, .probability(0.2)), on: kind == .echo ? nil : 1)
            var good = 0
            var bad = 0
            for round in 0..<1200 where round < 120 || good <= 20 {
                let id = 1 + round % 2
                let start = round % 7 * 5
                let span = start..<(start + 1 + round % 3)
                do {
                    let words = try await fixture.line.read(
                        fixture.block(span), from: LineFixture.address(id), timeout: .milliseconds(50))
                    #expect(words == LineFixture.truth(id, span), "\(kind), round \(round)")
                    good += 1
                } catch {
                    bad += 1
                }
            }
            #expect(good > 20, "\(kind): \(good) good, \(bad) bad")
            let counters = await fixture.line.counters
            #expect(bad + counters.repeats + counters.bytesThrownAway + counters.echoes > 0, "\(kind) was never seen")
        }
    }
}
