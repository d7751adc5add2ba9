internal import ModbusModel

/// What one slave has lately said and been asked, where a copy or another slave's frame could pass for it.
struct RecentFrames {
    /// How many requests are looked back upon.
    static let span = 3

    private struct Taken {
        let function: UInt8
        let dataBytes: Int
        let hash: UInt64
    }

    /// The lengths of the last answers that were asked for, the given up ones included.
    private(set) var lengths: [Int] = []
    private var taken: Taken?
    private var exceptions: [UInt64: Moment] = [:]
    /// Another answer of the same shape that has come since the last one was taken.
    private(set) var rival: [UInt8]?
    /// Whether that answer stays the one that is looked at, although others are taken.
    var isHeld = false

    mutating func asked(_ question: ReadBlock) {
        if lengths.count == Self.span { lengths.removeFirst() }
        lengths.append(question.dataBytes)
    }

    /// Notes an answer that was taken; what comes unasked from now on is compared with it.
    mutating func took(_ question: ReadBlock, _ hash: UInt64) {
        if isHeld { return }
        taken = Taken(function: question.table.readFunction, dataBytes: question.dataBytes, hash: hash)
        rival = nil
    }

    /// Notes a frame that came unasked; under another function, too, it may be the answer to the question.
    mutating func heardUnasked(_ frame: ArraySlice<UInt8>, _ hash: UInt64) {
        guard let taken, Int(frame[frame.startIndex + 2]) == taken.dataBytes, hash != taken.hash else { return }
        rival = Array(frame)
    }

    /// Notes a frame that came with the answer: a copy or a late answer, unless its function is another one.
    mutating func heardBesides(_ frame: ArraySlice<UInt8>, _ hash: UInt64) {
        if let taken, frame[frame.startIndex + 1] != taken.function { heardUnasked(frame, hash) }
    }

    /// Whether an exception was heard before, so lately that it may be the same one once more.
    mutating func isRepeated(exception hash: UInt64, at now: ContinuousClock.Instant) -> Bool {
        exceptions = exceptions.filter { $0.value.duration(to: now) < OutstandingAnswers.lifetime }
        return exceptions.updateValue(Moment(now), forKey: hash) != nil
    }
}
