import ExactArithmetic
import ModbusModel
import Testing

@testable import ModbusKit

/// Plays a cycle against slaves that behave as told, in no time at all.
private struct Played {
    var cycle: PollCycle
    var now = ContinuousClock.now
    var asked: [(at: Duration, slave: Int)] = []
    var probes: [(at: ContinuousClock.Instant, slave: Int)] = []

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
        defer { cycle.reported() }
        cycle.begin(at: now, deadline: now + within)
        while true {
            switch cycle.next(at: now) {
            case .done: return
            case .wait(let moment): now = moment
            case .ask(let slave):
                asked.append((start.duration(to: now), slave))
                guard let block = cycle.agendas[slave].pending.first?.block else { return }
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

    /// Passes the pause until the next cycle; slaves for which `answer` has nothing answer their probes.
    mutating func rest(until due: ContinuousClock.Instant, answer: (Int) -> ModbusFailure.Kind?) {
        probes = []
        while true {
            switch cycle.nextProbe(at: now, before: due) {
            case .done:
                now = max(now, due)
                return
            case .wait(let moment): now = moment
            case .probe(let slave, let timeout):
                probes.append((now, slave))
                let kind = answer(slave)
                now += kind == .timeout ? timeout : .milliseconds(30)
                cycle.probed(slave, kind.map { ModbusFailure($0, at: "slave") }, at: now)
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

    @Test func `an offline slave is asked once per probe interval, between the cycles, and in no cycle`() throws {
        var played = try Played(slaves: 2)
        played.run { slave, _ in slave == 0 ? .timeout : nil }
        #expect(played.requests(to: 0).count == 3)
        // Half a second, then doubled up to thirty.
        for interval in [0.5, 1, 2, 4, 8, 16, 30, 30] {
            let failedAt = played.now
            played.rest(until: failedAt + .seconds(interval) - .milliseconds(1)) { _ in .timeout }
            #expect(played.probes.isEmpty, "before \(interval) s")
            played.run { slave, _ in slave == 0 ? .timeout : nil }
            #expect(played.requests(to: 0).isEmpty)
            played.rest(until: failedAt + .seconds(interval) + .seconds(2)) { _ in .timeout }
            #expect(played.probes.map(\.slave) == [0], "after \(interval) s")
        }
    }

    @Test func `a slave that returns is read whole in the next cycle, and the cycle waits for nobody`() throws {
        var played = try Played(slaves: 2, points: 3)
        played.run { slave, _ in slave == 0 ? .timeout : nil }
        #expect(played.cycle.agendas[0].health.state == .offline)
        let due = played.now + .seconds(300)
        played.rest(until: due) { _ in nil }
        #expect(played.probes.count == 1)
        #expect(try #require(played.probes.first).at >= due - .milliseconds(1100), "as late as can be")
        played.run { _, _ in nil }
        #expect(played.asked.count == 6 && played.asked.last?.at == .milliseconds(150))
        #expect(played.succeeded(0) == 3)
        #expect(played.cycle.agendas[0].stateBefore == .online)
    }

    /// Back to back and with pauses that are shorter and longer than a timeout.
    @Test(arguments: [0, 200, 620, 1500], [1, 3])
    func `the others' cycle is not a twentieth longer for dead slaves, whatever the pause`(pause: Int, dead: Int) throws
    {
        var played = try Played(slaves: 8)
        func cycle() {
            let due = played.now + .milliseconds(30 * 8 + pause)
            played.run(within: .milliseconds(30 * 8 + pause)) { slave, _ in slave < dead ? .timeout : nil }
            played.rest(until: due) { slave in slave < dead ? .timeout : nil }
        }
        cycle()
        cycle()
        var slowest = Duration.zero
        let start = played.now
        for _ in 0..<1000 {
            cycle()
            #expect(played.asked.count == 8 - dead)
            slowest = max(slowest, played.asked.last?.at ?? .zero)
        }
        #expect(slowest < .milliseconds(30 * 8), "in a cycle nobody waits for the dead")
        let share = start.duration(to: played.now) / (.milliseconds(30 * 8 + pause) * 1000)
        #expect(share < 1.05, "\(share)")
    }

    @Test func `a line on which nobody answers is asked on`() throws {
        var played = try Played(slaves: 8)
        func cycle(_ answer: ModbusFailure.Kind?) {
            let due = played.now + .seconds(1)
            played.run(within: .seconds(1)) { _, _ in answer }
            played.rest(until: due) { _ in answer }
        }
        for _ in 0..<40 { cycle(.timeout) }
        #expect(played.cycle.agendas.allSatisfy { $0.health.state == .offline })
        for _ in 0..<60 { cycle(nil) }
        #expect((0..<8).allSatisfy { played.succeeded($0) == 1 })
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

    @Test func `an exception means alive, and is believed when it comes twice`() throws {
        var played = try Played(slaves: 1, points: 3)
        played.run { _, block in block.points == [1] ? .exception(2) : nil }
        #expect(played.asked.count == 4)
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

    @Test func `a refused block is asked once more, split until the bad address is known, and tried again later`()
        throws
    {
        var played = try Played(slaves: 1, points: 8, gap: 10)
        // Address 5 does not exist: it lies in a hole. Then address 6 does not exist either, which is a point's own.
        func refuses(_ block: ReadBlock) -> ModbusFailure.Kind? {
            block.span.contains(5) || block.span.contains(6) ? .exception(2) : nil
        }
        played.run { _, block in refuses(block) }
        #expect(played.succeeded(0) == 7)
        // Half a minute is more than the first belief: all is tried again, and believed for longer.
        var belief = 10
        for _ in 0..<4 {
            played.run { _, block in refuses(block) }
            #expect(played.asked.count == 7, "the bad register is not asked for, nor the whole block")
            #expect(played.succeeded(0) == 7)
            played.now += .seconds(belief)
            belief *= 4
            played.run { _, block in refuses(block) }
            #expect(played.asked.count == 9, "the whole block and the bad register are asked for once each")
        }
        played.now += .seconds(belief)
        played.run { _, _ in nil }
        #expect(played.asked.count == 1)
        #expect(played.succeeded(0) == 8)
    }

    @Test func `one noisy refusal changes no plan`() throws {
        var played = try Played(slaves: 1, points: 8, gap: 10)
        var isNoisy = true
        played.run { _, _ in
            defer { isNoisy = false }
            return isNoisy ? .exception(2) : nil
        }
        #expect(played.asked.count == 2 && played.succeeded(0) == 8)
        played.run { _, _ in nil }
        #expect(played.asked.count == 1)
    }

    @Test func `what is left of the attempts when a cycle ends is made before the next`() throws {
        var played = try Played(slaves: 2)
        let due = played.now + .seconds(4)
        played.run(within: .seconds(2)) { slave, _ in slave == 0 ? .timeout : nil }
        #expect(played.requests(to: 0).count == 1)
        #expect(played.cycle.agendas[0].health.state == .suspect)
        guard case .failure(let failure) = played.cycle.agendas[0].results[0] else {
            Issue.record("a slave that never answered has no value")
            return
        }
        #expect(failure.kind == .timeout, "the known failure is reported, not the end of the cycle")
        played.rest(until: due) { _ in nil }
        played.run { _, _ in nil }
        #expect(played.succeeded(0) == 1)
    }

    @Test func `a slave that dies in a short cycle costs the others nothing, and is back after its return`() throws {
        var played = try Played(slaves: 8)
        // A cycle of one second and a timeout of one second: one request to the dead slave uses it all up.
        func second(answer: (Int, ReadBlock) -> ModbusFailure.Kind?) {
            let due = played.now + .seconds(1)
            played.run(within: .seconds(1), answer: answer)
            played.rest(until: due) { answer($0, ReadBlock(table: .holding, span: 0..<1, points: [])) }
        }
        second { _, _ in nil }
        for cycle in 1...8 {
            second { slave, _ in slave == 7 ? .timeout : nil }
            #expect((0..<7).allSatisfy { played.succeeded($0) == 1 }, "cycle \(cycle)")
        }
        var cycles = 0
        repeat {
            second { _, _ in nil }
            cycles += 1
        } while played.succeeded(7) == 0 && cycles < 60
        #expect(played.succeeded(7) == 1)
    }

    @Test func `a point to be confirmed is read until two readings in a row are equal`() throws {
        let points = try (0..<3).map {
            try PointDefinition(address: RegisterAddress(.holding, UInt16($0)), type: .uint16)
        }
        let slave = PolledSlave(
            address: try #require(SlaveAddress(1)), timeout: .seconds(1), limits: ReadLimits(maximumGap: 0),
            points: points, confirmed: [0, 2])
        func texts(_ readings: [[UInt16]]) -> ([String?], requests: Int) {
            var agenda = SlaveAgenda(slave)
            agenda.begin(at: .now)
            var readings = readings[...]
            while !agenda.pending.isEmpty, let next = readings.popFirst() { agenda.succeed(with: next) }
            return (agenda.results.map { try? $0.get().text }, 3 - readings.count)
        }
        #expect(texts([[1, 2, 3], [1, 9, 3], []]) == (["1", "2", "3"], 2))
        // The second reading differs in one point: that point alone is read again.
        #expect(texts([[1, 2, 3], [1, 2, 4], [4]]) == (["1", "2", "4"], 3))
        #expect(texts([[1, 2, 3], [1, 2, 4], [5]]) == (["1", "2", nil], 3))
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
        while let distinct = outstanding.distinct(from: wanted).first {
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
