internal import ModbusModel

/// What one slave may still send in answer to requests that were given up.
///
/// RTU frames carry no transaction number: a late answer to one request passes every check of the next one to the same
/// slave that has the same function and length, and from then on every value is shifted by one request. So a request
/// whose answer could be taken for an outstanding one is not sent until the slave has answered another one that could
/// not. A slave answers in the order in which it was asked; so that other answer proves that nothing older is left.
struct OutstandingAnswers {
    /// All that tells one answer from another: the function and the number of data bytes.
    struct Shape: Hashable {
        let function: UInt8
        let dataBytes: Int

        init(_ block: ReadBlock) {
            function = block.table.readFunction
            dataBytes = block.dataBytes
        }
    }

    /// No meter answers later than this: after it an answer is taken for lost.
    static let lifetime: Duration = .seconds(10)

    private var expected: [Shape: Moment] = [:]

    /// Whether nothing is outstanding.
    var isEmpty: Bool { expected.isEmpty }

    /// Notes that a request was given up and its answer may still come.
    mutating func gaveUp(on block: ReadBlock, at now: ContinuousClock.Instant) {
        expected[Shape(block)] = Moment(now)
    }

    /// Notes that the slave answered a request that could not be mistaken: nothing older is left.
    mutating func settled() { expected.removeAll() }

    /// Forgets what is older than any answer can be.
    mutating func expire(at now: ContinuousClock.Instant) {
        guard !expected.isEmpty else { return }
        expected = expected.filter { $0.value.duration(to: now) < Self.lifetime }
    }

    /// Whether the answer to a block could be taken for an outstanding one.
    func couldBeMistaken(_ block: ReadBlock) -> Bool { expected[Shape(block)] != nil }

    /// Whether an exception could be the answer to an outstanding request: it carries the function and no length.
    func couldMistakeException(to block: ReadBlock) -> Bool {
        expected.keys.contains { $0.function == block.table.readFunction }
    }

    /// A request to the same slave whose answer cannot be mistaken; nil if every candidate is outstanding too.
    ///
    /// A shorter read of the same block is best, because the slave certainly has those registers. Where the block is
    /// too short for that, another function is asked for: even an exception to it proves the order.
    func distinct(from block: ReadBlock) -> ReadBlock? {
        let step = block.table.holdsBits ? 8 : 1
        let shorter = stride(from: block.span.count - step, through: 1, by: -step).lazy
            .map { ReadBlock(table: block.table, span: block.span.prefix($0), points: []) }
            .first { !couldBeMistaken($0) }
        if let shorter { return shorter }
        return RegisterTable.allCases.lazy
            .map { ReadBlock(table: $0, span: block.span.prefix(1), points: []) }
            .first { !couldMistakeException(to: $0) && $0.table != block.table }
    }
}
