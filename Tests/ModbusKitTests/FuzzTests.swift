import Foundation
import ModbusModel
import Synchronization
import Testing

@testable import ModbusKit

/// How many arbitrary frames are tried: ten thousand, or as many as `make fuzz` says.
private let frames = ProcessInfo.processInfo.environment["EDGE_FUZZ"].flatMap { Int($0) } ?? 10_000

/// Arbitrary, mutated and recorded frames.
///
/// The oracle knows the specification and nothing of the receiver: a value comes
/// only from a frame with the right slave, function, length and checksum.
@Suite struct FuzzTests {
    @Test func `the receiver takes nothing for an answer that is none`() {
        var source = ArbitraryFrames(seed: 1)
        var taken = 0
        for number in 0..<frames {
            let slave = UInt8(1 + source.below(247))
            let table = RegisterTable.allCases[source.below(4)]
            let count = 1 + source.below(table.holdsBits ? 200 : 60)
            let block = ReadBlock(table: table, span: source.below(1000)..<2000, points: []).first(count)
            guard let address = SlaveAddress(Int(slave)) else { continue }
            let data = (0..<block.dataBytes).map { _ in UInt8(source.below(256)) }
            let frame = ArbitraryFrames.sealed([slave, table.readFunction, UInt8(data.count)] + data)
            var stream: [UInt8] = []
            for _ in 0..<source.below(3) { stream += source.next(besides: frame, answering: number) }
            if source.below(4) > 0 { stream += frame }
            source.record(frame, answering: number)
            var receiver = AnswerReceiver(to: block.request(to: address), dataBytes: block.dataBytes)
            var rest = stream[...]
            while !rest.isEmpty {
                let chunk = rest.prefix(1 + source.below(20))
                rest = rest.dropFirst(chunk.count)
                guard let answer = receiver.take(chunk) else { continue }
                taken += 1
                switch answer {
                case .data(let data):
                    let whole = ArbitraryFrames.sealed([slave, table.readFunction, UInt8(block.dataBytes)] + data)
                    #expect(data.count == block.dataBytes && stream.contains(sequence: whole))
                case .exception(let code):
                    #expect(
                        stream.contains(sequence: ArbitraryFrames.sealed([slave, table.readFunction | 0x80, code])))
                }
                break
            }
            _ = (receiver.missing, receiver.rubbish, receiver.otherFrames, receiver.surplus)
        }
        #expect(taken > frames / 2, "most of the streams end with a true answer: \(taken)")
    }

    /// Each answer follows arbitrary bytes, or is missing.
    ///
    /// Eight lines at once: most of the time is silence.
    @Test func `a line on which anything may come gives the slave's own values or none`() async throws {
        let each = frames / 8
        try await withThrowingTaskGroup(of: (right: Int, none: Int).self) { group in
            for seed in 1...8 { group.addTask { try await Self.readAmong(each, seed: UInt64(seed)) } }
            for try await (right, none) in group {
                #expect(right > each * 3 / 4, "\(right) right, \(none) without a value")
                #expect(none > 0, "some answers were missing")
            }
        }
    }

    /// Whether a frame's beginning and the bytes that happen to follow it have a right checksum.
    ///
    /// One in 65 536 has. No master can tell such a frame from one that was sent, so it is not sent.
    private static func hasChanceFrame(_ stream: [UInt8], _ length: Int) -> Bool {
        (0..<length).contains { start in
            guard stream[start] == 1, start + 5 < stream.count, stream[start + 1] == 3 else { return false }
            let end = start + 5 + Int(stream[start + 2])
            return end > length && end < stream.count && ArbitraryFrames.checksum(stream[start..<end]) == 0
        }
    }

    private static func readAmong(_ count: Int, seed: UInt64) async throws -> (right: Int, none: Int) {
        let source = Mutex(ArbitraryFrames(seed: seed))
        let given = Mutex<[UInt16]>([])
        let slave = try ArbitrarySlave { request in
            let words = given.withLock { given in
                // Another value for every register at every reading.
                let base = UInt16(truncatingIfNeeded: (given.first ?? 0) &+ 7919)
                let first = UInt16(request[2]) << 8 | UInt16(request[3])
                given = [base] + (0..<UInt16(request[5])).map { (first &+ $0) &* 31 &+ base }
                return given.dropFirst()
            }
            let data = words.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
            let frame = ArbitraryFrames.sealed([request[0], request[1], UInt8(data.count)] + data)
            return source.withLock { source in
                let before =
                    source.below(2) == 0
                    ? [] : source.next(besides: frame, answering: Int(request[2]) << 8 | Int(request[3]))
                let isMissing = source.below(200) == 0
                // What was said once and is said again must be told by its length or its bytes.
                if isMissing { return before }
                source.record(frame, answering: Int(request[2]) << 8 | Int(request[3]))
                return Self.hasChanceFrame(before + frame, before.count) ? frame : before + frame
            }
        }
        defer { slave.stop() }
        // A machine that is busy with other things keeps a slave waiting; only what is missing costs so much.
        let timeout = Duration.milliseconds(300)
        let line = ModbusLine(
            LineSettings(port: slave.path, timing: SerialTiming(baud: 921_600, format: .eightN1)))
        var (right, none) = (0, 0)
        for number in 0..<count {
            let start = number % 3 * 100
            let block = ReadBlock(table: .holding, span: start..<start + 4, points: [], slack: 3)
            guard let address = SlaveAddress(1) else { break }
            do {
                let words = try await line.read(block, from: address, timeout: timeout)
                let truth = given.withLock { given in (0..<4).map { UInt16(start + $0) &* 31 &+ given[0] } }
                #expect(words == truth, "seed \(seed), reading \(number)")
                right += words == truth ? 1 : 0
            } catch {
                none += 1
                // Until the late answers that may still come are none any more, nothing is asked and no time passes.
                if error.kind == .unsettled { try await Task.sleep(for: timeout) }
            }
        }
        await line.close()
        return (right, none)
    }
}

extension ReadBlock {
    fileprivate func first(_ count: Int) -> ReadBlock {
        ReadBlock(table: table, span: span.prefix(count), points: points)
    }
}

extension [UInt8] {
    fileprivate func contains(sequence: [UInt8]) -> Bool {
        indices.contains { self[$0...].starts(with: sequence) }
    }
}
