import ModbusModel
import Synchronization
import Testing

@testable import ModbusKit

/// Two frames that both fit one request: one of them is older, or another slave's.
@Suite struct RivalAnswersTests {
    private let request = ArbitraryFrames.sealed([7, 3, 0, 10, 0, 1])
    private let one = ArbitraryFrames.sealed([7, 3, 2, 0, 1])
    private let other = ArbitraryFrames.sealed([7, 3, 2, 0, 2])
    private let refusal = ArbitraryFrames.sealed([7, 0x83, 6])

    private func receiver() -> AnswerReceiver { AnswerReceiver(to: request, dataBytes: 2) }

    @Test func `of two frames that fit and differ neither is taken`() {
        for pair in [one + other, other + one, one + refusal, refusal + one, one + [0, 0xFF] + other] {
            var receiver = receiver()
            #expect(receiver.take(pair) == nil)
            #expect(receiver.take(one) == nil, "nor what comes after them")
            #expect(receiver.copy?.count == 7)
        }
        var refusals = receiver()
        #expect(refusals.take(refusal + ArbitraryFrames.sealed([7, 0x83, 2])) == nil)
        #expect(refusals.copy == nil)
    }

    @Test func `a frame that comes twice is the answer`() {
        var receiver = receiver()
        #expect(receiver.take(one + one) == .data([0, 1]))
    }

    // MARK: What is remembered of one slave

    private let dialogue = SlaveDialogue()
    private let now = ContinuousClock.now

    private func block(_ span: Range<Int>) -> ReadBlock { ReadBlock(table: .holding, span: span, points: []) }

    private func answer(_ question: ReadBlock, _ fill: UInt8) -> ArraySlice<UInt8> {
        ArbitraryFrames.sealed(
            [7, 3, UInt8(question.dataBytes)] + [UInt8](repeating: fill, count: question.dataBytes))[...]
    }

    private func take(_ question: ReadBlock, _ fill: UInt8) {
        dialogue.answered(question, by: answer(question, fill), after: .milliseconds(20))
    }

    @Test func `the same exception twice may be one and its copy, and leaves the answer outstanding`() {
        let (first, second, third) = (block(0..<4), block(10..<14), block(20..<24))
        dialogue.refused(first, by: refusal[...], settles: false, at: now)
        #expect(dialogue.step(for: second, at: now) == .ask(second))
        dialogue.refused(second, by: refusal[...], settles: false, at: now)
        #expect(dialogue.step(for: third, at: now) == .settle(block(20..<23)))
        dialogue.refused(block(20..<23), by: refusal[...], settles: true, at: now)
        #expect(!dialogue.outstanding.isEmpty, "it has the function of what is outstanding")
    }

    @Test func `an exception is forgotten in time, and another one is no copy of it`() {
        let question = block(0..<4)
        dialogue.refused(question, by: refusal[...], settles: false, at: now)
        dialogue.refused(question, by: ArbitraryFrames.sealed([7, 0x83, 2])[...], settles: false, at: now)
        dialogue.refused(question, by: refusal[...], settles: false, at: now + .seconds(11))
        #expect(dialogue.outstanding.isEmpty)
    }

    @Test func `after a disturbance an answer that equals the last one is doubted, unless it has long been the same`() {
        let question = block(0..<4)
        for fill: UInt8 in [1, 1, 2] { take(question, fill) }
        #expect(!dialogue.isCopy(answer(question, 2), of: question), "nothing has gone wrong")
        dialogue.heardUnasked(answer(block(0..<2), 9))
        #expect(dialogue.isCopy(answer(question, 2), of: question))
        #expect(!dialogue.isCopy(answer(question, 3), of: question))
        for _ in 0..<SlaveDialogue.quiet { take(question, 2) }
        #expect(!dialogue.isCopy(answer(question, 2), of: question), "it rests")
    }

    @Test func `what comes besides under another function may be the answer, and a copy may not`() {
        let question = block(0..<4)
        take(question, 2)
        dialogue.heardBesides(answer(question, 1))
        #expect(dialogue.recent.rival == nil)
        var misnamed = Array(answer(question, 1))
        misnamed[1] = 4
        dialogue.heardBesides(misnamed[...])
        #expect(dialogue.recent.rival == misnamed)
        take(question, 3)
        #expect(dialogue.recent.rival == nil)
    }

    @Test func `settling requests take turns in their lengths, so that a copy of the last one's answer does not fit`() {
        let question = block(0..<4)
        var lengths: [Int] = []
        for _ in 0..<4 {
            dialogue.gaveUp(on: question, at: now)
            guard case .settle(let distinct) = dialogue.step(for: question, at: now) else {
                Issue.record("the question's own length is outstanding")
                return
            }
            lengths.append(distinct.dataBytes)
            take(distinct, 5)
            take(question, 6)
        }
        #expect(zip(lengths, lengths.dropFirst()).allSatisfy { $0 != $1 }, "\(lengths)")
    }
}

extension OnTheLine {
    @Suite struct RivalsOnTheLineTests {
        /// The answer of a slave to a read of its registers, each of which is 100·slave + address.
        private static func answer(_ request: [UInt8], as slave: UInt8? = nil) -> [UInt8] {
            let words = (0..<Int(request[5])).map { 100 * Int(request[0]) + Int(request[3]) + $0 }
            return ArbitraryFrames.sealed(
                [slave ?? request[0], request[1], UInt8(2 * words.count)]
                    + words.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] })
        }

        private func line(_ slave: ArbitrarySlave) -> ModbusLine {
            ModbusLine(LineSettings(port: slave.path, timing: SerialTiming(baud: 115_200, format: .eightN1)))
        }

        private let block = ReadBlock(table: .holding, span: 0..<4, points: [])

        @Test func `an older answer before the right one is not taken for it`() async throws {
            let isFirst = Atomic(true)
            let slave = try ArbitrarySlave { request in
                let older = ArbitraryFrames.sealed([request[0], 3, 8, 9, 9, 9, 9, 9, 9, 9, 9])
                let isStruck = isFirst.exchange(false, ordering: .relaxed)
                return (isStruck ? older : []) + Self.answer(request)
            }
            defer { slave.stop() }
            let line = line(slave)
            let words = try await line.read(block, from: LineFixture.address(1), timeout: .seconds(3))
            #expect(words == [100, 101, 102, 103])
            let counters = await line.counters
            #expect(counters.copies == 1, "\(counters)")
        }

        /// The first misplaced frame comes in place of an answer; the second is late, and comes to slave 2's own request.
        @Test func `a late answer under another slave's address is not taken for that slave's`() async throws {
            let count = Atomic(0)
            let slave = try ArbitrarySlave { request in
                switch count.wrappingAdd(1, ordering: .relaxed).newValue {
                // To slave 1, which repeats it: a misplaced frame, then a settling request and the question.
                case 1: Self.answer(request, as: 2)
                case 2, 3: Self.answer(request)
                // To slave 1: silence, so that it owes an answer.
                case 4: []
                // To slave 2: what slave 1 owes, and its own only when it is asked for something else.
                case 5: Self.answer([1] + request.dropFirst(), as: 2)
                case 6: Self.answer(Array(request.prefix(5)) + [4]) + Self.answer(request)
                default: Self.answer(request)
                }
            }
            defer { slave.stop() }
            let line = line(slave)
            let (one, two) = (try LineFixture.address(1), try LineFixture.address(2))
            #expect(try await line.read(block, from: one, timeout: .seconds(3)) == [100, 101, 102, 103])
            await #expect(throws: ModbusFailure.self) {
                try await line.read(block, from: one, timeout: .milliseconds(50))
            }
            #expect(try await line.read(block, from: two, timeout: .seconds(3)) == [200, 201, 202, 203])
            let counters = await line.counters
            #expect(counters.copies == 1, "\(counters)")
        }
    }
}
