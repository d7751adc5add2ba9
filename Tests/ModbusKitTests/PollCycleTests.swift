import ExactArithmetic
import ModbusModel
import Testing

@testable import ModbusKit

/// Plays a cycle against slaves that behave as told, in no time at all.
private struct Played {
    var cycle: PollCycle
    var now = ContinuousClock.now
    var asked: [(at: Duration, slave: Int)] = []

    init(slaves: Int, points: Int = 1, gap: Int = 0, policy: RetryPolicy = RetryPolicy()) throws {
        cycle = PollCycle(
            try (1...slaves).map { id in
                PolledSlave(
                    address: try #require(SlaveAddress(id)), timeout: .seconds(1), limits: ReadLimits(maximumGap: gap),
                    points: try (0..<points).map {
                        try PointDefinition(address: RegisterAddress(.holding, UInt16(2 * $0)), type: .uint16)
                    })
            }, policy: policy)
    }

    /// Runs one cycle; `answer` says what a slave does: nil for values, a kind for a failure.
    mutating func run(
        within: Duration = .seconds(300), answer: (Int, ReadBlock) -> ModbusFailure.Kind?
    ) {
        let start = now
        asked = []
        cycle.begin(at: now, deadline: now + within)
        while true {
            switch cycle.next(at: now) {
            case .done: return
            case .wait(let moment): now = moment
            case .ask(let slave):
                asked.append((start.duration(to: now), slave))
                guard let block = cycle.agendas[slave].pending.first else { return }
                if let kind = answer(slave, block) {
                    now += kind == .timeout ? .seconds(1) : .milliseconds(30)
                    cycle.take(ModbusFailure(kind, at: "slave"), from: slave, at: now)
                } else {
                    now += .milliseconds(30)
                    cycle.take([UInt16](repeating: 7, count: block.span.count), from: slave)
                }
            }
        }
    }

    func succeeded(_ slave: Int) -> Int { cycle.agendas[slave].results.count { (try? $0.get()) != nil } }
    func requests(to slave: Int) -> [Duration] { asked.filter { $0.slave == slave }.map(\.at) }
}

@Suite struct PollCycleTests {
    @Test func `a well line is read slave by slave without a wait`() throws {
        var played = try Played(slaves: 8, points: 2)
        played.run { _, _ in nil }
        #expect(played.asked.map(\.slave) == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7])
        #expect(played.asked.last?.at == .milliseconds(450))
    }

    @Test func `a dead slave is asked three times with waits of one and two seconds while the others are served`()
        throws
    {
        var played = try Played(slaves: 3)
        played.run { slave, _ in slave == 1 ? .timeout : nil }
        // One timeout of a second after each request, then the backoff.
        let first = Duration.milliseconds(30)
        #expect(played.requests(to: 1) == [first, first + .seconds(2), first + .seconds(5)])
        #expect(played.requests(to: 2) == [first + .seconds(1)])
        #expect(played.cycle.agendas[1].health.state == .offline)
        #expect(played.succeeded(0) == 1 && played.succeeded(1) == 0 && played.succeeded(2) == 1)
    }

    @Test func `an offline slave costs one request a cycle and none before its probe is due`() throws {
        var played = try Played(slaves: 2)
        played.run { slave, _ in slave == 0 ? .timeout : nil }
        #expect(played.requests(to: 0).count == 3)
        // The wait after the third attempt is four seconds: a cycle that begins at once leaves the slave alone.
        played.run { slave, _ in slave == 0 ? .timeout : nil }
        #expect(played.requests(to: 0).isEmpty)
        played.now += .seconds(4)
        played.run { slave, _ in slave == 0 ? .timeout : nil }
        #expect(played.requests(to: 0).count == 1)
        // Then 8, 16 and 30 seconds.
        for wait in [8, 16, 30, 30] {
            let soon = played.now + .seconds(wait) - .milliseconds(1100)
            played.now = soon
            played.run { slave, _ in slave == 0 ? .timeout : nil }
            #expect(played.requests(to: 0).isEmpty, "before \(wait) s")
            played.now = soon + .milliseconds(1200)
            played.run { slave, _ in slave == 0 ? .timeout : nil }
            #expect(played.requests(to: 0).count == 1, "after \(wait) s")
        }
    }

    @Test func `a slave that returns is read whole in the cycle of its first answer`() throws {
        var played = try Played(slaves: 2, points: 3)
        played.run { slave, _ in slave == 0 ? .timeout : nil }
        #expect(played.cycle.agendas[0].health.state == .offline)
        played.now += .seconds(60)
        played.run { _, _ in nil }
        #expect(played.succeeded(0) == 3)
        #expect(played.cycle.agendas[0].health.state == .online)
    }

    @Test func `one lost answer is made good within the cycle`() throws {
        var played = try Played(slaves: 2, points: 3)
        var lost = false
        played.run { slave, _ in
            guard slave == 0, !lost else { return nil }
            lost = true
            return .timeout
        }
        #expect(played.succeeded(0) == 3)
        #expect(played.cycle.agendas[0].health.state == .online)
    }

    @Test func `an exception means alive and is not asked again`() throws {
        var played = try Played(slaves: 1, points: 3)
        played.run { _, block in block.points == [1] ? .exception(2) : nil }
        #expect(played.asked.count == 3)
        #expect(played.succeeded(0) == 2)
        #expect(played.cycle.agendas[0].health.state == .online)
    }

    @Test func `a busy slave is asked again`() throws {
        var played = try Played(slaves: 1)
        var busy = 2
        played.run { _, _ in
            busy -= 1
            return busy >= 0 ? .exception(6) : nil
        }
        #expect(played.asked.count == 3)
        #expect(played.succeeded(0) == 1)
    }

    @Test func `a refused block is split until the bad address is known, and stays split for an hour`() throws {
        var played = try Played(slaves: 1, points: 8, gap: 10)
        // Address 5 does not exist: it lies in a hole. Then address 6 does not exist either, which is a point's own.
        func refuses(_ block: ReadBlock) -> ModbusFailure.Kind? {
            block.span.contains(5) || block.span.contains(6) ? .exception(2) : nil
        }
        played.run { _, block in refuses(block) }
        #expect(played.succeeded(0) == 7)
        let afterSplit = played.asked.count
        played.run { _, block in refuses(block) }
        #expect(played.succeeded(0) == 7)
        #expect(played.asked.count < afterSplit)
        played.now += .seconds(3700)
        played.run { _, _ in nil }
        #expect(played.asked.count == 1, "after an hour the block is tried whole again")
        #expect(played.succeeded(0) == 8)
    }

    @Test func `a cycle ends by its deadline and carries the open retry into the next`() throws {
        var played = try Played(slaves: 2)
        played.run(within: .seconds(2)) { slave, _ in slave == 0 ? .timeout : nil }
        #expect(played.requests(to: 0).count == 1)
        #expect(played.cycle.agendas[0].health.state == .suspect)
        guard case .failure(let failure) = played.cycle.agendas[0].results[0] else {
            Issue.record("a slave that never answered has no value")
            return
        }
        #expect(failure.kind == .timeout, "the known failure is reported, not the end of the cycle")
        played.run { _, _ in nil }
        #expect(played.succeeded(0) == 1)
    }

    @Test func `a slave that dies in a short cycle costs the others nothing, and is asked again in the next`() throws {
        var played = try Played(slaves: 8)
        // A cycle of one second and a timeout of one second: one request to the dead slave uses it all up.
        func second(answer: (Int, ReadBlock) -> ModbusFailure.Kind?) {
            let start = played.now
            played.run(within: .seconds(1), answer: answer)
            played.now = max(played.now, start + .seconds(1))
        }
        second { _, _ in nil }
        for cycle in 1...8 {
            second { slave, _ in slave == 7 ? .timeout : nil }
            #expect((0..<7).allSatisfy { played.succeeded($0) == 1 }, "cycle \(cycle)")
        }
        #expect(played.cycle.agendas[7].health.state == .offline)
        var cycles = 0
        repeat {
            second { _, _ in nil }
            cycles += 1
        } while played.succeeded(7) == 0 && cycles < 10
        #expect(played.succeeded(7) == 1)
    }

    @Test func `a lost port fails everything at once`() throws {
        var played = try Played(slaves: 8)
        played.run { slave, _ in slave == 2 ? .portLost : nil }
        #expect(played.asked.count == 3)
        #expect(played.succeeded(1) == 1 && played.succeeded(3) == 0)
        guard case .failure(let failure) = played.cycle.agendas[7].results[0] else {
            Issue.record("nothing was read from slave 8")
            return
        }
        #expect(failure.scope == .line)
    }

    @Test func `NaN fails its own point only`() throws {
        let definition = try PointDefinition(address: RegisterAddress(.input, 0), type: .float32)
        let next = try PointDefinition(address: RegisterAddress(.input, 2), type: .float32)
        let slave = PolledSlave(
            address: try #require(SlaveAddress(1)), timeout: .seconds(1), limits: ReadLimits(maximumGap: 0),
            points: [definition, next])
        var agenda = SlaveAgenda(slave)
        agenda.begin(at: .now)
        agenda.succeed(with: [0x7FC0, 0x0000, 0x4366, 0x199A])
        #expect(try agenda.results[1].get().text == "230.1")
        #expect(throws: ModbusFailure.self) { try agenda.results[0].get() }
    }
}

@Suite struct OutstandingAnswersTests {
    private func block(_ span: Range<Int>, _ table: RegisterTable = .holding) -> ReadBlock {
        ReadBlock(table: table, span: span, points: [])
    }

    @Test func `an answer can be mistaken for one of the same function and length only`() {
        var outstanding = OutstandingAnswers()
        outstanding.gaveUp(on: block(0..<4), at: .now)
        #expect(outstanding.couldBeMistaken(block(100..<104)))
        #expect(!outstanding.couldBeMistaken(block(0..<3)))
        #expect(!outstanding.couldBeMistaken(block(0..<4, .input)))
        // Nine and sixteen bits are two bytes both.
        outstanding.gaveUp(on: block(0..<9, .coil), at: .now)
        #expect(outstanding.couldBeMistaken(block(0..<16, .coil)))
    }

    @Test func `the request that settles is never one that could be mistaken`() throws {
        var outstanding = OutstandingAnswers()
        let wanted = block(10..<13)
        var seen: Set<OutstandingAnswers.Shape> = []
        outstanding.gaveUp(on: wanted, at: .now)
        while let distinct = outstanding.distinct(from: wanted) {
            #expect(!outstanding.couldBeMistaken(distinct))
            #expect(seen.insert(OutstandingAnswers.Shape(distinct)).inserted)
            outstanding.gaveUp(on: distinct, at: .now)
        }
        #expect(seen.count == 5, "two shorter reads, then the three other functions")
    }

    @Test func `what no meter would still answer is forgotten`() {
        var outstanding = OutstandingAnswers()
        let start = ContinuousClock.now
        outstanding.gaveUp(on: block(0..<4), at: start)
        outstanding.expire(at: start + .seconds(9))
        #expect(outstanding.couldBeMistaken(block(0..<4)))
        outstanding.expire(at: start + .seconds(11))
        #expect(outstanding.isEmpty)
    }
}
