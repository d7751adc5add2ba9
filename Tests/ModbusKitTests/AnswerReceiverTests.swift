import ModbusModel
import Testing

@testable import ModbusKit

@Suite struct AnswerReceiverTests {
    /// Slave 7, function 3, from address 10 two registers.
    private let request = ArbitraryFrames.sealed([7, 3, 0, 10, 0, 2])
    private let answer = ArbitraryFrames.sealed([7, 3, 4, 0x12, 0x34, 0x56, 0x78])
    private let data: [UInt8] = [0x12, 0x34, 0x56, 0x78]

    private func receiver(isCopy: @escaping (ArraySlice<UInt8>) -> Bool = { _ in false }) -> AnswerReceiver {
        AnswerReceiver(to: request, dataBytes: 4, isCopy: isCopy)
    }

    @Test func `a request is what the specification says`() throws {
        let block = ReadBlock(table: .holding, span: 10..<12, points: [])
        #expect(block.request(to: try #require(SlaveAddress(7))) == request)
    }

    @Test(
        arguments: [
            [], [0x00], [0xFF, 0x00], [7], [7, 3], [7, 3, 4], [7, 0x83], [7, 3, 4, 1, 2, 3, 4, 0, 0],
            ArbitraryFrames.sealed([8, 3, 4, 1, 2, 3, 4]), ArbitraryFrames.sealed([7, 4, 4, 1, 2, 3, 4]),
            ArbitraryFrames.sealed([7, 3, 6, 1, 2, 3, 4, 5, 6]), ArbitraryFrames.sealed([7, 3, 0, 10, 0, 2]),
        ] as [[UInt8]])
    func `the answer is found behind anything, byte by byte and at once`(before: [UInt8]) {
        var atOnce = receiver()
        #expect(atOnce.take(before + answer) == .data(data))
        var byByte = receiver()
        var found: [AnswerReceiver.Answer] = []
        for byte in before + answer {
            if let answer = byByte.take([byte]) { found.append(answer) }
        }
        #expect(found == [.data(data)])
    }

    @Test func `an echo is no answer, however much its address looks like a length`() {
        // Address 0x0400: the echo's third byte is the answer's number of bytes.
        let request = ArbitraryFrames.sealed([7, 3, 0x04, 0x00, 0, 2])
        var receiver = AnswerReceiver(to: request, dataBytes: 4)
        #expect(receiver.take(request) == nil)
        #expect(receiver.hasEcho && receiver.rubbish == .nothing)
        #expect(receiver.take(answer) == .data(data))
    }

    @Test func `an exception is one only with its checksum`() {
        var whole = receiver()
        #expect(whole.take(ArbitraryFrames.sealed([7, 0x83, 2])) == .exception(2))
        var broken = receiver()
        #expect(broken.take([7, 0x83, 2, 0, 0]) == nil)
        #expect(broken.rubbish == .brokenAnswer)
    }

    @Test func `a copy is put aside and the answer behind it is taken`() {
        let copy = ArbitraryFrames.sealed([7, 3, 4, 9, 9, 9, 9])
        var receiver = receiver { Array($0) == copy }
        #expect(receiver.take(copy) == nil)
        #expect(receiver.copy == copy)
        #expect(receiver.take(answer) == .data(data))
        #expect(receiver.otherFrames.map { Array($0) } == [copy])
    }

    @Test func `what is missing is known from the first byte on`() {
        var receiver = receiver()
        #expect(receiver.missing == nil)
        _ = receiver.take([7])
        #expect(receiver.missing == 8)
        _ = receiver.take([3, 4])
        #expect(receiver.missing == 6)
        _ = receiver.take(answer[3..<8])
        #expect(receiver.missing == 1)
    }
}
