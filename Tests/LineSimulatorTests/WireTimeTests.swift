import LineSimulator
import Testing

@Suite struct TimeOnTheWire {
    @Test(arguments: [
        (9_600, WireTime.Format.eightN1, 1, 1_041_667), (9_600, .eightN1, 8, 8_333_334),
        (9_600, .eightE1, 8, 9_166_667), (19_200, .eightO1, 1, 572_917), (19_200, .eightN2, 255, 146_093_750),
        (115_200, .eightN1, 1, 86_806), (115_200, .eightE1, 1, 95_487),
    ])
    func `a frame takes its bits over the speed`(
        baud: Int,
        format: WireTime.Format,
        characters: Int,
        expected: Int64
    ) {
        let wire = WireTime(baud: baud, format: format)
        #expect(wire.frame(characters: characters) == .nanoseconds(expected))
    }

    @Test(arguments: [(1_200, 32_083_334), (9_600, 4_010_417), (19_200, 2_005_209), (38_400, 1_750_000)])
    func `the silence is fixed above 19200 baud`(baud: Int, expected: Int64) {
        #expect(WireTime(baud: baud).silence == .nanoseconds(expected))
    }

    @Test func `a slave turns round in 20 ms, on a slow line in the silence, and as told`() {
        #expect(WireTime(baud: 9_600).turnaround() == .milliseconds(20))
        #expect(WireTime(baud: 1_200).turnaround() == WireTime(baud: 1_200).silence)
        #expect(WireTime(baud: 1_200).turnaround(.milliseconds(1)) == .milliseconds(1))
    }

    @Test func `an exchange is request, turnaround, answer and silence`() {
        let wire = WireTime(baud: 9_600)
        #expect(
            wire.read(.holdingRegisters, count: 10) == .nanoseconds(8_333_334 + 20_000_000 + 26_041_667 + 4_010_417)
        )
        #expect(wire.read(.coils, count: 9) == wire.exchange(requestCharacters: 8, answerCharacters: 7))
    }
}
