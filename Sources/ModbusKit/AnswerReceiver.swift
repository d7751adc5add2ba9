internal import ModbusModel

/// Finds the answer to one request among whatever the line brings: noise, an echo, frames of others, copies.
///
/// Pure: it is given bytes and knows no port and no clock. It takes a frame for the answer only if slave, function,
/// length and checksum fit, wherever among the bytes it stands.
struct AnswerReceiver: LineReceiver {
    /// What the slave said.
    enum Answer: Equatable {
        /// The data bytes.
        case data([UInt8])
        /// An exception code (Modbus V1.1b3 §7).
        case exception(UInt8)
    }

    /// What came that was not the answer.
    enum Rubbish: Equatable {
        /// Nothing, or only an echo.
        case nothing
        /// The answer's beginning, and then too few bytes or a wrong checksum.
        case brokenAnswer
        /// Frames that nobody asked for, or bytes that are no frame.
        case other
    }

    private let request: [UInt8]
    private let dataBytes: Int
    private let isCopy: (ArraySlice<UInt8>) -> Bool

    private(set) var bytes: [UInt8] = []
    /// Whether the request itself came back, as an adapter does that hears its own transmitter.
    private(set) var hasEcho = false
    /// A frame that fits and equals, byte for byte, an answer that was given to another question; or that is not the
    /// only one that fits.
    private(set) var copy: [UInt8]?
    /// The frame that was taken for the answer.
    private(set) var frame: ArraySlice<UInt8> = []

    /// Awaits the answer to a request frame; `isCopy` says whether a frame was seen as the answer to another request.
    init(to request: [UInt8], dataBytes: Int, isCopy: @escaping (ArraySlice<UInt8>) -> Bool = { _ in false }) {
        self.request = request
        self.dataBytes = dataBytes
        self.isCopy = isCopy
        bytes.reserveCapacity(5 + dataBytes)
    }

    /// Takes what has arrived; gives the answer as soon as it is whole.
    mutating func take(_ chunk: some Sequence<UInt8>) -> Answer? {
        bytes += chunk
        if !hasEcho {
            // Not yet told from an answer that begins alike.
            if bytes.count < request.count, request.starts(with: bytes) { return nil }
            if bytes.starts(with: request) {
                hasEcho = true
                bytes.removeFirst(request.count)
            }
        }
        var answer: ArraySlice<UInt8>?
        for start in bytes.indices where start >= answer?.endIndex ?? 0 {
            guard let found = answerFrame(at: start) else { continue }
            let isException = found[start + 1] >= 0x80
            if !isException, isCopy(found) {
                copy = Array(found)
            } else if let first = answer, !first.elementsEqual(found) {
                // One request has one answer: one of the two is older, and nobody can say which.
                copy = [found, first].first { $0.count == 5 + dataBytes && $0[$0.startIndex + 1] < 0x80 }.map(
                    Array.init)
                return nil
            } else {
                answer = answer ?? found
            }
        }
        guard let answer else { return nil }
        frame = answer
        let (function, code) = (answer[answer.startIndex + 1], answer[answer.startIndex + 2])
        return function >= 0x80 ? .exception(code) : .data(Array(answer.dropFirst(3).dropLast(2)))
    }

    /// How many bytes the answer still lacks; nil where it has not begun, and where it is there but for its checksum.
    var missing: Int? {
        guard let start = beginning else { return nil }
        let isException = start + 1 < bytes.count && bytes[start + 1] >= 0x80
        let missing = (isException ? 5 : 5 + dataBytes) - (bytes.count - start)
        return missing > 0 ? missing : nil
    }

    /// What came instead, when nothing more will come.
    var rubbish: Rubbish {
        if bytes.isEmpty { return .nothing }
        return beginning != nil ? .brokenAnswer : .other
    }

    /// The frames with a right checksum, whoever sent them, that are not the answer.
    var otherFrames: [ArraySlice<UInt8>] {
        Self.frames(in: bytes).filter { $0.indices != frame.indices || frame.isEmpty }
    }

    /// The slave that was asked.
    var slave: SlaveAddress? { SlaveAddress(Int(request[0])) }

    /// How many bytes are not the answer's.
    var surplus: Int { bytes.count - frame.count }

    /// Where the answer seems to begin, as far as it is there.
    private var beginning: Int? {
        bytes.indices.first { start in
            guard bytes[start] == request[0] else { return false }
            guard start + 1 < bytes.count else { return true }
            guard bytes[start + 1] == request[1] else { return bytes[start + 1] == request[1] | 0x80 }
            return start + 2 == bytes.count || Int(bytes[start + 2]) == dataBytes
        }
    }

    private func answerFrame(at start: Int) -> ArraySlice<UInt8>? {
        guard start + 5 <= bytes.count, bytes[start] == request[0] else { return nil }
        let length: Int
        if bytes[start + 1] == request[1], Int(bytes[start + 2]) == dataBytes {
            length = 5 + dataBytes
        } else if bytes[start + 1] == request[1] | 0x80 {
            length = 5
        } else {
            return nil
        }
        guard start + length <= bytes.count else { return nil }
        let found = bytes[start..<start + length]
        return Checksum.isRight(found) ? found : nil
    }

    /// The answers with a right checksum that stand among some bytes, one behind the other.
    static func frames(in bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var frames: [ArraySlice<UInt8>] = []
        var start = 0
        while start + 5 <= bytes.count {
            let isException = bytes[start + 1] >= 0x81 && bytes[start + 1] <= 0x84
            let isAnswer = (1...4).contains(bytes[start + 1])
            let length = isException ? 5 : 5 + Int(bytes[start + 2])
            if isException || isAnswer, start + length <= bytes.count, Checksum.isRight(bytes[start..<start + length]) {
                frames.append(bytes[start..<start + length])
                start += length
            } else {
                start += 1
            }
        }
        return frames
    }
}
