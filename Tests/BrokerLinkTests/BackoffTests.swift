import BrokerLink
import Testing

@Suite struct BackoffTests {
    @Test func `every wait lies between the base and three times the one before, and never above the cap`() {
        var generator = SystemRandomNumberGenerator()
        var backoff = Backoff()
        var before = backoff.base
        for _ in 0..<10_000 {
            let wait = backoff.next(random: Double.random(in: 0..<1, using: &generator))
            #expect(wait >= .milliseconds(500) && wait <= .seconds(30) && wait <= before * 3)
            before = wait
        }
    }

    @Test func `at their longest the waits grow threefold up to the cap`() {
        var backoff = Backoff()
        let waits = (0..<6).map { _ in backoff.next(random: 1) }
        #expect(waits == [1.5, 4.5, 13.5, 30, 30, 30].map { .seconds($0) })
    }

    @Test func `on average the waits grow`() {
        var early = Duration.zero
        var late = Duration.zero
        for run in 0..<200 {
            var backoff = Backoff()
            let waits = (0..<8).map { step in backoff.next(random: Double((run * 37 + step * 61) % 100) / 100) }
            early += waits[0]
            late += waits[7]
        }
        #expect(late > early * 5)
    }

    @Test func `a fleet that loses its broker at once does not come back at once`() {
        let waits = Set(
            (0..<100).map { gateway in
                var backoff = Backoff()
                return backoff.next(random: Double(gateway) / 100)
            }
        )
        #expect(waits.count == 100)
    }

    @Test(arguments: [
        // A welcome alone proves nothing.
        (stood: 0.1, delivered: false, thrownOut: true, beginsAnew: false),
        (stood: 29, delivered: false, thrownOut: false, beginsAnew: false),
        // Two gateways with one client id each get a message through before the other throws them out.
        (stood: 5, delivered: true, thrownOut: true, beginsAnew: false),
        (stood: 5, delivered: true, thrownOut: false, beginsAnew: true),
        (stood: 30, delivered: false, thrownOut: true, beginsAnew: true),
    ])
    func `only a session that proved itself begins anew`(
        _ row: (stood: Double, delivered: Bool, thrownOut: Bool, beginsAnew: Bool)
    ) {
        var backoff = Backoff()
        for _ in 0..<5 { _ = backoff.next(random: 1) }
        backoff.sessionEnded(stood: .seconds(row.stood), delivered: row.delivered, thrownOut: row.thrownOut)
        #expect(backoff.next(random: 1) == (row.beginsAnew ? .seconds(1.5) : .seconds(30)))
    }

    @Test(arguments: [-1.0, 2.0, .infinity])
    func `a random number out of range gives a wait in range`(_ random: Double) {
        var backoff = Backoff()
        let wait = backoff.next(random: random)
        #expect(wait >= backoff.base && wait <= backoff.cap)
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
