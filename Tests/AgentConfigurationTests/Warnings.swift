import AgentConfiguration
import Testing

/// What is allowed and probably not meant.
@Suite struct Warnings {
    @Test func `points that overlap with different types are told`() throws {
        let warnings = try Sample.withPoints(
            "register: 40001, type: float32",
            "register: 40002, type: uint16",
            "register: 40010, type: uint16"
        ).parsed().warnings
        #expect(
            warnings.map(\.description) == [
                "good.yaml:7:9: slaves[0]: P1 reads uint16 at 40002, which overlaps P0 (float32 at 40001) on line 6"
            ]
        )
    }

    @Test func `the later of two overlapping points is the one that is told`() throws {
        let warnings = try Sample.withPoints("register: 40002, type: uint16", "register: 40001, type: float32")
            .parsed().warnings
        #expect(warnings.map(\.place.line) == [7])
    }

    @Test func `bits of one register are no overlap`() throws {
        let sample = Sample.withPoints(
            "register: 40001, type: uint16, bits: 0-3",
            "register: 40001, type: uint16, bits: 4-7",
            "table: input, address: 0, type: float32"
        )
        #expect(try sample.parsed().warnings.isEmpty)
    }

    @Test func `the same place in another order of the words is told`() throws {
        let sample = Sample.withPoints("register: 40001, type: uint32", "register: 40001, type: uint32, order: CDAB")
        #expect(try sample.parsed().warnings.count == 1)
    }

    @Test func `a wide point is remembered behind a narrow one`() throws {
        let sample = Sample.withPoints(
            "register: 40001, type: uint64",
            "register: 40002, type: uint16",
            "register: 40004, type: uint16"
        )
        #expect(try sample.parsed().warnings.map(\.place.line) == [7, 8])
    }
}
