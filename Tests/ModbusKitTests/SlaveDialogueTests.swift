import ModbusModel
import Testing

@testable import ModbusKit

@Suite struct SlaveDialogueTests {
    private let dialogue = SlaveDialogue()
    private let now = ContinuousClock.now

    private func block(_ span: Range<Int>, slack: Int = 0) -> ReadBlock {
        ReadBlock(table: .holding, span: span, points: [], slack: slack)
    }

    /// The answer with these data bytes, as it is heard and remembered.
    private func answer(_ question: ReadBlock, _ fill: UInt8) -> ArraySlice<UInt8> {
        ArbitraryFrames.sealed(
            [1, question.table.readFunction, UInt8(question.dataBytes)]
                + [UInt8](repeating: fill, count: question.dataBytes))[...]
    }

    private func take(_ question: ReadBlock, _ fill: UInt8) {
        dialogue.answered(question, by: answer(question, fill), after: .milliseconds(20))
    }

    @Test func `two requests in a row have answers of different lengths where a register more can be had`() {
        let question = block(0..<4, slack: 3)
        var last = 0
        for _ in 0..<10 {
            guard case .ask(let form) = dialogue.step(for: question, at: now) else {
                Issue.record("nothing is outstanding")
                return
            }
            #expect(form.dataBytes != last && form.span.count <= 5)
            last = form.dataBytes
            take(form, 1)
        }
    }

    @Test func `without a register more the same is asked again, unless the reading has to be another`() {
        let question = block(0..<1)
        take(question, 1)
        #expect(dialogue.step(for: question, at: now) == .ask(question))
        guard case .settle(let distinct) = dialogue.step(for: question, isStrict: true, at: now) else {
            Issue.record("a copy of the last answer would fit")
            return
        }
        #expect(distinct.dataBytes != question.dataBytes)
    }

    @Test func `a form that was refused is left alone for a while, and the other side is tried`() {
        let question = block(10..<14, slack: 1)
        take(question, 1)
        var asked: [Range<Int>] = []
        for _ in 0..<3 {
            guard case .ask(let form) = dialogue.step(for: question, at: now) else { break }
            asked.append(form.span)
            if form.span != question.span { dialogue.refused(form, at: now) }
        }
        #expect(asked == [10..<15, 9..<14, 10..<14])
        #expect(dialogue.step(for: question, at: now + .seconds(61)) == .ask(block(10..<15)))
    }

    @Test func `an outstanding answer is avoided by a register more, and else settled`() {
        dialogue.gaveUp(on: block(0..<4), at: now)
        #expect(dialogue.step(for: block(20..<24, slack: 3), at: now) == .ask(block(20..<25)))
        #expect(dialogue.step(for: block(20..<24), at: now) == .settle(block(20..<23)))
    }

    @Test func `bytes that answered another question are a copy until they are proven`() {
        let (first, second) = (block(0..<4), block(10..<14))
        take(first, 7)
        #expect(!dialogue.isCopy(answer(first, 7), of: first), "the same question may have the same answer")
        #expect(dialogue.isCopy(answer(second, 7), of: second))
        #expect(!dialogue.isCopy(answer(second, 8), of: second))
        dialogue.gaveUp(on: second, copy: Array(answer(second, 7)), at: now)
        dialogue.took([0x0707, 0x0707, 0x0707, 0x0707], for: second)
        #expect(!dialogue.isCopy(answer(second, 7), of: second), "asked again it was the same: it holds the same")
    }

    @Test func `a settling request proves what was doubted, and no other copy that comes just then`() {
        let (first, second) = (block(0..<4), block(10..<14))
        take(first, 7)
        take(first, 8)
        dialogue.gaveUp(on: second, copy: Array(answer(second, 7)), at: now)
        #expect(!dialogue.isCopy(answer(second, 7), of: second, isSettled: true))
        #expect(dialogue.isCopy(answer(second, 8), of: second, isSettled: true))
        let longer = block(10..<15)
        #expect(!dialogue.isCopy(answer(longer, 7), of: longer, isSettled: true), "said of the same items")
    }

    @Test func `what was taken for a copy and was one stays one`() {
        let (first, second) = (block(0..<4), block(10..<14))
        take(first, 7)
        dialogue.gaveUp(on: second, copy: Array(answer(second, 7)), at: now)
        dialogue.took([1, 2, 3, 4], for: second)
        #expect(dialogue.isCopy(answer(second, 7), of: second))
    }

    @Test func `where the length cannot change, an answer that always moved and now does not is doubted`() {
        let question = block(0..<1)
        for value in 1...5 { take(question, UInt8(value)) }
        #expect(dialogue.isCopy(answer(question, 5), of: question))
        #expect(!dialogue.isCopy(answer(question, 6), of: question))
        // It truly rests: nothing is doubted any more until it has moved for a while.
        take(question, 5)
        #expect(!dialogue.isCopy(answer(question, 5), of: question))
        take(question, 6)
        #expect(!dialogue.isCopy(answer(question, 6), of: question))
    }

    @Test func `a late answer is remembered with the question that it answers`() {
        let (late, other) = (block(0..<4), block(10..<14))
        dialogue.gaveUp(on: late, at: now)
        dialogue.heardUnasked(answer(late, 5))
        #expect(!dialogue.isCopy(answer(late, 5), of: late))
        #expect(dialogue.isCopy(answer(other, 5), of: other))
    }

    @Test func `lengths that other slaves owe are avoided where that costs nothing`() {
        #expect(dialogue.step(for: block(0..<4, slack: 3), avoiding: [8], at: now) == .ask(block(0..<5)))
        #expect(dialogue.step(for: block(0..<4), avoiding: [8], at: now) == .ask(block(0..<4)))
    }
}

@Suite struct ResponseTimesTests {
    private func times(_ milliseconds: [Int]) -> ResponseTimes {
        var times = ResponseTimes()
        for time in milliseconds { times.note(.milliseconds(time)) }
        return times
    }

    @Test func `few answers say nothing, and old ones are forgotten`() {
        #expect(times(Array(repeating: 20, count: 15)).median == nil)
        let all = times(Array(repeating: 500, count: 200) + Array(repeating: 20, count: 128))
        #expect(all.median == .milliseconds(20) && all.p99 == .milliseconds(20) && all.count == 128)
    }

    @Test func `the proposed timeout is ten times the slowest of a hundred, and no less than 200 ms`() {
        #expect(times(Array(repeating: 4, count: 50)).proposedTimeout == .milliseconds(200))
        #expect(times(Array(repeating: 43, count: 50)).proposedTimeout == .milliseconds(450))
        #expect(times(Array(repeating: 900, count: 50)).proposedTimeout == .seconds(5))
    }

    /// Two points with a hole of thirty registers: a slow slave is better asked once, a quick one twice.
    @Test func `the plan follows the turnaround, and does not go back for a breath of wind`() throws {
        let timing = SerialTiming(baud: 9600, format: .eightN1)
        let points = try [0, 31].map { try PointDefinition(address: RegisterAddress(.holding, $0), type: .uint16) }
        let slave = PolledSlave(
            address: try #require(SlaveAddress(1)), timeout: .seconds(1),
            limits: ReadLimits(maximumGap: ReadLimits.breakEvenGap(timing)), points: points, timing: timing)
        #expect(slave.plan.count == 2)
        #expect(slave.betterPlan(than: slave.plan, turnaround: .milliseconds(20)) == nil)
        let once = try #require(slave.betterPlan(than: slave.plan, turnaround: .milliseconds(80)))
        #expect(once.count == 1)
        // Break-even is at 45 ms, where the hole takes as long as the second request.
        #expect(
            slave.betterPlan(than: once, turnaround: .milliseconds(43)) == nil, "within a twentieth nothing changes")
        #expect(slave.betterPlan(than: once, turnaround: .milliseconds(20))?.count == 2)
    }

    @Test func `the plan says what is read along and why a block ends`() throws {
        let timing = SerialTiming(baud: 9600, format: .eightN1)
        let points = try [0, 3, 29, 30, 31].map {
            try PointDefinition(address: RegisterAddress(.holding, $0), type: .uint16)
        }
        let slave = PolledSlave(
            address: try #require(SlaveAddress(1)), timeout: .seconds(1),
            limits: ReadLimits(maximumRegisters: 5, maximumGap: 8), points: points)
        let limited = PolledSlave(
            address: try #require(SlaveAddress(1)), timeout: .seconds(1),
            limits: ReadLimits(maximumRegisters: 2, maximumGap: 8), points: points)
        #expect(
            slave.reasons(on: timing).map(\.description) == [
                "40001×4: 2 points; 2 read along in 4.2 ms, where another request takes 26.6 ms; "
                    + "ends before a hole of 25", "40030×3: 3 points",
            ])
        #expect(
            limited.reasons(on: timing).map(\.end) == [
                .limit(2), .hole(25), .limit(2), .lastPoint,
            ])
    }
}
