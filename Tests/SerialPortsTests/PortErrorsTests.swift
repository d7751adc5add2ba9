import Testing

@testable import SerialPorts

/// What the kernel counts on a port, said by a driver of our own.
@Suite("The kernel's counters of a port", .serialized)
struct PortErrorsTests {
    private func errors(framing: Int32 = 0, overruns: Int32 = 0, parity: Int32 = 0, breaks: Int32 = 0) -> PortErrors? {
        PortErrors(of: 0) { _, request, pointer in
            guard request == 0x545D else { return -1 }
            let words = pointer.assumingMemoryBound(to: Int32.self)
            // Eleven counts; the tenth of these is the kernel's own overrun.
            for (place, count) in [100, 101, 102, 103, 104, 105, framing, overruns, parity, breaks, 1].enumerated() {
                words[place] = count
            }
            return 0
        }
    }

    @Test("are the five of the eleven that tell of errors")
    func places() throws {
        let seen = try #require(errors(framing: 2, overruns: 3, parity: 5, breaks: 7))
        #expect(seen.description == "framing 2, parity 5, overrun 4, breaks 7")
        #expect(!seen.isClean)
    }

    @Test("are nil where there are none, and not 0")
    func none() {
        #expect(PortErrors(of: 0) { _, _, _ in -1 } == nil)
        #expect(PortErrors(of: -1) == nil)
    }

    @Test("gain from one look to the next, from zero where the counting began anew")
    func gain() throws {
        let first = try #require(errors(framing: 5, overruns: 5, parity: 5, breaks: 5))
        let second = try #require(errors(framing: 7, overruns: 5, parity: 6, breaks: 2))
        let gained = second.since(first)
        #expect((gained.framing, gained.overruns, gained.parity, gained.breaks) == (2, 0, 1, 2))
        let sum = gained + gained
        #expect((sum.framing, sum.overruns, sum.parity, sum.breaks) == (4, 0, 2, 4))
    }
}
