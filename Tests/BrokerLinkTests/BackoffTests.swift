import BrokerLink
import Testing

@Suite struct BackoffTests {
    @Test func `every wait lies between the base and three times the one before, and never above the cap`() {
        var generator = SystemRandomNumberGenerator()
        var backoff = Backoff()
        var before = backoff.base
        for _ in 0..<10_000 {
            let wait = backoff.next(after: .seconds(86_400), random: Double.random(in: 0..<1, using: &generator))
            #expect(wait >= .milliseconds(500) && wait <= .seconds(30) && wait <= before * 3)
            before = wait
        }
    }

    @Test func `at their longest the waits grow threefold up to the cap`() {
        var backoff = Backoff()
        let waits = (0..<6).map { _ in backoff.next(after: .seconds(86_400), random: 1) }
        #expect(waits == [1.5, 4.5, 13.5, 30, 30, 30].map { .seconds($0) })
    }

    @Test func `on average the waits grow`() {
        var early = Duration.zero
        var late = Duration.zero
        for run in 0..<200 {
            var backoff = Backoff()
            let waits = (0..<8).map { step in
                backoff.next(after: .seconds(86_400), random: Double((run * 37 + step * 61) % 100) / 100)
            }
            early += waits[0]
            late += waits[7]
        }
        #expect(late > early * 5)
    }

    @Test func `a fleet that loses its broker at once does not come back at once`() {
        let waits = Set(
            (0..<100).map { gateway in
                var backoff = Backoff()
                return backoff.next(after: .seconds(86_400), random: Double(gateway) / 100)
            }
        )
        #expect(waits.count == 100)
    }

    @Test(arguments: [(0.0, 2.0), (16, 2), (20, 2.5), (80, 10), (240, 30), (86_400, 30)])
    func `the longest wait is an eighth of the outage, two seconds at the least and the cap at the most`(
        outage: Double, longest: Double
    ) {
        var backoff = Backoff()
        for _ in 0..<10 { _ = backoff.next(after: .seconds(outage), random: 0.999) }
        #expect(backoff.last == .seconds(longest))
    }

    @Test(arguments: [
        // A welcome proves nothing, whoever ended the session.
        (stood: 0.1, thrownOut: true, beginsAnew: false),
        (stood: 29, thrownOut: false, beginsAnew: false),
        (stood: 30, thrownOut: false, beginsAnew: true),
        // Twins throw each other out as often as their waits end: that is no proof.
        (stood: 30, thrownOut: true, beginsAnew: false),
        (stood: 300, thrownOut: true, beginsAnew: true),
    ])
    func `only a session that stood begins anew`(_ row: (stood: Double, thrownOut: Bool, beginsAnew: Bool)) {
        var backoff = Backoff()
        for _ in 0..<5 { _ = backoff.next(after: .seconds(86_400), random: 1) }
        let proved = backoff.sessionEnded(stood: .seconds(row.stood), thrownOut: row.thrownOut)
        #expect(proved == row.beginsAnew)
        #expect(
            backoff.next(after: .seconds(86_400), random: 1) == (row.beginsAnew ? .seconds(1.5) : .seconds(30)))
    }

    @Test(arguments: [-1.0, 2.0, .infinity])
    func `a random number out of range gives a wait in range`(_ random: Double) {
        var backoff = Backoff()
        let wait = backoff.next(after: .seconds(86_400), random: random)
        #expect(wait >= backoff.base && wait <= backoff.cap)
    }
}

/// What the waits of one gateway do to a fleet, without a broker: each gateway has the row of numbers of its own MAC.
@Suite struct FleetTests {
    private static let gateways = 5_000

    /// When each gateway finds a broker that comes back after so long, counted from then.
    private func returns(after outage: Double) -> [Double] {
        (0..<Self.gateways).map { number in
            let mac = "02:00:5e:00:\(Self.hex(number / 256)):\(Self.hex(number % 256))"
            let jitter = Jitter(name: mac, start: 1)
            var backoff = Backoff()
            var time = 0.0
            while time < outage {
                time += backoff.next(after: .seconds(time), random: jitter.next()) / .seconds(1)
            }
            return time - outage
        }
    }

    private static func hex(_ number: Int) -> String { (number < 16 ? "0" : "") + String(number, radix: 16) }

    /// How many returns fall into each tenth of a window.
    private func tenths(_ times: [Double], of window: Double) -> [Int] {
        times.reduce(into: Array(repeating: 0, count: 10)) { $0[min(Int($1 / window * 10), 9)] += 1 }
    }

    @Test func `after 20 s without a broker everyone is back within 2,5 s`() {
        let times = returns(after: 20)
        #expect(times.allSatisfy { $0 <= 2.5 })
    }

    @Test(arguments: [(20.0, 2.5), (80, 10), (600, 30), (7_200, 30)])
    func `five thousand gateways come back spread flat over the window`(outage: Double, window: Double) {
        let counts = tenths(returns(after: outage), of: window)
        let share = Double(Self.gateways) / 10
        #expect(counts.allSatisfy { Double($0) < 1.25 * share }, "\(counts)")
        #expect(counts.allSatisfy { Double($0) > 0.6 * share }, "\(counts)")
    }

    @Test func `gateways draw different numbers, twins too, and the same gateway the same again`() {
        func row(_ name: String, _ start: UInt64) -> [Double] {
            let jitter = Jitter(name: name, start: start)
            return (0..<4).map { _ in jitter.next() }
        }
        #expect(row("aa:bb:cc:dd:ee:ff", 7) == row("aa:bb:cc:dd:ee:ff", 7))
        #expect(row("aa:bb:cc:dd:ee:ff", 7) != row("aa:bb:cc:dd:ee:fe", 7))
        #expect(row("aa:bb:cc:dd:ee:ff", 7) != row("aa:bb:cc:dd:ee:ff", 8))
        #expect(row("aa:bb:cc:dd:ee:ff", 7).allSatisfy { (0..<1).contains($0) })
    }
}

@Suite struct ReasonCodeTests {
    @Test(
        arguments: [
            (0, "success", true), (16, "no matching subscribers", true), (127, "unknown reason", true),
            (128, "unspecified error", false), (135, "not authorized", false), (142, "session taken over", false),
            (151, "quota exceeded", false), (255, "unknown reason", false),
        ] as [(UInt8, String, Bool)]
    )
    func `a reason has its name, and counts as delivery only below 128`(_ row: (UInt8, String, Bool)) {
        let reason = ReasonCode(rawValue: row.0)
        #expect(reason.name == row.1)
        #expect(reason.isPositive == row.2)
        #expect(reason.description == "\(row.0) (\(row.1))")
    }

    @Test(arguments: [131, 135, 142, 151] as [UInt8])
    func `what an operator will meet has a likely cause`(_ code: UInt8) {
        #expect(ReasonCode(rawValue: code).likelyCause != nil)
    }
}
