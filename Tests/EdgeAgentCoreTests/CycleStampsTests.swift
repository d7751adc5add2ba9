import Testing

@testable import EdgeAgentCore

@Suite struct CycleStampsTests {
    private func at(_ seconds: Int64, _ nanoseconds: Int64 = 0) -> WallClock.Moment {
        WallClock.Moment(seconds: seconds, nanoseconds: nanoseconds)
    }

    @Test func `a cycle bears the second in which it began`() {
        var stamps = CycleStamps(after: nil)
        #expect(stamps.wait(at: at(1000, 999_999_999)) == nil)
        #expect(stamps.next(at: at(1000, 999_999_999)) == 1000)
        #expect(stamps.next(at: at(1300)) == 1300)
    }

    @Test func `a second cycle in one second waits for the next second`() {
        var stamps = CycleStamps(after: nil)
        _ = stamps.next(at: at(1000))
        #expect(stamps.wait(at: at(1000, 400_000_000)) == .milliseconds(600))
        #expect(stamps.wait(at: at(1001)) == nil)
    }

    @Test func `no stamp is given twice across a restart in the same second`() {
        let stamps = CycleStamps(after: 1000)
        #expect(stamps.wait(at: at(1000, 250_000_000)) == .milliseconds(750))
    }

    @Test func `a clock that was set back neither stops the cycles nor repeats a stamp`() {
        var stamps = CycleStamps(after: 1_209_600)
        #expect(stamps.wait(at: at(100)) == nil, "two weeks are not waited out")
        #expect(stamps.next(at: at(100)) == 1_209_601)
        #expect(stamps.next(at: at(400)) == 1_209_602)
        #expect(stamps.next(at: at(1_300_000)) == 1_300_000)
    }

    @Test func `a clock behind the last stamp is told by how much`() {
        var stamps = CycleStamps(after: nil)
        #expect(stamps.ahead(of: at(5)) == 0)
        _ = stamps.next(at: at(1000))
        #expect(stamps.ahead(of: at(400)) == 600)
        #expect(stamps.ahead(of: at(1001)) == 0)
    }

    @Test func `a gateway that boots in 1970 stamps from zero on`() {
        var stamps = CycleStamps(after: nil)
        #expect(stamps.next(at: at(0)) == 0)
        #expect(stamps.next(at: at(0)) == 1)
    }
}
