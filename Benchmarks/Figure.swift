import Foundation

/// One line of the table.
struct Figure: Encodable {
    /// What a figure must not exceed, or must reach.
    enum Goal {
        /// The figure itself is at most so much.
        case measured(Double)
        /// Its ratio to the limit is at most so much.
        case ratio(Double)
        /// Its ratio to the limit is at least so much.
        case ratioAtLeast(Double)
    }

    let name: String
    let measured: Double
    let unit: String
    /// What it is compared with, and what that is.
    var limit: Double?
    var limitName = ""
    var goal: Goal?
    var remarks: [String] = []
    var disturbances: [String] = []

    var ratio: Double? { limit.map { measured / $0 } }

    /// Whether the goal was reached; nil where there is none.
    var isReached: Bool? {
        switch goal {
        case .measured(let bound): measured <= bound
        case .ratio(let bound): ratio.map { $0 <= bound }
        case .ratioAtLeast(let bound): ratio.map { $0 >= bound }
        case nil: nil
        }
    }

    /// A number with as many digits as mean something.
    static func text(_ number: Double) -> String {
        let digits = abs(number) >= 100 ? 0 : abs(number) >= 10 ? 1 : 2
        return number == number.rounded() ? String(Int(number)) : String(format: "%.\(digits)f", number)
    }

    /// A number with the figure's unit.
    func quantity(_ number: Double) -> String { unit.isEmpty ? Self.text(number) : "\(Self.text(number)) \(unit)" }

    /// A ratio.
    static func three(_ ratio: Double) -> String { String(format: "%.3f", ratio) }

    private enum Key: String, CodingKey {
        case name, measured, unit, limit, limitName, ratio, goal, goalIs, reached, remarks, disturbances
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(name, forKey: .name)
        try container.encode(measured, forKey: .measured)
        try container.encode(unit, forKey: .unit)
        try container.encodeIfPresent(limit, forKey: .limit)
        if limit != nil { try container.encode(limitName, forKey: .limitName) }
        try container.encodeIfPresent(ratio, forKey: .ratio)
        switch goal {
        case .measured(let bound):
            try container.encode(bound, forKey: .goal)
            try container.encode("measured", forKey: .goalIs)
        case .ratio(let bound):
            try container.encode(bound, forKey: .goal)
            try container.encode("ratio", forKey: .goalIs)
        case .ratioAtLeast(let bound):
            try container.encode(bound, forKey: .goal)
            try container.encode("ratioAtLeast", forKey: .goalIs)
        case nil: break
        }
        try container.encodeIfPresent(isReached, forKey: .reached)
        try container.encode(remarks, forKey: .remarks)
        try container.encode(disturbances, forKey: .disturbances)
    }
}

extension [Double] {
    /// The middle one, or the mean of the two in the middle; NaN where there is none.
    var median: Double {
        let sorted = sorted()
        guard !sorted.isEmpty else { return .nan }
        let (low, high) = (sorted[(count - 1) / 2], sorted[count / 2])
        return (low + high) / 2
    }
}

extension Duration {
    var milliseconds: Double { self / .milliseconds(1) }
}
