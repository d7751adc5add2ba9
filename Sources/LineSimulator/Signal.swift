internal import Glibc

/// What a register shows: a value at rest, a counter or a wave, with its type and its word order.
public struct Signal: Sendable, Hashable {
    /// What makes a counter step.
    public enum Rhythm: Sendable, Hashable {
        /// The step is made evenly within each such time of the line's life.
        case every(Duration)
        /// The step is made after each answer that holds the value.
        case read
    }

    /// The form of a wave.
    public enum Shape: Sendable, Hashable {
        /// Straight up, straight down.
        case triangle
        /// A sine that begins at the middle, upwards.
        case sine
    }

    enum Behaviour: Sendable, Hashable {
        case raw([UInt16])
        case counting(from: Int64, step: Int64, Rhythm)
        case waving(low: Double, high: Double, period: Int64, Shape)
    }

    let behaviour: Behaviour
    let type: ValueType
    let order: WordOrder

    /// The number of registers that the signal takes.
    public var registerCount: Int {
        if case .raw(let words) = behaviour { words.count } else { type.registerCount }
    }

    /// An integer that rests.
    public static func fixed(
        _ value: some BinaryInteger,
        as type: ValueType,
        order: WordOrder = .abcd
    ) -> Signal {
        let pattern = type.pattern(of: Int128(truncatingIfNeeded: value))
        return Signal(
            behaviour: .raw(order.words(of: pattern, count: type.registerCount)),
            type: type,
            order: order
        )
    }

    /// A real number that rests.
    public static func fixed(_ value: Double, as type: ValueType, order: WordOrder = .abcd) -> Signal {
        let words = order.words(of: type.pattern(of: value), count: type.registerCount)
        return Signal(behaviour: .raw(words), type: type, order: order)
    }

    /// Words as they are.
    public static func raw(_ words: [UInt16]) -> Signal {
        Signal(behaviour: .raw(words), type: .uint16, order: .abcd)
    }

    /// A coil or a discrete input that rests.
    public static func bit(_ isOn: Bool) -> Signal {
        Signal(behaviour: .raw([isOn ? 1 : 0]), type: .bit, order: .abcd)
    }

    /// A counter, which wraps round at the end of its type; a bit shows whether the count is odd.
    public static func counting(
        from start: Int64 = 0,
        by step: Int64 = 1,
        per rhythm: Rhythm,
        as type: ValueType,
        order: WordOrder = .abcd
    ) -> Signal {
        Signal(behaviour: .counting(from: start, step: step, rhythm), type: type, order: order)
    }

    /// A wave between two values, fixed by the time since the line began and by nothing else.
    public static func waving(
        from low: Double,
        to high: Double,
        period: Duration,
        shape: Shape = .triangle,
        as type: ValueType,
        order: WordOrder = .abcd
    ) -> Signal {
        precondition(period > .zero, "a wave needs a period above zero")
        return Signal(
            behaviour: .waving(low: low, high: high, period: period.nanoseconds, shape),
            type: type,
            order: order
        )
    }

    /// The words at a moment of the line's life, in nanoseconds, after so many answers that held them.
    func words(at elapsed: Int64, reads: Int64) -> [UInt16] {
        let pattern: UInt64
        switch behaviour {
        case .raw(let words):
            return words
        case .counting(let start, let step, .every(let time)):
            let steps = Int128(step) * Int128(elapsed) / Int128(max(time.nanoseconds, 1))
            pattern = type.pattern(of: Int128(start) + steps)
        case .counting(let start, let step, .read):
            pattern = type.pattern(of: Int128(start) + Int128(step) * Int128(reads))
        case .waving(let low, let high, let period, let shape):
            let phase = Double(elapsed % period) / Double(period)
            let height =
                switch shape {
                case .triangle: phase < 0.5 ? 2 * phase : 2 - 2 * phase
                case .sine: (1 + sin(2 * .pi * phase)) / 2
                }
            pattern = type.pattern(of: low + (high - low) * height)
        }
        return order.words(of: pattern, count: type.registerCount)
    }
}
