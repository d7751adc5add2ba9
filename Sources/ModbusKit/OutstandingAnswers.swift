internal import ModbusModel

/// What one slave may still send in answer to requests that were given up.
///
/// RTU frames carry no transaction number: a late answer to one request passes every check of the next one to the same
/// slave that has the same length, and from then on every value is shifted by one request. So a request whose answer
/// could be taken for an outstanding one is not sent until the slave has answered another one that could not. A slave
/// answers in the order in which it was asked; so that other answer proves that nothing older is left.
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

    private var expected: [Shape: (since: Moment, question: ReadBlock)] = [:]

    /// Whether nothing is outstanding.
    var isEmpty: Bool { expected.isEmpty }

    /// The lengths of all answers that may still come.
    var lengths: [Int] { expected.keys.map(\.dataBytes) }

    /// The lengths of the answers that may still come at a moment.
    func lengths(at now: ContinuousClock.Instant) -> [Int] {
        expected.lazy.filter { $0.value.since.duration(to: now) < Self.lifetime }.map(\.key.dataBytes)
    }

    /// Notes that a request was given up and its answer may still come.
    mutating func gaveUp(on block: ReadBlock, at now: ContinuousClock.Instant) {
        expected[Shape(block)] = (Moment(now), block)
    }

    /// Notes that the slave answered a request that could not be mistaken: nothing older is left.
    mutating func settled() { expected.removeAll() }

    /// Forgets what is older than any answer can be.
    mutating func expire(at now: ContinuousClock.Instant) {
        guard !expected.isEmpty else { return }
        expected = expected.filter { $0.value.since.duration(to: now) < Self.lifetime }
    }

    /// What a frame with this function and length answers, if it is one that was given up.
    func question(function: UInt8, dataBytes: Int) -> ReadBlock? {
        expected.first { $0.key.function == function && $0.key.dataBytes == dataBytes }?.value.question
    }

    /// Whether the answer to a block could be taken for an outstanding one.
    func couldBeMistaken(_ block: ReadBlock) -> Bool { expected[Shape(block)] != nil }

    /// Whether an exception could be the answer to an outstanding request: it carries the function and no length.
    func couldMistakeException(to block: ReadBlock) -> Bool {
        expected.keys.contains { $0.function == block.table.readFunction }
    }

    /// Requests to the same slave whose answers cannot be mistaken; none if every candidate is outstanding too.
    ///
    /// A shorter read of the same block is best, because the slave certainly has those registers. Where the block is
    /// too short for that, another function is asked for: even an exception to it proves the order.
    func distinct(from block: ReadBlock) -> [ReadBlock] {
        block.shorterForms.filter { !couldBeMistaken($0) }
            + RegisterTable.allCases
            .map { ReadBlock(table: $0, span: block.span.prefix(1), points: []) }
            .filter { !couldMistakeException(to: $0) && $0.table != block.table }
    }
}
