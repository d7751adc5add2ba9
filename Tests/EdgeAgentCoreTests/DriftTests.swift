import AgentConfiguration
import Foundation
import ModbusKit
import ModbusModel
import Testing

@testable import EdgeAgentCore

/// The alarm for a line that becomes worse: when it comes, when it goes, and that it keeps quiet otherwise.
///
/// The figures that docs/operating.md states are held here, on seeded lines.
@Suite struct DriftTests {
    // MARK: A line that is played

    /// How a played slave behaves.
    struct Manner {
        var loss = 0.0
        var slowness = 1.0
        /// A slave that says nothing at all.
        var isDead = false
        var broken = 0.0
    }

    /// A line of slaves with 20 ms turnaround and some spread, which a probe has measured.
    struct Played {
        var drift: LineDrift
        var generator: SeededNumbers
        var now = ContinuousClock.now
        let interval: Duration
        let count: Int

        init(
            slaves count: Int = 1, asked: Int = 1000, loss: Double = 0, interval: Duration = .seconds(300),
            seed: UInt64, errors: Int? = nil
        ) throws {
            var numbers = SeededNumbers(state: seed)
            var items: [String] = []
            for slave in 1...count {
                let times = (0..<asked).map { _ in Played.time(&numbers) }.sorted()
                let failed = Int((Double(asked) * loss).rounded())
                let (p95, p99) = (times[asked * 95 / 100], times[asked * 99 / 100])
                items.append(
                    "{ slave: \(slave), asked: \(asked), answered: \(asked - failed), p95_milliseconds: \(p95.tenths), "
                        + "p99_milliseconds: \(p99.tenths) }")
            }
            let text = """
                { port: /dev/ttyUSB0, baud: 9600, format: 8N1, at: "2026-01-01T00:00:00Z", stray_bytes: 0,
                  slaves: [\(items.joined(separator: ",\n"))]\(errors.map { ", framing_errors: \($0), parity_errors: 0" } ?? "") }
                """
            generator = numbers
            self.count = count
            self.interval = interval
            drift = LineDrift(
                try LineBaseline.parse(Array(text.utf8), file: "b.json"),
                slaves: (1...count).compactMap { SlaveAddress($0) }, window: .seconds(600))
        }

        /// A turnaround of 20 ms, up to 3 ms more, and now and then a poll of the adapter later.
        static func time(_ generator: inout SeededNumbers) -> Double {
            20 + 3 * generator.unit() + (generator.unit() < 0.03 ? 16 * generator.unit() : 0)
        }

        /// Polls each slave once; a lost answer is asked for again, three times in all.
        mutating func cycle(_ manners: [Int: Manner] = [:], errors: Int? = nil) -> [LineDrift.Change] {
            var outcomes: [[ExchangeOutcome]] = []
            for slave in 1...count {
                let manner = manners[slave] ?? manners[0] ?? Manner()
                var own: [ExchangeOutcome] = []
                repeat {
                    if manner.isDead || generator.unit() < manner.loss {
                        own.append(.lost)
                    } else if generator.unit() < manner.broken {
                        own.append(.broken)
                    } else {
                        own.append(
                            .answered(after: .microseconds(Int64(Played.time(&generator) * manner.slowness * 1000))))
                    }
                } while own.last == .lost && own.count < 3
                outcomes.append(own)
            }
            now += interval
            let requests = outcomes.reduce(0) { $0 + $1.count }
            return drift.note(
                LineDrift.Cycle(outcomes: outcomes, requests: requests, characterErrors: errors), at: now)
        }

        /// How many cycles pass until an alarm is raised or cleared; nil where none is within so many.
        mutating func cycles(
            atMost most: Int, _ manners: [Int: Manner], until isRaised: Bool = true
        ) -> (cycles: Int, change: LineDrift.Change)? {
            for number in 1...most {
                if let change = cycle(manners).first(where: { $0.isRaised == isRaised }) { return (number, change) }
            }
            return nil
        }
    }

    private static let all = 0

    // MARK: Quiet

    @Test(arguments: [UInt64](1...3))
    func `a year of a line as it was measured raises nothing`(seed: UInt64) throws {
        let loss = [0, 0.002, 0.02][Int(seed) % 3]
        var played = try Played(slaves: 2, loss: loss, seed: seed, errors: 0)
        for _ in 0..<105_120 {
            let changes = played.cycle([Self.all: Manner(loss: loss)], errors: 0)
            #expect(changes.isEmpty, "seed \(seed): \(changes)")
        }
    }

    @Test func `a loss that is not worth a word raises nothing, however sure it is`() throws {
        var played = try Played(interval: .seconds(1), seed: 9)
        for _ in 0..<60_000 {
            let changes = played.cycle([Self.all: Manner(loss: 0.007)])
            #expect(changes.isEmpty)
        }
    }

    @Test func `a dead slave and its return are no drift`() throws {
        var played = try Played(slaves: 3, seed: 2)
        for round in 0..<40 {
            for _ in 0..<100 {
                let changes = played.cycle()
                #expect(changes.isEmpty)
            }
            for _ in 0..<(20 + round) {
                let changes = played.cycle([2: Manner(isDead: true)])
                #expect(changes.isEmpty)
            }
        }
    }

    @Test func `a slave that falls silent again and again is offline, not lossy`() throws {
        var played = try Played(seed: 8)
        for number in 0..<5_000 {
            let changes = played.cycle([1: Manner(isDead: number % 15 == 0)])
            #expect(changes.isEmpty)
        }
    }

    @Test func `one bad hour raises nothing, three in a row do`() throws {
        func raised(hours: Int) throws -> Bool {
            var played = try Played(interval: .seconds(5), seed: 4)
            for _ in 0..<5_000 { _ = played.cycle() }
            var changes: [LineDrift.Change] = []
            // A look of ten minutes is 120 cycles; the disturbance keeps to it.
            for _ in 0..<(hours * 120) { changes += played.cycle([Self.all: Manner(broken: 0.5)]) }
            for _ in 0..<5_000 { changes += played.cycle() }
            return !changes.isEmpty
        }
        #expect(try !raised(hours: 1))
        #expect(try raised(hours: 4))
    }

    // MARK: Found

    @Test(arguments: [UInt64](1...20))
    func `what has become worse is found within the stated number of requests`(seed: UInt64) throws {
        var lossy = try Played(seed: seed)
        let foundFirst = lossy.cycles(atMost: 4_000, [Self.all: Manner(loss: 0.03)])
        let first = try #require(foundFirst, "0 to 3 %")
        #expect(first.change.drift == Drift(kind: .loss, slave: SlaveAddress(1)))
        var worse = try Played(loss: 0.02, seed: seed)
        let foundSecond = worse.cycles(atMost: 1_000, [Self.all: Manner(loss: 0.1)])
        let second = try #require(foundSecond, "2 to 10 %")
        #expect(second.change.drift.kind == .loss)
        var slow = try Played(seed: seed)
        let foundThird = slow.cycles(atMost: 200, [Self.all: Manner(slowness: 2)])
        let third = try #require(foundThird, "twice as slow")
        #expect(third.change.drift == Drift(kind: .slow, slave: SlaveAddress(1)))
        #expect(third.change.limit != nil)
    }

    @Test func `a few very late answers are found too`() throws {
        var played = try Played(seed: 11)
        for _ in 0..<500 { _ = played.cycle() }
        var found = false
        for number in 0..<3_000 where !found {
            // One in fifteen takes ten times as long.
            found = played.cycle([Self.all: Manner(slowness: number % 15 == 0 ? 10 : 1)]).contains {
                $0.drift.kind == .slow
            }
        }
        #expect(found)
    }

    @Test func `eight slaves that lose alike are one alarm of the line, and sooner`() throws {
        var played = try Played(slaves: 8, seed: 3)
        let foundFound = played.cycles(atMost: 1_000, [Self.all: Manner(loss: 0.03)])
        let found = try #require(foundFound)
        #expect(found.change.drift == Drift(kind: .loss, slave: nil))
        for _ in 0..<3_000 {
            let changes = played.cycle([Self.all: Manner(loss: 0.03)])
            #expect(changes.isEmpty, "said once")
        }
        let foundCleared = played.cycles(atMost: 1_500, [:], until: false)
        let cleared = try #require(foundCleared)
        #expect(cleared.change.drift == found.change.drift && played.drift.drifts.isEmpty)
        for _ in 0..<10_000 {
            let changes = played.cycle()
            #expect(changes.isEmpty)
        }
    }

    @Test func `one slave of eight is named, and not the line`() throws {
        var played = try Played(slaves: 8, seed: 5)
        let foundFound = played.cycles(atMost: 1_000, [3: Manner(loss: 0.4)])
        let found = try #require(foundFound)
        #expect(found.change.drift == Drift(kind: .loss, slave: SlaveAddress(3)))
        for _ in 0..<5_000 {
            let changes = played.cycle([3: Manner(loss: 0.4)])
            #expect(changes.isEmpty)
        }
        #expect(played.drift.drifts == [found.change.drift])
        let foundLast = played.cycles(atMost: 2_000, [:], until: false)
        _ = try #require(foundLast)
        for _ in 0..<5_000 {
            let changes = played.cycle()
            #expect(changes.isEmpty)
        }
    }

    @Test func `damaged characters are an alarm of the line where the port counts`() throws {
        var played = try Played(slaves: 2, seed: 6, errors: 0)
        var raised: [LineDrift.Change] = []
        for number in 0..<2_000 { raised += played.cycle(errors: number % 10 == 0 ? 40 : 0) }
        #expect(raised.map(\.drift) == [Drift(kind: .noise, slave: nil)])
        var uncounted = try Played(slaves: 2, seed: 6)
        for _ in 0..<2_000 {
            let changes = uncounted.cycle(errors: 40)
            #expect(changes.isEmpty)
        }
    }

    // MARK: No flapping

    @Test(arguments: [0.01, 0.012, 0.015, 0.02, 0.03])
    func `a loss at the edge is never said back and forth`(loss: Double) throws {
        for seed in 1...2 as ClosedRange<UInt64> {
            var played = try Played(interval: .seconds(60), seed: seed)
            var changes = 0
            for _ in 0..<60_000 { changes += played.cycle([Self.all: Manner(loss: loss)]).count }
            #expect(changes <= 1, "loss \(loss), seed \(seed)")
        }
    }

    @Test func `a slave that was not measured is not watched, and the rest is`() throws {
        let text = """
            { port: p, baud: 9600, format: 8N1, at: x, slaves: [
              { slave: 1, asked: 500, answered: 0, p95_milliseconds: 0, p99_milliseconds: 0 },
              { slave: 2, asked: 500, answered: 500, p95_milliseconds: 20, p99_milliseconds: 21 }] }
            """
        var drift = LineDrift(
            try LineBaseline.parse(Array(text.utf8), file: "b.json"),
            slaves: [1, 2, 3].compactMap { SlaveAddress($0) }, window: .seconds(5))
        var changes: [LineDrift.Change] = []
        let bad: [ExchangeOutcome] = [.broken, .broken]
        for second in 0..<500 {
            let cycle = LineDrift.Cycle(outcomes: [bad, bad, bad], requests: 6)
            changes += drift.note(cycle, at: .now + .seconds(second))
        }
        #expect(changes.map(\.drift) == [Drift(kind: .loss, slave: SlaveAddress(2))])
    }

    // MARK: At once

    @Test func `two measurements are compared at once, slave by slave and together`() throws {
        let items = (1...4).map {
            "{ slave: \($0), asked: 1000, answered: 1000, p95_milliseconds: 20, p99_milliseconds: 30 }"
        }
        let text = """
            { port: p, baud: 9600, format: 8N1, at: x, framing_errors: 0, slaves: [\(items.joined(separator: ", "))] }
            """
        let baseline = try LineBaseline.parse(Array(text.utf8), file: "b.json")
        func findings(_ failed: [Int], late: Int = 0, errors: Int? = nil) -> [Drift] {
            let now = failed.enumerated().map { index, failed in
                DriftComparison.Measured(
                    slave: SlaveAddress(index + 1)!, asked: 200, answered: 200 - failed,
                    times: (0..<200).map { .milliseconds($0 < late ? 31 : 15) })
            }
            return DriftComparison(now, characterErrors: errors, against: baseline).findings.map(\.drift)
        }
        #expect(findings([0, 1, 0, 2], late: 10, errors: 3).isEmpty)
        #expect(findings([0, 20, 0, 0]) == [Drift(kind: .loss, slave: SlaveAddress(2))])
        #expect(findings([7, 7, 7, 7]) == [Drift(kind: .loss, slave: nil)], "no one of them is sure by itself")
        #expect(findings([0], late: 60) == [Drift(kind: .slow, slave: SlaveAddress(1))])
        #expect(findings([0, 0], errors: 200) == [Drift(kind: .noise, slave: nil)])
        let unknown = DriftComparison(
            [.init(slave: SlaveAddress(9)!, asked: 200, answered: 0, times: [])], characterErrors: nil,
            against: baseline)
        #expect(unknown.findings.isEmpty && unknown.unknown == [SlaveAddress(9)])
    }

    // MARK: The arithmetic

    @Test func `the evidence bounds the exact binomial tail`() {
        for allowed in [0.01, 0.05, 0.2] {
            for chances in [50, 200, 800] {
                var tail = 0.0
                for bad in stride(from: chances, through: 1, by: -1) {
                    tail += binomial(bad, of: chances, allowed)
                    let tally = Tally(bad: bad, chances: chances)
                    guard tally.share > allowed else { break }
                    #expect(exp(-tally.evidence(above: allowed)) >= tail * 0.999_999)
                }
            }
        }
        #expect(Tally(bad: 0, chances: 0).evidence(above: 0.1) == 0)
        #expect(Tally(bad: 5, chances: 5).evidence(above: 0.1) > 11)
    }

    @Test func `the bound of a measured share is Wilson's`() {
        // Checked with statsmodels: proportion_confint(count, n, 0.02, "wilson").
        #expect(abs(Tally.upperBound(share: 0, chances: 200) - 0.02634) < 0.0001)
        #expect(abs(Tally.upperBound(share: 0.02, chances: 1000) - 0.03312) < 0.0003)
        #expect(Tally.upperBound(share: 0, chances: 0) == 1)
    }

    private func binomial(_ bad: Int, of chances: Int, _ share: Double) -> Double {
        func factorial(_ number: Int) -> Double { number < 2 ? 0 : (2...number).reduce(0) { $0 + log(Double($1)) } }
        return exp(
            factorial(chances) - factorial(bad) - factorial(chances - bad) + Double(bad) * log(share)
                + Double(chances - bad) * log(1 - share))
    }
}

/// Numbers that are the same on every machine (SplitMix64).
struct SeededNumbers {
    var state: UInt64

    mutating func unit() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((mixed ^ (mixed >> 31)) >> 11) * 0x1p-53
    }
}

extension Double {
    fileprivate var tenths: Double { (self * 10).rounded() / 10 }
}
