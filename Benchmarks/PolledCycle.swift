import LineSimulator

/// One cycle as the line saw it.
struct PolledCycle: Sendable {
    let exchanges: [Exchange]
    let silence: Duration

    /// From the first request's first byte to the last answer's last byte, and the silence after it.
    var time: Duration {
        guard let first = exchanges.first, let end = exchanges.last?.answerEnd else { return .zero }
        return .nanoseconds(end - first.requestStart) + silence
    }

    /// What the simulator's own lateness added: the master cannot know of an answer before it gets it.
    ///
    /// The last answer is not counted, because the cycle ends when its last bit was due.
    var lateness: Duration { exchanges.dropLast().reduce(.zero) { $0 + ($1.lateness ?? .zero) } }

    /// Whether every request was answered.
    var isComplete: Bool { exchanges.allSatisfy { $0.answerEnd != nil } }

    /// Cuts what a line saw into cycles: one begins where the first slave is asked again after another.
    static func cut(_ exchanges: [Exchange], silence: Duration) -> [PolledCycle] {
        var groups: [[Exchange]] = []
        for exchange in exchanges {
            if groups.isEmpty || (exchange.slave == 1 && groups[groups.count - 1].last?.slave != 1) {
                groups.append([])
            }
            groups[groups.count - 1].append(exchange)
        }
        return groups.map { PolledCycle(exchanges: $0, silence: silence) }
    }
}
