import Testing

@testable import EdgeAgentCore

@Suite struct BacklogPaceTests {
    private let start = ContinuousClock.now

    private func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

    /// How many messages go out by a moment, each as soon as it may.
    private func sent(_ pace: inout BacklogPace, from: Double, until: Double) -> Int {
        var now = at(from)
        var count = 0
        while now <= at(until), count < 100_000 {
            let wait = pace.wait(at: now)
            if wait > .zero {
                now += max(wait, .microseconds(1))
            } else {
                pace.take(at: now)
                count += 1
            }
        }
        return count
    }

    @Test func `a burst goes at once, and then the rate counts`() {
        var pace = BacklogPace(rate: 5, burst: 50, jitter: .zero, at: start)
        pace.connected(at: start, backlogAge: .seconds(86_400), random: 0.5)
        #expect(sent(&pace, from: 0, until: 0) == 50)
        #expect(sent(&pace, from: 0, until: 60) == 300)
    }

    @Test func `without a rate there is no limit`() {
        var pace = BacklogPace(rate: nil, burst: 1, jitter: .zero, at: start)
        pace.connected(at: start, backlogAge: .zero, random: 0)
        for _ in 0..<10_000 {
            #expect(pace.wait(at: start) == .zero)
            pace.take(at: start)
        }
    }

    @Test func `the ten oldest go at once, the others at this gateway's own moment`() {
        var pace = BacklogPace(rate: nil, burst: 1, jitter: .seconds(60), at: start)
        pace.connected(at: start, backlogAge: .seconds(86_400), random: 0.25)
        for _ in 0..<10 {
            #expect(pace.wait(at: start) == .zero)
            pace.take(at: start)
        }
        #expect(pace.wait(at: start) == .seconds(15))
        #expect(pace.wait(at: at(15)) == .zero)
    }

    @Test func `a young backlog waits for a quarter of its age at the most`() {
        var pace = BacklogPace(rate: nil, burst: 1, jitter: .seconds(60), at: start)
        pace.connected(at: start, backlogAge: .seconds(20), random: 0.999)
        for _ in 0..<10 { pace.take(at: start) }
        #expect(pace.wait(at: start) < .seconds(5))
    }

    @Test func `a link that comes and goes gets no second burst`() {
        var pace = BacklogPace(rate: 5, burst: 50, jitter: .zero, at: start)
        var count = 0
        for session in 0..<20 {
            pace.connected(at: at(Double(session)), backlogAge: .seconds(86_400), random: 0)
            count += sent(&pace, from: Double(session), until: Double(session) + 0.5)
        }
        #expect(count <= 50 + 20 * 5 + 20, "the burst, 20 s of the rate, and one that leads in each session: \(count)")
    }

    @Test func `five thousand gateways begin spread over the window`() {
        let begins = (0..<5_000).map { number in
            var pace = BacklogPace(rate: 5, burst: 50, jitter: .seconds(60), at: start)
            pace.connected(at: start, backlogAge: .seconds(86_400), random: Double(number) / 5_000)
            for _ in 0..<10 { pace.take(at: start) }
            return pace.wait(at: start)
        }
        for minute in 0..<6 {
            let count = begins.count { $0 >= .seconds(10 * minute) && $0 < .seconds(10 * minute + 10) }
            #expect((800...850).contains(count))
        }
    }
}
