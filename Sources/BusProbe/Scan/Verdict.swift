internal import ModbusModel

/// What became of one question.
public enum Verdict: Sendable, Hashable, Codable {
    /// The slave answered.
    case answers(FoundFrame)
    /// The slave refused with an exception, and so it is there.
    case exception(UInt8)
    /// Bytes came that are no frame: somebody is there, and the line is bad or the setting is wrong.
    case broken
    /// More came than one slave says: two slaves have this address.
    case twoVoices
    /// Only the question itself came back: the adapter echoes, and nobody answered.
    case echoOnly
    /// Nothing came.
    case silence

    /// Whether it proves that somebody listens to this address.
    public var isPresent: Bool {
        switch self {
        case .answers, .exception, .twoVoices: true
        case .broken, .echoOnly, .silence: false
        }
    }
}

extension Hearing {
    /// What the adapter gave back of our own question: 0, or its length.
    public var echoedBytes: Int {
        let frame = request.frame
        return after.bytes.starts(with: frame) ? frame.count : 0
    }

    /// What was heard after the question, without its echo.
    public var heard: [UInt8] { Array(after.bytes.dropFirst(echoedBytes)) }

    /// The frames of the slave that was asked.
    public var answers: [FoundFrame] {
        request.answers(in: heard).filter { $0.slave == request.slave.rawValue && $0.fits(request) }
    }

    /// Other slaves whose late answers to earlier questions were heard.
    public var lateSlaves: [UInt8] {
        request.answers(in: before.bytes + heard).map(\.slave).filter { $0 != request.slave.rawValue }
    }

    /// Bytes that belong to no frame.
    public var strayBytes: Int {
        before.bytes.count + heard.count - request.answers(in: heard).reduce(0) { $0 + $1.range.count }
    }

    /// What became of the question.
    public var verdict: Verdict {
        let answers = answers
        if answers.count > 1 { return .twoVoices }
        if let answer = answers.first { return answer.exception.map(Verdict.exception) ?? .answers(answer) }
        if heard.isEmpty { return echoedBytes > 0 ? .echoOnly : .silence }
        // An answer to somebody else's question says nothing of this slave.
        if request.answers(in: heard).reduce(0, { $0 + $1.range.count }) == heard.count { return .silence }
        return .broken
    }

    /// How long the slave took, from the end of the request on the wire to the answer's first byte; nil for none.
    ///
    /// What came in one portion with the rest of a frame began earlier, by the time of the other bytes.
    public var responseTime: Duration? {
        guard let answer = answers.first, let last = after.portions.last else { return nil }
        let characters = answer.range.count
        let whole = last.moment - setting.time(ofCharacters: characters)
        let first = after.portions.first { _ in true }?.moment ?? last.moment
        return max(.zero, min(first - setting.time(ofCharacters: 1), max(whole, .zero)))
    }
}

extension FoundFrame {
    /// Whether a frame can be the answer to a request: an exception, or data of the length that was asked for.
    func fits(_ request: ProbeRequest) -> Bool {
        guard function & 0x80 == 0, let expected = request.dataBytes else { return true }
        return data.count == expected + 1
    }
}
