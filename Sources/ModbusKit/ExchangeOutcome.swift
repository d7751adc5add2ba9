/// What became of one request to a slave.
public enum ExchangeOutcome: Sendable, Hashable {
    /// Values came; the first byte of them so long after the end of the request.
    case answered(after: Duration)
    /// A whole exception came.
    case refused
    /// Something came that was no whole answer.
    case broken
    /// Nothing came.
    case lost
}

/// The outcomes of one slave's requests, until somebody takes them.
struct ExchangeRecord {
    /// How many are kept where nobody takes them; older ones are forgotten.
    static let most = 4096

    private var outcomes: [ExchangeOutcome] = []

    mutating func note(_ outcome: ExchangeOutcome) {
        if outcomes.count == Self.most { outcomes.removeFirst(Self.most / 2) }
        outcomes.append(outcome)
    }

    mutating func take() -> [ExchangeOutcome] {
        defer { outcomes.removeAll(keepingCapacity: true) }
        return outcomes
    }
}
