import BrokerLink
import Testing

@testable import EdgeAgentCore

/// The way of messages, played through without a broker and without waiting.
@Suite struct OutboxTests {
    private let start = ContinuousClock.now

    /// An outbox, a disk and a broker that answers after a round trip.
    private struct Play {
        var outbox: Outbox
        var now: ContinuousClock.Instant
        var disk: [Int64]
        var heard: [(sequence: Int64, at: ContinuousClock.Instant)] = []
        var answers: [(at: ContinuousClock.Instant, sequence: Int64)] = []
        var refuses: (Int64) -> UInt8? = { _ in nil }
        var mostInFlight = 0
        var mostUnsettled = 0

        init(
            stored: ClosedRange<Int64>, window: Int = 20, rate: Int? = nil, burst: Int = 50, jitter: Duration = .zero,
            at now: ContinuousClock.Instant
        ) {
            let pace = BacklogPace(rate: rate, burst: burst, jitter: jitter, at: now)
            outbox = Outbox(window: window, pace: pace, pause: .seconds(30))
            disk = Array(stored)
            self.now = now
            outbox.connected(at: now, backlogAge: .seconds(86_400), random: 0)
        }

        private mutating func read() {
            if let wanted = outbox.wantedAgain(at: now) {
                let found = disk.first { $0 >= wanted }
                outbox.readAgain(found.map { Outgoing(sequence: $0, payload: []) }, wanted: wanted)
            }
            if let (count, after) = outbox.beginReading() {
                let rows = disk.lazy.filter { $0 > after }.prefix(count).map { Outgoing(sequence: $0, payload: []) }
                outbox.read(Array(rows), asked: count)
            }
        }

        mutating func pump(roundTrip: Duration) {
            while let message = outbox.next(at: now) {
                outbox.sent(message, at: now)
                heard.append((message.sequence, now))
                answers.append((now + roundTrip, message.sequence))
                mostInFlight = max(mostInFlight, outbox.window.inFlight.count)
            }
        }

        /// A new message is stored, and handed over.
        mutating func store(_ sequence: Int64, roundTrip: Duration) {
            disk.append(sequence)
            outbox.stored(Outgoing(sequence: sequence, payload: []))
            pump(roundTrip: roundTrip)
        }

        /// Goes on until nothing more happens by itself, or the time is over.
        mutating func run(until end: ContinuousClock.Instant, roundTrip: Duration) {
            while now < end {
                read()
                pump(roundTrip: roundTrip)
                let due = answers.filter { $0.at <= now }
                answers.removeAll { $0.at <= now }
                for answer in due {
                    if let code = refuses(answer.sequence) {
                        _ = outbox.refused(answer.sequence, for: ReasonCode(rawValue: code), at: now)
                    } else {
                        outbox.took(answer.sequence, at: now)
                    }
                }
                let gone = Set(outbox.window.takeConfirmed())
                disk.removeAll { gone.contains($0) }
                outbox.window.removed(gone.count)
                if !due.isEmpty { continue }
                let next = [answers.map(\.at).min(), outbox.wait(at: now).map { now + max($0, .milliseconds(1)) }]
                guard let next = next.compactMap({ $0 }).min() else { return }
                now = max(next, now)
            }
            now = end
        }
    }

    private func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test(arguments: [0, 50]) func `a backlog goes out whole and in order, each message once`(_ milliseconds: Int) {
        var play = Play(stored: 1...1_000, at: start)
        play.run(until: at(600), roundTrip: .milliseconds(milliseconds))
        #expect(play.heard.map(\.sequence) == Array(1...1_000))
        #expect(play.disk.isEmpty)
        #expect(play.mostInFlight == 19, "the last slot is kept for what was just read")
    }

    @Test func `a fresh message goes at once while a backlog fills the window`() {
        var play = Play(stored: 1...2_000, at: start)
        for number in 0..<20 {
            play.run(until: at(Double(number) + 0.02), roundTrip: .milliseconds(50))
            let before = play.now
            play.store(10_000 + Int64(number), roundTrip: .milliseconds(50))
            #expect(play.heard.last?.sequence == 10_000 + Int64(number))
            #expect(play.heard.last?.at == before)
        }
        play.run(until: at(600), roundTrip: .milliseconds(50))
        let old = play.heard.map(\.sequence).filter { $0 <= 2_000 }
        #expect(old == Array(1...2_000))
        #expect(Set(play.heard.map(\.sequence)).count == play.heard.count, "none twice")
        #expect(play.disk.isEmpty)
    }

    @Test func `the backlog has the whole window until a second before the next cycle`() {
        var play = Play(stored: 1...2_000, at: start)
        play.outbox.expectFresh(at: at(3))
        play.run(until: at(1.99), roundTrip: .milliseconds(50))
        #expect(play.mostInFlight == 20)
        play.run(until: at(3), roundTrip: .milliseconds(50))
        #expect(play.outbox.window.room == 1)
        play.store(10_000, roundTrip: .milliseconds(50))
        #expect(play.heard.last?.sequence == 10_000 && play.heard.last?.at == at(3))
    }

    @Test func `a fresh message that finds the window full goes first when there is room, and is not read again`() {
        var play = Play(stored: 1...1, window: 1, at: start)
        play.pump(roundTrip: .seconds(1))
        play.run(until: at(0.5), roundTrip: .seconds(1))
        for sequence in 2...15 as ClosedRange<Int64> { play.store(sequence, roundTrip: .seconds(1)) }
        play.run(until: at(60), roundTrip: .seconds(1))
        #expect(Set(play.heard.map(\.sequence)) == Set(1...15))
        #expect(play.heard.count == 15)
        #expect(play.disk.isEmpty)
    }

    @Test func `the rate holds the backlog and not what is fresh`() {
        var play = Play(stored: 1...500, rate: 5, burst: 10, at: start)
        for second in 1...30 {
            play.run(until: at(Double(second)), roundTrip: .milliseconds(5))
            let before = play.now
            play.store(1_000 + Int64(second), roundTrip: .milliseconds(5))
            #expect(play.heard.contains { $0.sequence == 1_000 + Int64(second) && $0.at == before })
        }
        let old = play.heard.count { $0.sequence <= 500 }
        #expect((155...165).contains(old), "10 at once, 5 in a second, and the one that leads: \(old)")
    }

    @Test func `one poisoned message among a thousand: the others go on, and it stays stored`() {
        var play = Play(stored: 1...1_000, at: start)
        play.refuses = { $0 == 500 ? 131 : nil }
        play.run(until: at(60), roundTrip: .milliseconds(5))
        #expect(play.disk == [500])
        #expect(play.heard.count { $0.sequence == 500 } == 2, "at once, and after the pause")
        #expect(play.heard.count == 1_001)
    }

    @Test func `where everything is refused nothing is hammered, and all of it goes when that is over`() {
        var play = Play(stored: 1...1_000, at: start)
        play.refuses = { _ in 135 }
        play.run(until: at(600), roundTrip: .milliseconds(5))
        #expect(play.heard.count <= 19 + 21, "a window, and one per pause: \(play.heard.count)")
        #expect(play.disk.count == 1_000)
        play.refuses = { _ in nil }
        let before = play.heard.count
        play.run(until: at(700), roundTrip: .milliseconds(5))
        #expect(play.disk.isEmpty)
        #expect(play.heard.count == before + 1_000)
    }

    @Test func `no answer of a session that is gone counts, and everything is offered again`() {
        var play = Play(stored: 1...10, at: start)
        play.run(until: at(0.01), roundTrip: .seconds(1))
        #expect(play.heard.count == 10)
        play.answers = []
        play.outbox.disconnected()
        play.outbox.connected(at: at(1), backlogAge: .seconds(10), random: 0)
        play.outbox.took(3, at: at(1))
        #expect(play.outbox.window.confirmed.isEmpty)
        play.run(until: at(10), roundTrip: .milliseconds(5))
        #expect(play.heard.map(\.sequence) == Array(1...10) + Array(1...10))
        #expect(play.disk.isEmpty)
    }
}
