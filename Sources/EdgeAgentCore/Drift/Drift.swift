public import ModbusModel

/// In what a line can have become worse than it was when it was measured.
public enum DriftKind: String, Sendable, CaseIterable {
    /// More requests bring no whole answer.
    case loss
    /// Answers begin later.
    case slow
    /// The port receives more damaged characters.
    case noise
}

/// One thing that has become worse.
public struct Drift: Sendable, Hashable {
    /// In what.
    public let kind: DriftKind
    /// The slave; nil for the line, which is two slaves at the least.
    public let slave: SlaveAddress?
}

/// What is counted of a slave, or of a line.
enum DriftMark {
    /// Requests without a whole answer, of all.
    case failed
    /// Answers behind the limit that the baseline's 95 % make, of all answers.
    case late
    /// Answers behind the limit that its 99 % make.
    case veryLate
    /// Requests around which a damaged character came.
    case noise

    /// The marks of a kind: any of them raises the alarm, and all of them have to be well to clear it.
    static func of(_ kind: DriftKind) -> [DriftMark] {
        switch kind {
        case .loss: [.failed]
        case .slow: [.late, .veryLate]
        case .noise: [.noise]
        }
    }
}

/// What was counted, mark by mark.
struct Sighting: Sendable, Hashable {
    private var failed = Tally()
    private var late = Tally()
    private var veryLate = Tally()
    private var noise = Tally()

    subscript(mark: DriftMark) -> Tally {
        get {
            switch mark {
            case .failed: failed
            case .late: late
            case .veryLate: veryLate
            case .noise: noise
            }
        }
        set {
            switch mark {
            case .failed: failed = newValue
            case .late: late = newValue
            case .veryLate: veryLate = newValue
            case .noise: noise = newValue
            }
        }
    }

    /// Requests that were sent.
    var requests: Int { failed.chances }

    static func + (left: Sighting, right: Sighting) -> Sighting {
        var sum = left
        sum.failed = left.failed + right.failed
        sum.late = left.late + right.late
        sum.veryLate = left.veryLate + right.veryLate
        sum.noise = left.noise + right.noise
        return sum
    }
}
