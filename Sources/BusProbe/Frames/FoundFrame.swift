internal import ModbusModel

/// A frame with a right checksum, found among bytes that were received.
public struct FoundFrame: Sendable, Hashable, Codable {
    /// Who says that it sends it.
    public let slave: UInt8

    /// The function, with its highest bit set in an exception.
    public let function: UInt8

    /// What stands between function and checksum.
    public let data: [UInt8]

    /// Where it stands among the bytes that were received.
    public let range: Range<Int>

    /// The exception's code; nil for an answer that is none.
    public var exception: UInt8? { function & 0x80 != 0 ? data.first : nil }

    /// The registers of an answer to a read, nil where the lengths do not fit.
    public func words(for request: ProbeRequest) -> [UInt16]? {
        guard exception == nil, let expected = request.dataBytes, data.first.map(Int.init) == expected,
            data.count == expected + 1
        else { return nil }
        let bytes = data.dropFirst()
        guard case .read(let table, _, let count) = request.question, table.holdsBits else {
            return stride(from: bytes.startIndex, to: bytes.endIndex, by: 2)
                .map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        }
        return (0..<Int(count)).map { UInt16(bytes[bytes.startIndex + $0 / 8] >> ($0 % 8) & 1) }
    }
}

extension ProbeRequest {
    /// All frames among the bytes that could answer this request, from whichever slave, in their order.
    ///
    /// A frame is looked for at every byte, so that noise before it or after it hides nothing.
    func answers(in bytes: [UInt8]) -> [FoundFrame] {
        var found: [FoundFrame] = []
        var start = 0
        while start + 5 <= bytes.count {
            if let frame = answer(in: bytes, at: start) {
                found.append(frame)
                start = frame.range.upperBound
            } else {
                start += 1
            }
        }
        return found
    }

    private func answer(in bytes: [UInt8], at start: Int) -> FoundFrame? {
        let rest = bytes[start...]
        guard rest.count >= 5, (1...247).contains(rest[start]), rest[start + 1] & 0x7F == function,
            let length = answerLength(rest), length <= rest.count
        else { return nil }
        let frame = rest.prefix(length)
        guard FrameChecksum.fits(frame) else { return nil }
        return FoundFrame(
            slave: frame[start], function: frame[start + 1], data: Array(frame.dropFirst(2).dropLast(2)),
            range: start..<start + length)
    }
}

/// Frames of somebody else's conversation: what a line is listened to for, before anything is asked.
enum Conversation {
    /// The requests to read and to write among the bytes: another master is at work.
    static func requests(in bytes: [UInt8]) -> [FoundFrame] {
        frames(in: bytes).filter { !(1...4 ~= $0.function && $0.range.count != 8) }
    }

    /// The requests, and the answers to reads, because some adapters hear one side better than the other
    /// (Modbus V1.1b3 §6.1 to §6.6, §6.11, §6.12).
    static func frames(in bytes: [UInt8]) -> [FoundFrame] {
        var found: [FoundFrame] = []
        var start = 0
        while start + 7 <= bytes.count {
            if let frame = frame(bytes[start...]) {
                found.append(frame)
                start = frame.range.upperBound
            } else {
                start += 1
            }
        }
        return found
    }

    private static func frame(_ bytes: ArraySlice<UInt8>) -> FoundFrame? {
        let start = bytes.startIndex
        guard (1...247).contains(bytes[start]) else { return nil }
        let lengths: [Int]
        switch bytes[start + 1] {
        case 1...4: lengths = [8, 5 + Int(bytes[start + 2])]
        case 5, 6: lengths = [8]
        case 15, 16: lengths = [8] + (bytes.count > 7 ? [9 + Int(bytes[start + 6])] : [])
        default: return nil
        }
        for length in lengths where 7...bytes.count ~= length {
            let frame = bytes.prefix(length)
            guard FrameChecksum.fits(frame) else { continue }
            return FoundFrame(
                slave: bytes[start], function: bytes[start + 1], data: Array(frame.dropFirst(2).dropLast(2)),
                range: start..<start + length)
        }
        return nil
    }
}
