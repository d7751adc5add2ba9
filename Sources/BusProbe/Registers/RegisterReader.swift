public import ModbusModel

/// Reads any span of a slave's table, however many requests it takes and whatever the slave refuses of it.
public actor RegisterReader {
    private let line: ProbeLine
    private let slave: SlaveAddress
    private let table: RegisterTable
    /// Spans that were refused whole in an earlier reading, so that a watch does not ask for them every second.
    private var refused: Set<Int> = []

    /// What became of the last question.
    public private(set) var lastVerdict: Verdict?

    /// How long a slave may take.
    static let wait: Duration = .seconds(1)

    /// Registers of one request: what nearly every meter gives at once.
    static let chunk = 32

    /// Reads a table of a slave on a line that has its setting.
    public init(_ line: ProbeLine, slave: SlaveAddress, table: RegisterTable) {
        self.line = line
        self.slave = slave
        self.table = table
    }

    /// Reads a span; nil for what the slave refused or did not answer.
    public func read(from start: Int, count: Int) async throws(ProbeFault) -> [UInt16?] {
        var words: [UInt16?] = []
        for first in stride(from: start, to: start + count, by: Self.chunk) {
            words += try await read(first..<min(first + Self.chunk, start + count))
        }
        return words
    }

    /// A refused span is halved until only what the slave really lacks is left out.
    private func read(_ span: Range<Int>) async throws(ProbeFault) -> [UInt16?] {
        let nothing = [UInt16?](repeating: nil, count: span.count)
        guard !span.allSatisfy(refused.contains), !Task.isCancelled else { return nothing }
        let request = ProbeRequest(
            .read(table, address: UInt16(span.lowerBound), count: UInt16(span.count)), to: slave)
        for _ in 0..<3 {
            let hearing = try await line.ask(request, wait: Self.wait)
            lastVerdict = hearing.verdict
            switch hearing.verdict {
            case .answers(let frame):
                if let words = frame.words(for: request) { return words }
            case .exception(let code):
                guard [2, 3, 4].contains(code), span.count > 1 else {
                    if code != 6 { refused.formUnion(span) }
                    return nothing
                }
                let middle = span.lowerBound + span.count / 2
                return try await read(span.lowerBound..<middle) + read(middle..<span.upperBound)
            case .broken, .twoVoices, .echoOnly, .silence: continue
            }
        }
        return nothing
    }
}
