import LineSimulator
import ModbusModel
import Testing

@testable import ModbusKit

extension OnTheLine {
    @Suite struct TruthUnderFaultsTests {
        /// The delays lie just behind the timeout, in the middle of later requests, and behind several of them.
        @Test(arguments: [70, 90, 130, 200, 350])
        func `a late answer never becomes the value of another register`(delay: Int) async throws {
            let fixture = try LineFixture(slaves: 2)
            let timeout = Duration.milliseconds(60)
            var lost = 0
            for round in 0..<40 {
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
            // On a busy machine one that is hardly late is taken in time now and then.
            #expect(lost >= 2, "each late answer must have been missed, else nothing was shown")
            #expect(lost < 60, "the line must come back")
            #expect(await fixture.line.counters.settlingRequests > 0)
        }

        @Test func `behind an adapter that echoes everything is read as without`() async throws {
            let fixture = try LineFixture(slaves: 2)
            fixture.simulated.inject(Fault(.echo))
            for round in 0..<40 {
                let (id, start) = (1 + round % 2, round % 7 * 5)
                let words = try await fixture.line.read(
                    fixture.block(start..<start + 3), from: LineFixture.address(id), timeout: .milliseconds(60))
                #expect(words == LineFixture.truth(id, start..<start + 3))
            }
            let counters = await fixture.line.counters
            #expect(counters.requests == 40 && counters.echoes == 40 && counters.repeats == 0)
        }

        @Test func `a late answer to a single register cannot shift the next one either`() async throws {
            let fixture = try LineFixture()
            let slave = try LineFixture.address(1)
            fixture.simulated.inject(Fault(.late(after: .milliseconds(100)), .next(1)), on: 1)
            await #expect(throws: ModbusFailure.self) {
                try await fixture.line.read(fixture.block(0..<1), from: slave, timeout: .milliseconds(60))
            }
            var read = 0
            for address in 1..<30 {
                let words = try? await fixture.line.read(
                    fixture.block(address..<(address + 1)), from: slave, timeout: .milliseconds(60))
                if let words {
                    #expect(words == LineFixture.truth(1, address..<(address + 1)))
                    read += 1
                }
            }
            #expect(read > 20)
        }

        @Test(arguments: [
            Fault.Kind.badCRC, .lostBytes(2, from: .middle), .lostBytes(3, from: .end), .noiseBefore(3), .noiseAfter(4),
            .wrongSlave(2), .wrongFunction(4), .truncated(to: 4), .busy, .dead, .echo, .late(after: .milliseconds(80)),
        ])
        func `no fault yields a value that the slave did not give for that register`(kind: Fault.Kind) async throws {
            let fixture = try LineFixture(slaves: 2)
            fixture.simulated.inject(Fault(kind, .probability(0.2)), on: kind == .echo ? nil : 1)
            var good = 0
            var bad = 0
            for round in 0..<120 {
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
