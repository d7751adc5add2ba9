import CrashHarness
import Testing

/// A judge that cannot find a fault proves nothing: each fault is planted, and has to be named.
@Suite struct OracleTests {
    private static let mac = "02:00:5e:20:00:01"
    private static let window = 3
    private static let backlog = 20
    private static let second: Moment = 1_000_000_000
    private static let wall: Int64 = 1_800_000_000

    private static func stamp(of reading: Int) -> Int64 {
        reading < backlog ? wall - 90_000 + Int64(300 * reading) : wall + Int64(reading - backlog)
    }

    private static func moment(of reading: Int) -> Moment { Moment(max(reading - backlog, 0)) * second }

    private static func delivery(_ reading: Int, at moment: Moment? = nil, id: Int? = nil) -> Evidence.Delivery {
        Evidence.Delivery(
            payload: Meter.payload(mac: mac, reading: reading, stamp: stamp(of: reading)),
            messageID: id ?? 1_000 + reading, moment: moment ?? self.moment(of: reading) + second / 10)
    }

    /// Three lives of ten cycles each: after each kill the two messages in flight come again, and all is well.
    private static func clean() -> Evidence {
        var evidence = Evidence(mac: mac, window: window, backlog: (0..<backlog).map(stamp))
        evidence.cycles = (backlog..<backlog + 30).map {
            Evidence.Cycle(reading: $0, moment: moment(of: $0), wall: stamp(of: $0))
        }
        evidence.lives = (0..<3).map { life in
            let span = Moment(10 * life) * second..<Moment(10 * life + 10) * second - second / 2
            return Evidence.Life(span: span, stored: [backlog + 10 * life + 8, backlog + 10 * life + 9])
        }
        evidence.lives[2].endedWell = true
        evidence.reconnects = [10 * second - second / 4, 20 * second - second / 4]
        evidence.deliveries = (0..<backlog + 30).map { delivery($0) }
        for (index, reconnect) in evidence.reconnects.enumerated() {
            for reading in [backlog + 10 * index + 8, backlog + 10 * index + 9] {
                evidence.deliveries.append(delivery(reading, at: reconnect + second / 8, id: 2_000 + reading))
            }
        }
        evidence.deliveries.sort { $0.moment < $1.moment }
        return evidence
    }

    private func faults(_ change: (inout Evidence) -> Void) -> [Verdict.Fault: Int] {
        var evidence = Self.clean()
        change(&evidence)
        return Dictionary(Verdict(of: evidence).findings.map { ($0.fault, 1) }, uniquingKeysWith: +)
    }

    private func index(of reading: Int, in evidence: Evidence) -> Int {
        let payload = Meter.payload(mac: Self.mac, reading: reading, stamp: Self.stamp(of: reading))
        return evidence.deliveries.firstIndex { $0.payload == payload } ?? 0
    }

    @Test func `a run in which all was well has no findings, and its repeats are counted`() {
        let verdict = Verdict(of: Self.clean())
        #expect(verdict.findings.isEmpty, "\(verdict.findings)")
        #expect(verdict.delivered == 50 && verdict.duplicates == 4 && verdict.mostAtOnce == 2)
    }

    @Test(arguments: [0, 7, 19]) func `a message of the backlog that never came is lost`(_ reading: Int) {
        #expect(faults { $0.deliveries.remove(at: index(of: reading, in: $0)) } == [.lost: 1])
    }

    @Test(arguments: [20, 25, 35])
    func `an answer that another one followed in the same life was stored, and is lost if it never came`(
        _ reading: Int
    ) {
        #expect(faults { $0.deliveries.remove(at: index(of: reading, in: $0)) } == [.lost: 1])
    }

    @Test func `the last answer of a life is lost only if it was in the spool`() {
        func lost(isStored: Bool) -> [Verdict.Fault: Int] {
            faults { evidence in
                let payload = Meter.payload(mac: Self.mac, reading: 29, stamp: Self.stamp(of: 29))
                evidence.deliveries.removeAll { $0.payload == payload }
                if !isStored { evidence.lives[0].stored.remove(29) }
            }
        }
        #expect(lost(isStored: true) == [.lost: 1])
        #expect(lost(isStored: false).isEmpty)
    }

    @Test func `what an agent that stopped in good order had read is stored`() {
        let lost = faults { evidence in
            evidence.lives[2].stored = []
            evidence.deliveries.remove(at: index(of: 49, in: evidence))
        }
        #expect(lost == [.lost: 1])
    }

    @Test func `what is still in the spool at the end is kept, and not lost`() {
        #expect(faults { $0.deliveries.remove(at: index(of: 49, in: $0)) }.isEmpty)
    }

    @Test func `what was read while the disk had no room is excused, and what was stored before is not`() {
        func findings(_ reading: Int) -> [Verdict.Fault: Int] {
            faults { evidence in
                evidence.lives[0].withoutDisk = [Self.moment(of: 24)..<Self.moment(of: 26)]
                evidence.deliveries.remove(at: index(of: reading, in: evidence))
            }
        }
        #expect(findings(25).isEmpty)
        #expect(findings(22) == [.lost: 1])
    }

    @Test func `what a damaged spool had held is excused, and nothing else is`() {
        func findings(_ reading: Int) -> [Verdict.Fault: Int] {
            faults { evidence in
                evidence.damaged = [5, 28, 29]
                evidence.deliveries.remove(at: index(of: reading, in: evidence))
            }
        }
        #expect(findings(5).isEmpty)
        #expect(findings(6) == [.lost: 1])
    }

    @Test func `a repeat that no reconnect explains is a duplicate`() {
        let early = faults { evidence in
            evidence.reconnects = []
            evidence.deliveries = (0..<50).map { Self.delivery($0) } + [Self.delivery(40, at: 40 * Self.second, id: 1)]
        }
        #expect(early == [.duplicated: 1])
    }

    @Test func `one repeat more than the window holds is a duplicate`() {
        func findings(repeats: Int) -> [Verdict.Fault: Int] {
            faults { evidence in
                evidence.reconnects = [25 * Self.second]
                evidence.deliveries = (0..<50).map { Self.delivery($0) }
                for reading in 40..<40 + repeats {
                    evidence.deliveries.append(Self.delivery(reading, at: 26 * Self.second, id: reading))
                }
                // All of them came first just before the break.
                for index in 40..<45 { evidence.deliveries[index].moment = 24 * Self.second + Moment(index) }
                evidence.deliveries.sort { $0.moment < $1.moment }
            }
        }
        #expect(findings(repeats: Self.window).isEmpty)
        #expect(findings(repeats: Self.window + 1)[.duplicated] == 1)
    }

    @Test func `a full disk is no excuse for a repeat`() {
        let found = faults { evidence in
            evidence.reconnects = []
            evidence.lives[1].withoutDisk = [14 * Self.second..<16 * Self.second]
            evidence.deliveries =
                (0..<50).map { Self.delivery($0) } + [Self.delivery(35, at: 40 * Self.second, id: 1)]
        }
        #expect(found == [.duplicated: 1])
    }

    @Test func `what the broker itself repeats is none of the gateway's`() {
        let evidence = {
            var evidence = Self.clean()
            evidence.deliveries.append(Self.delivery(30, at: 35 * Self.second))
            return evidence
        }()
        #expect(Verdict(of: evidence).findings.isEmpty)
        #expect(Verdict(of: evidence).brokerRepeats == 1)
    }

    @Test func `two messages that changed places are reordered`() {
        let swapped = faults { evidence in
            evidence.streams = 1
            let (first, second) = (index(of: 10, in: evidence), index(of: 11, in: evidence))
            evidence.deliveries.swapAt(first, second)
        }
        #expect(swapped == [.reordered: 1])
    }

    @Test func `fresh messages may overtake the backlog where that is the rule, and nothing else may`() {
        func findings(_ order: [Int], streams: Int) -> [Verdict.Fault: Int] {
            faults { evidence in
                evidence.streams = streams
                evidence.reconnects = []
                evidence.deliveries = order.map { Self.delivery($0) }
            }
        }
        let overtaking = Array(0..<10) + [20, 21] + Array(10..<15) + [22] + Array(15..<20) + Array(23..<50)
        #expect(findings(overtaking, streams: 2).isEmpty)
        #expect(findings(overtaking, streams: 1)[.reordered] == 10)
        var wrong = overtaking
        wrong.swapAt(4, 5)
        #expect(findings(wrong, streams: 2).isEmpty, "a single swap can be two streams")
        wrong = [2, 1, 0] + Array(3..<50)
        #expect(findings(wrong, streams: 2) == [.reordered: 1])
    }

    @Test func `one byte that changed is wrong`() {
        for place in 0..<Self.delivery(30).payload.count {
            let changed = faults { $0.deliveries[index(of: 30, in: $0)].payload[place] ^= 1 }
            #expect(changed[.wrongBytes] == 1 || changed[.misstamped] != nil, "byte \(place): \(changed)")
        }
    }

    @Test func `a value that slipped into another point is wrong`() {
        let slipped = faults { evidence in
            let text = String(decoding: evidence.deliveries[35].payload, as: UTF8.self)
            let exchanged = text.split(separator: #"":"#).joined(separator: #"":"#)
                .replacing(#""R1""#, with: #""R9""#)
            evidence.deliveries[35].payload = Array(exchanged.utf8)
        }
        #expect(slipped[.wrongBytes] == 1)
    }

    @Test func `a reading that the meter never gave is wrong`() {
        #expect(faults { $0.deliveries.append(Self.delivery(77)) } == [.wrongBytes: 1])
    }

    private func restamped(_ reading: Int, by seconds: Int64, clockIsTrue: Bool = true) -> [Verdict.Fault: Int] {
        faults { evidence in
            evidence.hasTrueClock = clockIsTrue
            let stamp = Self.stamp(of: reading) + seconds
            evidence.deliveries[index(of: reading, in: evidence)].payload =
                Meter.payload(mac: Self.mac, reading: reading, stamp: stamp)
        }
    }

    @Test func `a message that was stamped anew is mis-stamped`() {
        #expect(restamped(10, by: 3) == [.misstamped: 1], "of the backlog")
        #expect(restamped(49, by: 3) == [.misstamped: 1], "in the future")
        #expect(restamped(20, by: -6) == [.misstamped: 1], "in the past")
        #expect(restamped(49, by: 1) == [.misstamped: 1], "a second into the future")
        #expect(restamped(49, by: 3, clockIsTrue: false).isEmpty, "its clock was set")
    }

    @Test func `two readings on one stamp, and stamps that run back, are mis-stamped`() {
        #expect(restamped(30, by: 1, clockIsTrue: false) == [.misstamped: 1])
        #expect(restamped(30, by: 5, clockIsTrue: false) == [.misstamped: 1])
    }

    @Test func `one reading with two contents is wrong`() {
        let twice = faults { evidence in
            evidence.deliveries.append(
                Evidence.Delivery(
                    payload: Meter.payload(mac: Self.mac, reading: 30, stamp: Self.stamp(of: 30) + 1), messageID: 9,
                    moment: 30 * Self.second))
        }
        #expect(twice == [.wrongBytes: 1])
    }

    @Test func `an agent that ended by itself is a finding`() {
        #expect(faults { $0.ends.append("the agent ended by itself with status 70") } == [.ended: 1])
    }
}
