import ExactArithmetic
import LineSimulator
import MachineTime
import ModbusModel
import Testing

@testable import ModbusKit

extension OnTheLine {
    @Suite struct LinePollerTests {
        private func deadline() -> ContinuousClock.Instant { .now + .seconds(30) }

        @Test func `a cycle reads every point of every slave`() async throws {
            let fixture = try LineFixture(slaves: 8)
            let poller = LinePoller(
                line: fixture.line, slaves: try (1...8).map { try LineFixture.polled($0, [0, 1, 2, 3]) },
                policy: RetryPolicy())
            let report = await poller.poll(deadline: deadline())
            #expect(report.requests == 8)
            #expect(report.succeeded == 32 && report.failed == 0)
            for (index, slave) in report.slaves.enumerated() {
                let texts = try slave.results.map { try $0.get().text }
                #expect(texts == LineFixture.truth(index + 1, 0..<4).map { String($0) })
            }
        }

        @Test(.judgesTime) func `what became of each request is told, in order and once`() async throws {
            let fixture = try LineFixture()
            let poller = LinePoller(
                line: fixture.line, slaves: [try LineFixture.polled(1, [0], gap: 4, timeout: .seconds(2))],
                policy: RetryPolicy(attempts: 3, backoff: .milliseconds(20)))
            func cycle() async throws -> [ExchangeOutcome] {
                try #require(await poller.poll(deadline: deadline()).slaves.first).outcomes
            }
            let first = try await cycle()
            guard case .answered(let time) = first.first, first.count == 1 else {
                Issue.record("\(first)")
                return
            }
            #expect(time > .milliseconds(1) && time < .seconds(2), "\(time)")

            // The second request asks for a register more, which a slave may not know: silence then tells nothing.
            fixture.simulated.inject(Fault(.dead, .next(1)), on: 1)
            let trial = try await cycle()
            #expect(!trial.contains(.lost) && fixture.simulated.exchanges.contains { $0.answer.isEmpty }, "\(trial)")
            for _ in 0..<4 { _ = try await cycle() }

            fixture.simulated.inject(Fault(.dead, .next(1)), on: 1)
            let lost = try await cycle()
            #expect(lost.count { $0 == .lost } == 1, "\(lost)")
            for _ in 0..<4 { _ = try await cycle() }
            fixture.simulated.inject(Fault(.badCRC, .next(1)), on: 1)
            let broken = try await cycle()
            #expect(broken.first == .broken && broken.count { $0 == .broken } == 1, "\(broken)")
            for _ in 0..<4 { _ = try await cycle() }
            fixture.simulated.inject(Fault(.exception(4), .next(1)), on: 1)
            #expect(try await cycle().first == .refused)
        }

        @Test func `a dead slave's retries hold nobody up`() async throws {
            let fixture = try LineFixture(slaves: 4)
            fixture.simulated.inject(Fault(.dead), on: 2)
            let poller = LinePoller(
                line: fixture.line,
                slaves: try (1...4).map {
                    try LineFixture.polled($0, [0], timeout: $0 == 2 ? .milliseconds(60) : LineFixture.patience)
                },
                policy: RetryPolicy(attempts: 3, backoff: .milliseconds(300)))
            let report = await poller.poll(deadline: deadline())
            #expect(report.succeeded == 3)
            #expect(report.slaves[1].health.state == .offline)
            // The slave hears the last request when it has left the wire, and the wire may be held up.
            let patience = ContinuousClock.now + .seconds(30)
            while fixture.simulated.exchanges.count < 6, ContinuousClock.now < patience {
                try await Task.sleep(for: .milliseconds(10))
            }
            let exchanges = fixture.simulated.exchanges
            let lastOfOthers = try #require(exchanges.last { $0.slave == 4 })
            let second = try #require(exchanges.filter { $0.slave == 2 }.dropFirst().first)
            #expect(lastOfOthers.requestStart < second.requestStart, "the others were served during the backoff")
            #expect(exchanges.count { $0.slave == 2 } == 3)

            let next = await poller.poll(deadline: deadline())
            #expect(next.requests == 3, "the dead slave is left alone until its probe is due")
            #expect(next.slaves[1].health.state == .offline)
        }

        @Test func `a slave that comes back is read in its next probe`() async throws {
            let fixture = try LineFixture(slaves: 2)
            fixture.simulated.inject(Fault(.dead), on: 1)
            let poller = LinePoller(
                line: fixture.line,
                slaves: [
                    try LineFixture.polled(1, [0, 5], timeout: .seconds(2)), try LineFixture.polled(2, [0, 5]),
                ],
                policy: RetryPolicy(attempts: 2, backoff: .milliseconds(50)))
            #expect(await poller.poll(deadline: deadline()).succeeded == 2)
            fixture.simulated.clearFaults()
            var report = await poller.poll(deadline: deadline())
            var cycles = 1
            while report.succeeded < 4, cycles < 10 {
                // Long enough for a probe with its whole timeout.
                await poller.rest(until: .now + .seconds(3))
                report = await poller.poll(deadline: deadline())
                cycles += 1
            }
            #expect(report.slaves[0].changes.map(\.to) == [.online])
        }

        @Test func `a register that does not exist costs its own point only`() async throws {
            let fixture = try LineFixture(slaves: 1)
            fixture.simulated.update(slave: 1) { $0.remove(.holdingRegisters, 4...4) }
            let poller = LinePoller(
                line: fixture.line, slaves: [try LineFixture.polled(1, [0, 1, 4, 8, 9], gap: 10)],
                policy: RetryPolicy())
            let first = await poller.poll(deadline: deadline())
            #expect(first.succeeded == 4)
            #expect(first.slaves[0].results.enumerated().filter { (try? $1.get()) == nil }.map(\.offset) == [2])
            let second = await poller.poll(deadline: deadline())
            #expect(second.succeeded == 4)
            #expect(second.requests == 2, "what was learned is kept")
        }

        @Test func `an unplugged adapter ends the cycle and the next one reads again`() async throws {
            let fixture = try LineFixture(slaves: 2)
            let poller = LinePoller(
                line: fixture.line, slaves: try (1...2).map { try LineFixture.polled($0, [0]) }, policy: RetryPolicy())
            #expect(await poller.poll(deadline: deadline()).succeeded == 2)
            fixture.simulated.unplug()
            let lost = await poller.poll(deadline: deadline())
            #expect(lost.lineFailure?.scope == .line)
            #expect(lost.succeeded == 0)
        }

        @Test func `cancelling ends a cycle within one exchange`() async throws {
            let fixture = try LineFixture(slaves: 2)
            fixture.simulated.inject(Fault(.dead))
            let poller = LinePoller(
                line: fixture.line,
                slaves: try (1...2).map { try LineFixture.polled($0, [0], timeout: .seconds(3)) },
                policy: RetryPolicy())
            let task = Task { await poller.poll(deadline: .now + .seconds(100)) }
            while fixture.simulated.counters.requests == 0 { await Task.yield() }
            task.cancel()
            #expect(await task.value.succeeded == 0)
            #expect(fixture.simulated.counters.requests == 1, "the second slave is not asked any more")
        }
    }
}
